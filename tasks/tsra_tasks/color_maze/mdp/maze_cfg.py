# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the maze command."""

from dataclasses import MISSING

from isaaclab.managers import CommandTermCfg
from isaaclab.utils import configclass


@configclass
class MazeCommandCfg(CommandTermCfg):
    """Cross the maze to the goal: the maze's cells and the goal, drawn anew each episode.

    The maze is a block of ``rows`` x ``columns`` square cells centred on the environment's origin, columns along x.
    """

    class_type: type | str = "{DIR}.maze:MazeCommand"

    asset_name: str = MISSING
    """Name of the robot in the scene; its joint positions are its position in the environment frame [m]."""

    resampling_time_range: tuple[float, float] = (1.0e9, 1.0e9)
    """The command changes only at a reset."""

    rows: int = 5
    """Number of cells along y."""

    columns: int = 4
    """Number of cells along x."""

    cell_size: float = 0.6
    """Side of a cell [m]."""

    lava_probability: float = 0.8
    """Probability that a cell is lava, outside the way through that every maze has."""

    goal_x: float = 2.0
    """Distance of the goal from the maze's centre along x [m]."""

    goal_y_range: tuple[float, float] = (-0.4, 0.4)
    """Range of the goal's y coordinate [m]."""

    goal_radius: float = 0.2
    """The goal is reached within this distance [m]."""
