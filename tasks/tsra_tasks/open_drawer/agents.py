# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the drawer task."""

import torch

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlOnPolicyRunnerCfg

from tsra_lab.configs import AlignedPPOCfg, AlignedRunnerCfg, MLPModelCfg, PPOCfg

PPO_SETTINGS = {"entropy_coef": 0.005, "desired_kl": 0.01}
"""PPO settings of every method."""

GAUSSIAN = MLPModelCfg.GaussianDistributionCfg(init_std=0.8)
ENCODER = MLPModelCfg(hidden_dims=[128, 128], activation="elu", obs_normalization=True)
HEAD = MLPModelCfg(hidden_dims=[64, 64], activation="elu", distribution_cfg=GAUSSIAN)
ACTOR = MLPModelCfg(hidden_dims=[128, 128], activation="elu", distribution_cfg=GAUSSIAN, obs_normalization=True)
CRITIC = MLPModelCfg(hidden_dims=[128, 128], activation="elu", obs_normalization=True)


@configclass
class OpenDrawerAlignedRunnerCfg(AlignedRunnerCfg):
    """TSRA. The student has no camera yet: it sees its own joints alone."""

    num_steps_per_env = 24
    max_iterations = 200
    save_interval = 25
    evaluation_interval = 25
    experiment_name = "open_drawer_aligned"
    obs_groups = {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]}
    teacher = ENCODER
    student = ENCODER
    actor = HEAD
    critic = CRITIC
    algorithm = AlignedPPOCfg(**PPO_SETTINGS)


@configclass
class OpenDrawerPPORunnerCfg(RslRlOnPolicyRunnerCfg):
    """Plain PPO on the privileged state: the usual teacher, to be distilled."""

    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    num_steps_per_env = 24
    max_iterations = 200
    save_interval = 25
    experiment_name = "open_drawer_ppo"
    obs_groups = {"actor": ["privileged"], "critic": ["privileged"]}
    actor = ACTOR
    critic = CRITIC
    algorithm = PPOCfg(**PPO_SETTINGS)

    evaluation_interval: int = 25
    """Iterations between evaluations during training. Only our runner does it."""
