# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of TSRA."""

from isaaclab.utils import configclass

from .alignment_cfg import AlignmentLossCfg, AlignmentLossPresetsCfg, EncoderTrainingCfg
from .ppo_cfg import PairsCfg, TeacherStudentPPOCfg


@configclass
class AlignedPPOCfg(TeacherStudentPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.AlignedPPO`.

    Beside those of PPO and the interval at which a camera renders, the defaults hold on all tasks.
    """

    class_name: str = "tsra_lab.algorithms:AlignedPPO"
    """The algorithm, resolved by rsl_rl."""

    alignment: AlignmentLossCfg | AlignmentLossPresetsCfg = AlignmentLossPresetsCfg()
    """Loss that aligns both embeddings, or presets to choose from by name."""

    encoders: EncoderTrainingCfg = EncoderTrainingCfg()
    """How the encoders learn from it."""

    consistency: bool = True
    """Whether the policy head makes up for encoders that moved. False is an ablation."""

    # some 200,000 pairs, early and clumsy ones among them: a student that strays must still know where it is
    pairs: PairsCfg = PairsCfg(kept_pairs=196_608)
    """What the encoders learn from."""

    student_share: float = 0.25
    """Share of the rollout in which the student acts: of the rollouts where a camera renders at intervals, of the
    environments otherwise. 0 switches it off."""


@configclass
class UnmaskedPPOCfg(AlignedPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.UnmaskedPPO`, the ablation without the gradient mask."""

    class_name: str = "tsra_lab.algorithms:UnmaskedPPO"
    """The algorithm, resolved by rsl_rl."""

    student_share: float = 0.0
    """0: its student cannot act in the rollout."""
