# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of Student-Informed Teacher Training."""

from isaaclab.utils import configclass

from .ppo_cfg import FollowingCfg, TeacherStudentPPOCfg


@configclass
class StudentInformedPPOCfg(TeacherStudentPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.StudentInformedPPO`."""

    class_name: str = "tsra_lab.algorithms:StudentInformedPPO"
    """The algorithm, resolved by rsl_rl."""

    following: FollowingCfg = FollowingCfg()
    """How the encoders of student and proxy student learn."""

    penalty_weight: float = 0.1
    """Weight of the divergence between teacher and proxy student in the reward of a step."""

    gradient_weight: float = 0.1
    """Weight of the same divergence in the loss of the teacher's encoder."""
