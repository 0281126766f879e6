# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Algorithms in rsl_rl's form: each owns its models, its losses and its state."""

from .aligned_ppo import AlignedPPO, UnmaskedPPO
from .asymmetric_ppo import AsymmetricPPO
from .concurrent_teacher_student import ConcurrentTeacherStudent
from .distillation import AlignedDistillation, BehaviorCloning
from .fine_tuning import FineTuning
from .guided_ppo import GuidedPPO
from .online_adaptation import OnlineAdaptation
from .smoothed_ppo import SmoothedPPO
from .student_informed_ppo import StudentInformedPPO
from .teacher_student_ppo import TeacherStudentPPO

__all__ = [
    "AlignedDistillation",
    "AlignedPPO",
    "AsymmetricPPO",
    "BehaviorCloning",
    "ConcurrentTeacherStudent",
    "FineTuning",
    "GuidedPPO",
    "OnlineAdaptation",
    "SmoothedPPO",
    "StudentInformedPPO",
    "TeacherStudentPPO",
    "UnmaskedPPO",
]
