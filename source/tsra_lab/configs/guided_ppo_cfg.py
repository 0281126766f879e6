# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of guided policy optimisation."""

from isaaclab.utils import configclass

from .ppo_cfg import FollowingCfg, TeacherStudentPPOCfg


@configclass
class GuidedPPOCfg(TeacherStudentPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.GuidedPPO`."""

    class_name: str = "tsra_lab.algorithms:GuidedPPO"
    """The algorithm, resolved by rsl_rl."""

    following: FollowingCfg = FollowingCfg()
    """How the student encoder learns."""

    desired_divergence: float = 0.01
    """Divergence (KL) between teacher and student that the penalty aims at."""
