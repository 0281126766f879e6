# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the action term of the drawer task."""

from dataclasses import MISSING

from isaaclab.managers import ActionTermCfg
from isaaclab.utils import configclass


@configclass
class GripperIncrementActionCfg(ActionTermCfg):
    """Small motions of the gripper: along the base's x, y and z axes, and of turning about the vertical.

    Actions are in [-1, 1]; what is beyond is clipped.
    """

    class_type: type | str = "{DIR}.gripper_increment:GripperIncrementAction"

    joint_names: list[str] = MISSING
    """Names of the joints that move the gripper."""

    body_name: str = MISSING
    """Body that carries the gripper."""

    down_axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """The body's direction that is kept pointing down, in the body's frame; of length 1."""

    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """The commanded point in the body's frame [m]."""

    step: float = 0.03
    """Increment of the commanded point at an action of 1 [m]. The arm yields to it with its own time constant."""

    turn: float = 0.1
    """Increment of the turn at an action of 1 [rad]."""

    damping: float = 0.05
    """Damping of the least squares, against singularities."""

    redundant_joint: str = MISSING
    """The joint that is brought back to zero as far as this leaves the gripper where it is."""

    redundant_gain: float = 0.05
    """Share of its way to zero that it goes in each control step."""

    max_joint_step: float = 0.2
    """Bound of the change of a joint's target [rad], which bounds speed and force."""
