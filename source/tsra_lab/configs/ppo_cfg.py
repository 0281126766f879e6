# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the algorithms have in common: PPO, and PPO of a teacher beside its student."""

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlPpoAlgorithmCfg

from .strict import StrictCfg


@configclass
class PPOCfg(StrictCfg, RslRlPpoAlgorithmCfg):
    """Settings of rsl_rl's PPO that all methods share, so that comparisons are fair."""

    num_learning_epochs: int = 4
    num_mini_batches: int = 4
    learning_rate: float = 1.0e-3
    schedule: str = "adaptive"
    gamma: float = 0.99
    lam: float = 0.95
    entropy_coef: float = 0.012
    desired_kl: float = 0.015
    max_grad_norm: float = 1.0
    value_loss_coef: float = 1.0
    use_clipped_value_loss: bool = True
    clip_param: float = 0.2


@configclass
class PairsCfg(StrictCfg):
    """Which samples are paired, and how many are kept (:class:`tsra_lab.alignment.PairCollector`)."""

    render_interval: int = 1
    """The onboard camera renders at one of so many steps, or rollouts for a student with memory; only these are
    paired."""

    kept_pairs: int = 0
    """Number of pairs of past rollouts that are kept beside those of the present one: what both sets show of a sample
    does not depend on the policy, so old pairs stay true, and more are more varied. Bounds the memory they take, as do
    2 GB: where a pair is large, fewer are kept, and the log says so."""


@configclass
class TeacherStudentPPOCfg(PPOCfg):
    """Settings of :class:`tsra_lab.algorithms.TeacherStudentPPO`."""

    embedding_dim: int = 32
    """Number of dimensions of the embedding that the policy head acts on."""

    pairs: PairsCfg = PairsCfg()
    """What the student learns from."""


@configclass
class FollowingCfg(StrictCfg):
    """How student encoders learn to follow their teacher's (:class:`tsra_lab.algorithms.phases.Following`)."""

    learning_rate: float = 1.0e-3
    """Learning rate of the student encoders (Adam), constant."""

    steps_per_iteration: int = 16
    """Steps of these encoders after each PPO update."""

    batch_size: int = 512
    """Number of samples per step, drawn over time and environments."""
