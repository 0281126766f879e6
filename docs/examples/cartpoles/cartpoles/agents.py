# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the tasks: models and budgets. Alignment has the defaults."""

from dataclasses import replace

from tsra_lab.agents import AgentSuite
from tsra_lab.configs import CNNModelCfg, MLPModelCfg, PolicyHeadCfg, RNNModelCfg

ENCODER = {"hidden_dims": [128, 128], "activation": "elu"}

SUITE = AgentSuite(
    experiment="cartpole_noisy_positions",
    teacher_encoder=MLPModelCfg(**ENCODER),
    student_encoder=MLPModelCfg(**ENCODER),
    head=PolicyHeadCfg(
        hidden_dims=[128, 128],
        activation="elu",
        distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=1.0),
    ),
    critic=MLPModelCfg(hidden_dims=[256, 256], activation="elu"),
    # those of Isaac Lab's own agent of the cart-pole
    ppo={"entropy_coef": 0.005, "desired_kl": 0.01, "num_learning_epochs": 5},
    # of 256 environments: a tenth of the steps that Isaac Lab's own agent is given
    max_iterations=150,
    save_interval=50,
)
"""Agents of the cart-pole whose student has noisy positions."""

BLIND_SUITE = replace(
    SUITE,
    experiment="cartpole_hidden_force",
    student_encoder_with_memory=RNNModelCfg(
        rnn_type="gru",
        rnn_hidden_dim=128,
        rnn_num_layers=1,
        **ENCODER,
    ),
    onboard_with_memory=["present"],
)
"""Agents of the cart-pole with a force that the student does not feel; one of them remembers."""

CAMERA_SUITE = replace(
    SUITE,
    experiment="cartpole_camera",
    student_encoder=CNNModelCfg(
        cnn_cfg=CNNModelCfg.CNNCfg(
            output_channels=[8, 16, 16], kernel_size=[5, 3, 3], stride=[2, 2, 2], padding="zeros", activation="elu"
        ),
        image_normalization=True,
        **ENCODER,
    ),
    # those of Isaac Lab's own agent of the cart-pole with a camera
    ppo={
        "value_loss_coef": 2.0,
        "entropy_coef": 0.0,
        "num_learning_epochs": 4,
        "num_mini_batches": 16,
        "learning_rate": 3.0e-4,
        "schedule": "fixed",
    },
    num_steps_per_env=64,
    max_iterations=60,
)
"""Agents of the cart-pole whose student has a camera and nothing else."""
