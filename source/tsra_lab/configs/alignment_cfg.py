# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the alignment of the two views."""

from isaaclab.utils import configclass
from isaaclab_tasks.utils import PresetCfg

from .strict import StrictCfg


@configclass
class AlignmentCfg(StrictCfg):
    """Alignment of privileged and onboard embeddings (:class:`tsra_lab.alignment.Aligner`).

    The defaults are the VICReg form. :class:`AlignmentPresetsCfg` has the others.
    """

    embedding_dim: int = 16
    """Number of dimensions of the shared embedding."""

    contrast_weight: float = 0.0
    """Weight of the symmetric InfoNCE loss on cosine similarity."""

    match_weight: float = 5.0
    """Weight of the mean squared difference between the two embeddings of a moment."""

    variance_weight: float = 1.0
    """Weight of the hinge that keeps each dimension's standard deviation at 1 or above. Guards against collapse."""

    covariance_weight: float = 2.0
    """Weight of the squared covariances between dimensions. Guards against collapse onto few directions."""

    temperature: float = 0.5
    """Temperature of the InfoNCE loss."""

    learning_rate: float = 1.0e-3
    """Learning rate of the encoders (Adam), constant."""

    steps_per_iteration: int = 8
    """Encoder steps after each PPO update."""

    warmup_steps: int = 500
    """Encoder steps on the initial policy's first rollout, before the first PPO update."""

    batch_size: int = 512
    """Number of pairs per encoder step, drawn over time and environments."""

    max_grad_norm: float = 1.0
    """Norm at which the encoders' gradients are clipped."""

    target_decay: float = 0.9
    """Decay per encoder step of the moving averages that the policies act on. 0 switches the averaging off."""


@configclass
class AlignmentPresetsCfg(PresetCfg):
    """Alignment losses by name: ``agent.algorithm.alignment=vicreg`` on the command line selects one."""

    vicreg: AlignmentCfg = AlignmentCfg()
    """VICReg with a covariance weight far above the textbook's, against collapse onto few directions."""

    contrastive: AlignmentCfg = AlignmentCfg(contrast_weight=1.0, match_weight=1.0, covariance_weight=1.0)
    """InfoNCE with the variance and covariance terms and a small match."""

    info_nce: AlignmentCfg = AlignmentCfg(
        contrast_weight=1.0, match_weight=0.0, variance_weight=0.0, covariance_weight=0.0
    )
    """Ablation: plain InfoNCE."""

    l2: AlignmentCfg = AlignmentCfg(match_weight=1.0, variance_weight=0.0, covariance_weight=0.0)
    """Ablation: plain L2 distance. Nothing keeps the embedding from collapsing."""

    default: AlignmentCfg = vicreg
