# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of regularised online adaptation, of Deep Whole-Body Control."""

from isaaclab.utils import configclass

from .ppo_cfg import FollowingCfg, TeacherStudentPPOCfg


@configclass
class OnlineAdaptationCfg(TeacherStudentPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.OnlineAdaptation`."""

    class_name: str = "tsra_lab.algorithms:OnlineAdaptation"
    """The algorithm, resolved by rsl_rl."""

    following: FollowingCfg = FollowingCfg()
    """How the student encoder learns."""

    regularization_weight: float = 1.0
    """Final weight of the pull of the onboard embedding on the privileged one. 0 leaves the teacher to itself."""

    ramp_iterations: int = 100
    """Iterations over which the weight grows from zero."""
