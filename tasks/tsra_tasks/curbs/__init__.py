# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The curbs: a blind quadruped walks at a commanded velocity over curbs that only its teacher sees."""

from tsra_lab.agents import AgentSuite
from tsra_lab.configs import MLPModelCfg, PolicyHeadCfg, RNNModelCfg

LAYERS = {"hidden_dims": [256, 128, 64], "activation": "elu"}

SUITE = AgentSuite(
    experiment="velocity_curbs_quadruped",
    teacher_encoder=MLPModelCfg(**LAYERS),
    student_encoder=MLPModelCfg(**LAYERS),
    student_encoder_with_memory=RNNModelCfg(
        hidden_dims=[128, 64],
        activation="elu",
        rnn_type="gru",
        rnn_hidden_dim=128,
        rnn_num_layers=1,
    ),
    head=PolicyHeadCfg(
        hidden_dims=[128, 64],
        activation="elu",
        distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=0.6),
    ),
    critic=MLPModelCfg(**LAYERS),
    # what the robot measures tells teacher and student the same, and needs no room in the embedding
    shared=["onboard"],
    onboard_with_memory=["present"],
    shared_with_memory=["present"],
    hidden=["surroundings"],
    ppo={"entropy_coef": 0.005, "desired_kl": 0.01},
    # with 24 steps and 1024 environments, 7.4 million environment steps: a plain teacher walks after half of them
    max_iterations=300,
    save_interval=50,
)
"""Agents of the curbs. PPO's settings are those of Isaac Lab's quadrupeds but for the entropy; nothing was tuned."""

SUITE.register("TSRA-Velocity-Curbs-Quadruped", f"{__name__}.curbs_env_cfg:CurbsEnvCfg")
