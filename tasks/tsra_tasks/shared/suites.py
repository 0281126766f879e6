# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the rover tasks and of the camera tasks; each task names its own and sets what was tuned for it."""

from tsra_lab.agents import AgentSuite
from tsra_lab.configs import CNNModelCfg, FollowingCfg, MLPModelCfg, PolicyHeadCfg, RecurrentCNNModelCfg, RNNModelCfg

SMALL = {"hidden_dims": [64, 64], "activation": "elu"}
MEDIUM = {"hidden_dims": [128, 128], "activation": "elu"}
RAW = MEDIUM | {"obs_normalization": False}

SITT = {
    "penalty_weight": 0.2,
    "gradient_weight": 0.6,
    "following": FollowingCfg(steps_per_iteration=64),
    "embedding_dim": 16,
}
"""Settings of SITT, unless the task says otherwise: they were tuned, as those of DWBC."""

ROVER_NOISE = MLPModelCfg.GaussianDistributionCfg(init_std=1.0)
ROVER_POLICY = MLPModelCfg(distribution_cfg=ROVER_NOISE, **RAW)

ROVER_SUITE = AgentSuite(
    experiment="rover",
    teacher_encoder=MLPModelCfg(**MEDIUM),
    student_encoder=MLPModelCfg(**MEDIUM),
    student_encoder_with_memory=RNNModelCfg(
        hidden_dims=[128],
        activation="elu",
        rnn_type="gru",
        rnn_hidden_dim=128,
        rnn_num_layers=1,
    ),
    head=PolicyHeadCfg(distribution_cfg=ROVER_NOISE, **SMALL),
    # rovers observe numbers of about 1, and all methods were measured so
    critic=MLPModelCfg(**RAW),
    teacher_policy=ROVER_POLICY,
    student_policy=ROVER_POLICY,
    ppo={"entropy_coef": 0.01, "desired_kl": 0.008},
    settings={"sitt": SITT, "dwbc": {"regularization_weight": 4.0, "embedding_dim": 16}},
    # with 24 steps and 512 environments, 1.84 million environment steps
    max_iterations=150,
    evaluation_interval=25,
    aligned_distillation_iterations=30,
)
"""Agents of the rover tasks, whose observations are vectors."""

CONVOLUTIONS = CNNModelCfg.CNNCfg(
    output_channels=[16, 32, 32], kernel_size=[5, 3, 3], stride=[2, 2, 2], activation="elu"
)

CAMERA_SUITE = AgentSuite(
    experiment="camera",
    teacher_encoder=MLPModelCfg(**MEDIUM),
    student_encoder=CNNModelCfg(cnn_cfg=CONVOLUTIONS, **MEDIUM),
    student_encoder_with_memory=RecurrentCNNModelCfg(hidden_dims=[128], activation="elu", cnn_cfg=CONVOLUTIONS),
    head=PolicyHeadCfg(distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=0.6), **SMALL),
    critic=MLPModelCfg(**MEDIUM),
    onboard=["onboard", "image"],
    ppo={"entropy_coef": 0.005, "desired_kl": 0.01},
    # what the robots' own sensors tell both teacher and student needs no room in the embedding
    shared=["onboard"],
    # a method that needs images for alignment alone renders at one of four steps
    render_interval=4,
    # DWBC was not tuned: its student takes as many steps as SITT's
    settings={
        "sitt": SITT | {"embedding_dim": 48},
        "dwbc": {"following": SITT["following"], "embedding_dim": 48},
    },
    # with 24 steps and 512 environments, 3.69 million environment steps
    max_iterations=300,
    evaluation_interval=50,
)
"""Agents of the camera tasks, whose students see an image beside a vector."""
