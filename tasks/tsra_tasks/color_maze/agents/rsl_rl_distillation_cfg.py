# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Distillation on the colour maze: of the plain PPO teacher with stock rsl_rl, and of the aligned teacher."""

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlDistillationAlgorithmCfg, RslRlDistillationRunnerCfg, RslRlMLPModelCfg

from tsra_lab.configs import AlignedDistillationRunnerCfg


@configclass
class ColorMazeDistillationRunnerCfg(RslRlDistillationRunnerCfg):
    """Stock DAgger from the privileged to the onboard group."""

    num_steps_per_env = 24
    max_iterations = 150
    save_interval = 50
    experiment_name = "color_maze_distillation"
    obs_groups = {"teacher": ["privileged"], "student": ["onboard"]}
    student = RslRlMLPModelCfg(
        hidden_dims=[128, 128],
        activation="elu",
        distribution_cfg=RslRlMLPModelCfg.GaussianDistributionCfg(init_std=0.1),
    )
    teacher = RslRlMLPModelCfg(
        hidden_dims=[128, 128],
        activation="elu",
        distribution_cfg=RslRlMLPModelCfg.GaussianDistributionCfg(init_std=1.0),
    )
    algorithm = RslRlDistillationAlgorithmCfg(num_learning_epochs=4, learning_rate=1.0e-3, gradient_length=6)


@configclass
class ColorMazeAlignedDistillationRunnerCfg(AlignedDistillationRunnerCfg):
    """DAgger on the aligned teacher, from its zero-shot student."""

    num_steps_per_env = 24
    max_iterations = 30
    save_interval = 10
    experiment_name = "color_maze_aligned_distillation"
