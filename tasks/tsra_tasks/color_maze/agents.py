# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the colour maze, one for each method: those of all rovers, with name, budget and what was tuned here."""

from isaaclab.utils import configclass

from tsra_lab.configs import StudentInformedPPOCfg

from ..rover_task import agents

ITERATIONS = 250
"""Iterations of every method: with 24 steps and 512 environments, 3.07 million environment steps."""


@configclass
class ColorMazeAlignedRunnerCfg(agents.RoverAlignedRunnerCfg):
    """TSRA."""

    experiment_name = "color_maze_aligned"
    max_iterations = ITERATIONS


@configclass
class ColorMazeUnmaskedRunnerCfg(agents.RoverUnmaskedRunnerCfg):
    """TSRA without the gradient mask."""

    experiment_name = "color_maze_unmasked"
    max_iterations = ITERATIONS


@configclass
class ColorMazeSITTRunnerCfg(agents.RoverSITTRunnerCfg):
    """Student-Informed Teacher Training."""

    experiment_name = "color_maze_sitt"
    max_iterations = ITERATIONS
    algorithm = StudentInformedPPOCfg(
        penalty_weight=0.05, gradient_weight=0.1, alignment_steps=64, **agents.PPO_SETTINGS
    )


@configclass
class ColorMazeDWBCRunnerCfg(agents.RoverDWBCRunnerCfg):
    """Regularised online adaptation."""

    experiment_name = "color_maze_dwbc"
    max_iterations = ITERATIONS


@configclass
class ColorMazeAsymmetricRunnerCfg(agents.RoverAsymmetricRunnerCfg):
    """PPO on onboard observations with a privileged critic."""

    experiment_name = "color_maze_asymmetric"
    max_iterations = ITERATIONS


@configclass
class ColorMazePPORunnerCfg(agents.RoverPPORunnerCfg):
    """Plain PPO on the privileged state."""

    experiment_name = "color_maze_ppo"
    max_iterations = ITERATIONS


@configclass
class ColorMazeDistillationRunnerCfg(agents.RoverDistillationRunnerCfg):
    """DAgger or behaviour cloning of the plain PPO teacher."""

    experiment_name = "color_maze_distillation"


@configclass
class ColorMazeAlignedDistillationRunnerCfg(agents.RoverAlignedDistillationRunnerCfg):
    """DAgger on the aligned teacher."""

    experiment_name = "color_maze_aligned_distillation"
