# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the distillation of an aligned teacher."""

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlDistillationAlgorithmCfg, RslRlDistillationRunnerCfg

from .runner_cfg import DEFAULT_DEVICE
from .strict import StrictCfg


@configclass
class AlignedDistillationCfg(StrictCfg, RslRlDistillationAlgorithmCfg):
    """Settings of :class:`tsra_lab.algorithms.AlignedDistillation`."""

    class_name: str = "tsra_lab.algorithms:AlignedDistillation"
    """The algorithm, resolved by rsl_rl."""

    num_learning_epochs: int = 2
    learning_rate: float = 3.0e-4
    gradient_length: int = 1
    max_grad_norm: float | None = 1.0

    rollout_policy: str = "student"
    """Who acts: ``student`` (DAgger) or ``teacher`` (behaviour cloning)."""

    embedding_loss_weight: float = 0.1
    """Weight of the mean squared distance between the embeddings, beside that of the actions."""

    batch_size: int = 2048
    """Number of samples per step, drawn over time and environments."""


@configclass
class DistillationRunnerCfg(RslRlDistillationRunnerCfg):
    """A run of rsl_rl's own distillation of a plain teacher."""

    device: str = DEFAULT_DEVICE
    """Device of the agent."""


@configclass
class AlignedDistillationRunnerCfg(StrictCfg, RslRlDistillationRunnerCfg):
    """A run of AlignedDistillation. ``scripts/distill.py`` takes models and observation sets from the teacher's run."""

    device: str = DEFAULT_DEVICE
    """Device of the agent."""

    algorithm: AlignedDistillationCfg = AlignedDistillationCfg()
    """The algorithm."""

    evaluation_interval: int = 0
    """Iterations between evaluations of teacher and student during training; 0 for none."""
