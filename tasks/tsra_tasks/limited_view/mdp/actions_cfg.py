# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the action term of the limited view."""

from isaaclab.envs.mdp import JointVelocityActionCfg
from isaaclab.utils import configclass


@configclass
class BodyVelocityActionCfg(JointVelocityActionCfg):
    """Velocity ahead, to the left and of turning, for joints along x, along y and about z, in this order."""

    class_type: type | str = "{DIR}.actions:BodyVelocityAction"

    preserve_order: bool = True
