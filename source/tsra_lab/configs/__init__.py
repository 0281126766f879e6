# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Typed configurations, in Isaac Lab's form, that refuse unknown options."""

from .aligned_ppo_cfg import AlignedPPOCfg, UnmaskedPPOCfg
from .alignment_cfg import AlignmentLossCfg, AlignmentLossPresetsCfg, EncoderTrainingCfg
from .asymmetric_ppo_cfg import AsymmetricPPOCfg
from .concurrent_teacher_student_cfg import ConcurrentTeacherStudentCfg
from .distillation_cfg import AlignedDistillationCfg, AlignedDistillationRunnerCfg, DistillationRunnerCfg
from .fine_tuning_cfg import FineTuningCfg, FineTuningRunnerCfg
from .guided_ppo_cfg import GuidedPPOCfg
from .models_cfg import CNNModelCfg, MLPModelCfg, PolicyHeadCfg, RecurrentCNNModelCfg, RNNModelCfg
from .onboard_term_cfg import OnboardTermCfg
from .online_adaptation_cfg import OnlineAdaptationCfg
from .ppo_cfg import FollowingCfg, PairsCfg, PPOCfg, TeacherStudentPPOCfg
from .runner_cfg import AlignedRunnerCfg, AsymmetricRunnerCfg, PPORunnerCfg, TeacherStudentRunnerCfg
from .smoothed_ppo_cfg import SmoothedPPOCfg
from .strict import OutOfRange, StrictCfg, UnknownOption, WrongKind
from .student_informed_ppo_cfg import StudentInformedPPOCfg

__all__ = [
    "AlignedDistillationCfg",
    "AlignedDistillationRunnerCfg",
    "AlignedPPOCfg",
    "AlignedRunnerCfg",
    "AlignmentLossCfg",
    "AlignmentLossPresetsCfg",
    "AsymmetricPPOCfg",
    "AsymmetricRunnerCfg",
    "CNNModelCfg",
    "ConcurrentTeacherStudentCfg",
    "DistillationRunnerCfg",
    "EncoderTrainingCfg",
    "FineTuningCfg",
    "FineTuningRunnerCfg",
    "FollowingCfg",
    "GuidedPPOCfg",
    "MLPModelCfg",
    "OnboardTermCfg",
    "OnlineAdaptationCfg",
    "OutOfRange",
    "PPOCfg",
    "PPORunnerCfg",
    "PairsCfg",
    "PolicyHeadCfg",
    "RNNModelCfg",
    "RecurrentCNNModelCfg",
    "SmoothedPPOCfg",
    "StrictCfg",
    "StudentInformedPPOCfg",
    "TeacherStudentPPOCfg",
    "TeacherStudentRunnerCfg",
    "UnknownOption",
    "UnmaskedPPOCfg",
    "WrongKind",
]
