# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A robot that tells in which order its SDK has the motors."""

from isaaclab.assets import ArticulationCfg
from isaaclab.utils import configclass


@configclass
class OrderedArticulationCfg(ArticulationCfg):
    """A robot, and the order of its motors, as unitree_rl_lab's robots have it."""

    joint_sdk_names: list[str] | None = None
    """Joints in the order of the SDK's motors, with an empty name for a motor without a joint."""
