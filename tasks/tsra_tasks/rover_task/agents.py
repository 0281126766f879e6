# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the rover tasks, one for each method: the same models, budget and PPO settings for all.

A task's own agents derive from these, name their experiment and set what was tuned for the task.
"""

import torch

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlDistillationAlgorithmCfg, RslRlDistillationRunnerCfg, RslRlOnPolicyRunnerCfg

from tsra_lab.configs import (
    AlignedDistillationRunnerCfg,
    AlignedPPOCfg,
    AlignedRunnerCfg,
    AsymmetricPPOCfg,
    AsymmetricRunnerCfg,
    MLPModelCfg,
    OnlineAdaptationCfg,
    PPOCfg,
    StudentInformedPPOCfg,
)

ITERATIONS = 150
"""Iterations of every method, unless the task says otherwise: with 24 steps and 512 environments, 1.84 million
environment steps."""

PPO_SETTINGS = {"entropy_coef": 0.01, "desired_kl": 0.008}
"""PPO settings of every method."""

DEVICE = "cuda:0" if torch.cuda.is_available() else "cpu"
"""Device of the agents that are stock rsl_rl's; ours choose theirs in the same way."""

GAUSSIAN = MLPModelCfg.GaussianDistributionCfg(init_std=1.0)
ENCODER = MLPModelCfg(hidden_dims=[128, 128], activation="elu", obs_normalization=True)
HEAD = MLPModelCfg(hidden_dims=[64, 64], activation="elu", distribution_cfg=GAUSSIAN)
ACTOR = MLPModelCfg(hidden_dims=[128, 128], activation="elu", distribution_cfg=GAUSSIAN)
CRITIC = MLPModelCfg(hidden_dims=[128, 128], activation="elu")


@configclass
class RoverAlignedRunnerCfg(AlignedRunnerCfg):
    """TSRA: the teacher sees the privileged group, the student the onboard one."""

    num_steps_per_env = 24
    max_iterations = ITERATIONS
    save_interval = 25
    evaluation_interval = 25
    experiment_name = "rover_aligned"
    obs_groups = {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]}
    teacher = ENCODER
    student = ENCODER
    actor = HEAD
    critic = CRITIC
    algorithm = AlignedPPOCfg(**PPO_SETTINGS)


@configclass
class RoverUnmaskedRunnerCfg(RoverAlignedRunnerCfg):
    """Ablation: the reinforcement learning gradient moves the teacher's encoder too."""

    algorithm = AlignedPPOCfg(class_name="tsra_lab.algorithms:UnmaskedPPO", **PPO_SETTINGS)


@configclass
class RoverSITTRunnerCfg(RoverAlignedRunnerCfg):
    """Student-Informed Teacher Training."""

    algorithm = StudentInformedPPOCfg(**PPO_SETTINGS)


@configclass
class RoverDWBCRunnerCfg(RoverAlignedRunnerCfg):
    """Regularised online adaptation, of Deep Whole-Body Control."""

    algorithm = OnlineAdaptationCfg(regularization_weight=4.0, **PPO_SETTINGS)


@configclass
class RoverAsymmetricRunnerCfg(AsymmetricRunnerCfg):
    """PPO on onboard observations with a privileged critic."""

    num_steps_per_env = 24
    max_iterations = ITERATIONS
    save_interval = 25
    evaluation_interval = 25
    experiment_name = "rover_asymmetric"
    obs_groups = {"student": ["onboard"], "critic": ["privileged"]}
    actor = ACTOR
    critic = CRITIC
    algorithm = AsymmetricPPOCfg(**PPO_SETTINGS)


@configclass
class RoverPPORunnerCfg(RslRlOnPolicyRunnerCfg):
    """Plain PPO on the privileged state: the usual teacher, to be distilled."""

    device = DEVICE
    num_steps_per_env = 24
    max_iterations = ITERATIONS
    save_interval = 25
    experiment_name = "rover_ppo"
    obs_groups = {"actor": ["privileged"], "critic": ["privileged"]}
    actor = ACTOR
    critic = CRITIC
    algorithm = PPOCfg(**PPO_SETTINGS)

    evaluation_interval: int = 25
    """Iterations between evaluations during training. Only our runner does it."""


@configclass
class RoverDistillationRunnerCfg(RslRlDistillationRunnerCfg):
    """Stock DAgger or behaviour cloning of the plain PPO teacher, from the privileged to the onboard group."""

    device = DEVICE
    num_steps_per_env = 24
    max_iterations = 100
    save_interval = 50
    experiment_name = "rover_distillation"
    obs_groups = {"teacher": ["privileged"], "student": ["onboard"]}
    student = MLPModelCfg(
        hidden_dims=[128, 128],
        activation="elu",
        distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=0.1),
    )
    teacher = ACTOR
    algorithm = RslRlDistillationAlgorithmCfg(num_learning_epochs=4, learning_rate=1.0e-3, gradient_length=6)


@configclass
class RoverAlignedDistillationRunnerCfg(AlignedDistillationRunnerCfg):
    """DAgger on an aligned teacher, from its zero-shot student."""

    num_steps_per_env = 24
    max_iterations = 30
    save_interval = 10
    experiment_name = "rover_aligned_distillation"
