# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Exported students in another simulator: plain MuJoCo with models of our own; no torch, no Isaac Lab."""

from .color_maze import ColorMaze
from .curbs import Curbs
from .delays import SensorDelays
from .episodes import run_episodes
from .limited_view import LimitedView
from .noise import SensorNoise
from .obstacle_flight import ObstacleFlight
from .open_drawer import OpenDrawer
from .other_robot import OtherRobot
from .report import comparison, format_comparison
from .world import World, WorldError

WORLDS: dict[str, type[World]] = {
    world.task: world for world in (ColorMaze, LimitedView, ObstacleFlight, OpenDrawer, Curbs)
}
"""World of each task, by the task's name."""

__all__ = [
    "WORLDS",
    "Curbs",
    "OtherRobot",
    "SensorDelays",
    "SensorNoise",
    "World",
    "WorldError",
    "comparison",
    "format_comparison",
    "run_episodes",
]
