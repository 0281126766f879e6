# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configurations of the goal commands."""

from dataclasses import MISSING

from isaaclab.managers import CommandTermCfg
from isaaclab.utils import configclass


@configclass
class GoalCommandCfg(CommandTermCfg):
    """Get to a goal on the far side of the arena, drawn anew each episode."""

    asset_name: str = MISSING
    """Name of the robot in the scene."""

    resampling_time_range: tuple[float, float] = (1.0e9, 1.0e9)
    """The command changes only at a reset."""

    goal_x: float = 2.0
    """x coordinate of the goal [m]."""

    goal_radius: float = 0.2
    """The goal is reached within this distance [m]."""


@configclass
class RoverGoalCommandCfg(GoalCommandCfg):
    """Drive to the goal; the robot's joints ``drive_x`` and ``drive_y`` are its position [m]."""

    goal_y_range: tuple[float, float] = (-0.4, 0.4)
    """Range of the goal's y coordinate [m]."""
