# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Terms of the drawer task's Markov decision process, beside those of Isaac Lab."""

from .events import place_cabinet, reset_arm
from .geometry import Vector, body_pose, point_on_body
from .gripper_increment import GripperIncrementAction
from .gripper_increment_cfg import GripperIncrementActionCfg
from .observations import gripper_to_handle, hand_in_handle_frame
from .rewards import approach_handle, excess_command, opening_speed
from .terminations import drawer_is_open
from .visibility import Capsule, bar_and_what_is_hidden, segment_distances

__all__ = [
    "Capsule",
    "GripperIncrementAction",
    "GripperIncrementActionCfg",
    "Vector",
    "approach_handle",
    "bar_and_what_is_hidden",
    "body_pose",
    "drawer_is_open",
    "excess_command",
    "gripper_to_handle",
    "hand_in_handle_frame",
    "opening_speed",
    "place_cabinet",
    "point_on_body",
    "reset_arm",
    "segment_distances",
]
