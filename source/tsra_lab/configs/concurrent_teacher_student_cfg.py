# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of concurrent teacher and student."""

from isaaclab.utils import configclass

from .ppo_cfg import FollowingCfg, TeacherStudentPPOCfg


@configclass
class ConcurrentTeacherStudentCfg(TeacherStudentPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.ConcurrentTeacherStudent`."""

    class_name: str = "tsra_lab.algorithms:ConcurrentTeacherStudent"
    """The algorithm, resolved by rsl_rl."""

    following: FollowingCfg = FollowingCfg()
    """How the student encoder learns."""

    student_share: float = 0.25
    """Share of the rollout in which the student acts: of the rollouts where a camera renders at intervals, of the
    environments otherwise."""
