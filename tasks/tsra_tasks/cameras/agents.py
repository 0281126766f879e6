# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the camera tasks, one for each method: the same models, budget and PPO settings for all.

The teacher sees the group ``privileged``, the student the groups ``onboard`` and ``image``. A task's own agents derive
from these, name their experiment and set what was tuned for the task.
"""

import torch

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlDistillationAlgorithmCfg, RslRlDistillationRunnerCfg, RslRlOnPolicyRunnerCfg

from tsra_lab.configs import (
    AlignedDistillationRunnerCfg,
    AlignedPPOCfg,
    AlignedRunnerCfg,
    AlignmentCfg,
    AsymmetricPPOCfg,
    AsymmetricRunnerCfg,
    CNNModelCfg,
    MLPModelCfg,
    PPOCfg,
    RecurrentCNNModelCfg,
    StudentInformedPPOCfg,
)

ITERATIONS = 300
"""Iterations of every method, unless the task says otherwise: with 24 steps and 512 environments, 3.69 million
environment steps."""

PPO_SETTINGS = {"entropy_coef": 0.005, "desired_kl": 0.01}
"""PPO settings of every method."""

RENDER_INTERVAL = 4
"""The methods that need images for alignment alone render at one of so many steps."""

EMBEDDING_DIM = 48
"""Dimensions of the embedding. The robots' own state alone has some 20; with 16, posts found no room in it."""

DEVICE = "cuda:0" if torch.cuda.is_available() else "cpu"
"""Device of the agents that are stock rsl_rl's; ours choose theirs in the same way."""

GAUSSIAN = MLPModelCfg.GaussianDistributionCfg(init_std=0.6)
CONVOLUTIONS = CNNModelCfg.CNNCfg(
    output_channels=[16, 32, 32], kernel_size=[5, 3, 3], stride=[2, 2, 2], activation="elu"
)
TEACHER_ENCODER = MLPModelCfg(hidden_dims=[128, 128], activation="elu", obs_normalization=True)
STUDENT_ENCODER = CNNModelCfg(hidden_dims=[128, 128], activation="elu", obs_normalization=True, cnn_cfg=CONVOLUTIONS)
STUDENT_ENCODER_WITH_MEMORY = RecurrentCNNModelCfg(
    hidden_dims=[128], activation="elu", obs_normalization=True, cnn_cfg=CONVOLUTIONS
)
HEAD = MLPModelCfg(hidden_dims=[64, 64], activation="elu", distribution_cfg=GAUSSIAN)
TEACHER = MLPModelCfg(hidden_dims=[128, 128], activation="elu", obs_normalization=True, distribution_cfg=GAUSSIAN)
STUDENT = CNNModelCfg(
    hidden_dims=[128, 128],
    activation="elu",
    obs_normalization=True,
    distribution_cfg=GAUSSIAN,
    cnn_cfg=CONVOLUTIONS,
)
DISTILLED_STUDENT = CNNModelCfg(
    hidden_dims=[128, 128],
    activation="elu",
    obs_normalization=True,
    distribution_cfg=CNNModelCfg.GaussianDistributionCfg(init_std=0.1),
    cnn_cfg=CONVOLUTIONS,
)
CRITIC = MLPModelCfg(hidden_dims=[128, 128], activation="elu", obs_normalization=True)
ONBOARD = ["onboard", "image"]


@configclass
class CameraAlignedRunnerCfg(AlignedRunnerCfg):
    """TSRA."""

    num_steps_per_env = 24
    max_iterations = ITERATIONS
    save_interval = 25
    evaluation_interval = 50
    experiment_name = "camera_aligned"
    obs_groups = {"teacher": ["privileged"], "student": ONBOARD, "critic": ["privileged"]}
    teacher = TEACHER_ENCODER
    student = STUDENT_ENCODER
    actor = HEAD
    critic = CRITIC
    algorithm = AlignedPPOCfg(
        alignment=AlignmentCfg(embedding_dim=EMBEDDING_DIM), render_interval=RENDER_INTERVAL, **PPO_SETTINGS
    )


@configclass
class CameraMemoryRunnerCfg(CameraAlignedRunnerCfg):
    """TSRA whose student has a memory."""

    student = STUDENT_ENCODER_WITH_MEMORY


@configclass
class CameraSITTRunnerCfg(CameraAlignedRunnerCfg):
    """Student-Informed Teacher Training."""

    algorithm = StudentInformedPPOCfg(
        embedding_dim=EMBEDDING_DIM,
        penalty_weight=0.2,
        gradient_weight=0.6,
        alignment_steps=64,
        render_interval=RENDER_INTERVAL,
        **PPO_SETTINGS,
    )


@configclass
class CameraAsymmetricRunnerCfg(AsymmetricRunnerCfg):
    """PPO on onboard observations with a privileged critic."""

    num_steps_per_env = 24
    max_iterations = ITERATIONS
    save_interval = 25
    evaluation_interval = 50
    experiment_name = "camera_asymmetric"
    obs_groups = {"student": ONBOARD, "critic": ["privileged"]}
    actor = STUDENT
    critic = CRITIC
    algorithm = AsymmetricPPOCfg(**PPO_SETTINGS)


@configclass
class CameraPPORunnerCfg(RslRlOnPolicyRunnerCfg):
    """Plain PPO on the privileged state: the usual teacher, to be distilled."""

    device = DEVICE
    num_steps_per_env = 24
    max_iterations = ITERATIONS
    save_interval = 25
    experiment_name = "camera_ppo"
    obs_groups = {"actor": ["privileged"], "critic": ["privileged"]}
    actor = TEACHER
    critic = CRITIC
    algorithm = PPOCfg(**PPO_SETTINGS)

    evaluation_interval: int = 50
    """Iterations between evaluations during training. Only our runner does it."""


@configclass
class CameraDistillationRunnerCfg(RslRlDistillationRunnerCfg):
    """Stock DAgger or behaviour cloning of the plain PPO teacher, from the privileged to the onboard groups."""

    device = DEVICE
    num_steps_per_env = 24
    max_iterations = 100
    save_interval = 50
    experiment_name = "camera_distillation"
    obs_groups = {"teacher": ["privileged"], "student": ONBOARD}
    student = DISTILLED_STUDENT
    teacher = TEACHER
    algorithm = RslRlDistillationAlgorithmCfg(num_learning_epochs=4, learning_rate=1.0e-3, gradient_length=6)


@configclass
class CameraAlignedDistillationRunnerCfg(AlignedDistillationRunnerCfg):
    """DAgger on an aligned teacher, from its zero-shot student."""

    num_steps_per_env = 24
    max_iterations = 50
    save_interval = 10
    experiment_name = "camera_aligned_distillation"
