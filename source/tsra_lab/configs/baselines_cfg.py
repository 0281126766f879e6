# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configurations of the methods that TSRA is compared with."""

from dataclasses import MISSING

import torch

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlOnPolicyRunnerCfg

from .models_cfg import CNNModelCfg, MLPModelCfg
from .observation_sets import ObservationSets
from .runner_cfg import PPOCfg
from .strict import StrictCfg


@configclass
class EncodedPPOCfg(PPOCfg):
    """Settings of :class:`tsra_lab.algorithms.EncodedPPO`: PPO's, and those of the phase that trains the student."""

    embedding_dim: int = 16
    """Number of dimensions of the embedding."""

    alignment_learning_rate: float = 1.0e-3
    """Learning rate of the encoders that follow the teacher's (Adam), constant."""

    alignment_steps: int = 16
    """Steps of these encoders after each PPO update."""

    alignment_batch_size: int = 512
    """Number of moments per step, drawn over time and environments."""

    render_interval: int = 1
    """The onboard camera renders at one of so many steps of the rollout, and only these are aligned."""

    kept_rollouts: int = 1
    """Alignment draws from the pairs of so many rollouts: old pairs stay true, and more are more varied."""


@configclass
class OnlineAdaptationCfg(EncodedPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.OnlineAdaptation`."""

    class_name: str = "tsra_lab.algorithms:OnlineAdaptation"
    """The algorithm, resolved by rsl_rl."""

    regularization_weight: float = 1.0
    """Final weight of the pull of the onboard embedding on the privileged one. 0 leaves the teacher to itself."""

    ramp_iterations: int = 100
    """Iterations over which the weight grows from zero."""


@configclass
class StudentInformedPPOCfg(EncodedPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.StudentInformedPPO`."""

    class_name: str = "tsra_lab.algorithms:StudentInformedPPO"
    """The algorithm, resolved by rsl_rl."""

    penalty_weight: float = 0.1
    """Weight of the divergence between teacher and proxy student in the reward of a step."""

    gradient_weight: float = 0.1
    """Weight of the same divergence in the loss of the teacher's encoder."""


@configclass
class AsymmetricPPOCfg(PPOCfg):
    """Settings of :class:`tsra_lab.algorithms.AsymmetricPPO`: PPO's."""

    class_name: str = "tsra_lab.algorithms:AsymmetricPPO"
    """The algorithm, resolved by rsl_rl."""


@configclass
class AsymmetricRunnerCfg(StrictCfg, RslRlOnPolicyRunnerCfg):
    """A run of AsymmetricPPO. ``obs_groups`` names the groups of two observation sets: ``student`` and ``critic``."""

    device: str = "cuda:0" if torch.cuda.is_available() else "cpu"
    """Device of the agent: the GPU when there is one."""

    actor: MLPModelCfg | CNNModelCfg = MISSING
    """The student."""

    algorithm: AsymmetricPPOCfg = AsymmetricPPOCfg()
    """The algorithm."""

    evaluation_interval: int = 0
    """Iterations between evaluations during training; 0 for none. Only our runner does it."""

    def __post_init__(self):
        """Check the observation sets.

        Raises:
            ValueError: If an observation set is missing, empty or unknown.
        """
        self.obs_groups = ObservationSets(self.obs_groups, ("student", "critic"))
