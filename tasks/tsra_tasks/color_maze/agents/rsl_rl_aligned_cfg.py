# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""AlignedPPO on the colour maze."""

from isaaclab.utils import configclass

from tsra_lab.configs import AlignedPPOCfg, AlignedRunnerCfg, MLPModelCfg


@configclass
class ColorMazeAlignedRunnerCfg(AlignedRunnerCfg):
    """The teacher sees the privileged group, the student the onboard one."""

    num_steps_per_env = 24
    max_iterations = 250
    save_interval = 25
    evaluation_interval = 25
    experiment_name = "color_maze_aligned"
    obs_groups = {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]}
    teacher = MLPModelCfg(hidden_dims=[64, 64], activation="elu")
    student = MLPModelCfg(hidden_dims=[64, 64], activation="elu")
    actor = MLPModelCfg(
        hidden_dims=[64, 64],
        activation="elu",
        distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=1.0),
    )
    critic = MLPModelCfg(hidden_dims=[128, 128], activation="elu")
    algorithm = AlignedPPOCfg(entropy_coef=0.005)
