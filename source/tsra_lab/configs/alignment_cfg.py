# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the alignment of both embeddings: the loss, and how the encoders learn from it."""

from isaaclab.utils import configclass
from isaaclab_tasks.utils import PresetCfg

from .strict import StrictCfg


@configclass
class AlignmentLossCfg(StrictCfg):
    """Weights of the alignment loss (:class:`tsra_lab.alignment.AlignmentLoss`).

    The defaults are the contrastive form. :class:`AlignmentLossPresetsCfg` has the others.
    """

    contrast_weight: float = 1.0
    """Weight of the symmetric InfoNCE loss on cosine similarity."""

    match_weight: float = 5.0
    """Weight of the mean squared difference between the two embeddings of a sample."""

    variance_weight: float = 1.0
    """Weight of the hinge that keeps each dimension's standard deviation at 1 or above. Guards against collapse."""

    covariance_weight: float = 1.0
    """Weight of the squared covariances between dimensions. Guards against collapse onto few directions."""

    temperature: float = 0.5
    """Temperature of the InfoNCE loss."""


@configclass
class AlignmentLossPresetsCfg(PresetCfg):
    """Alignment losses by name: ``agent.algorithm.alignment=contrastive`` on the command line selects one."""

    contrastive: AlignmentLossCfg = AlignmentLossCfg()
    """InfoNCE with the match, variance and covariance terms."""

    vicreg: AlignmentLossCfg = AlignmentLossCfg(contrast_weight=0.0, covariance_weight=2.0)
    """VICReg with a covariance weight far above the textbook's, against collapse onto few directions."""

    info_nce: AlignmentLossCfg = AlignmentLossCfg(match_weight=0.0, variance_weight=0.0, covariance_weight=0.0)
    """Ablation: plain InfoNCE."""

    l2: AlignmentLossCfg = AlignmentLossCfg(
        contrast_weight=0.0, match_weight=1.0, variance_weight=0.0, covariance_weight=0.0
    )
    """Ablation: plain L2 distance. Nothing keeps the embedding from collapsing."""

    default: AlignmentLossCfg = contrastive


@configclass
class EncoderTrainingCfg(StrictCfg):
    """How both encoders learn from the alignment loss (:class:`tsra_lab.alignment.Aligner`)."""

    learning_rate: float = 1.0e-3
    """Learning rate of the encoders (Adam) at the beginning."""

    constant_steps: int = 1000
    """Encoder steps after which the learning rate falls, with the square root of their number: what is known by then
    needs finer steps, however long the training. 0 keeps it constant."""

    steps_per_iteration: int = 64
    """Encoder steps after each PPO update."""

    warmup_steps: int = 500
    """Encoder steps on the initial policy's first rollout, before the first PPO update."""

    batch_size: int = 512
    """Number of samples per encoder step, drawn over time and environments."""

    max_grad_norm: float = 1.0
    """Norm at which the encoders' gradients are clipped."""

    stability_weight: float = 0.0
    """Weight of the mean squared difference between the encoders' embeddings and those of their moving averages, which
    slows the embedding down. An ablation: by default the head makes up for embeddings that move
    (:attr:`AlignedPPOCfg.consistency`)."""

    imitation_weight: float = 2.0
    """Weight of the difference between the actions on the teacher's and on the student's embedding, in shares of the
    actions' variance. It teaches the student's encoder alone
    (:func:`tsra_lab.algorithms.phases.action_mismatch`), after the warm-up."""

    target_decay: float = 0.9
    """Decay per encoder step of the moving averages that the policies act on. 0 switches the averaging off."""
