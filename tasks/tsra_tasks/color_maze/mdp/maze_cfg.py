# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the maze command."""

from isaaclab.utils import configclass

from ...shared.goal_cfg import RoverGoalCommandCfg


@configclass
class MazeCommandCfg(RoverGoalCommandCfg):
    """Cross the maze to the goal: the maze's cells and the goal, drawn anew each episode.

    The maze is a block of ``rows`` x ``columns`` square cells centred on the environment's origin, columns along x.
    """

    class_type: type | str = "{DIR}.maze:MazeCommand"

    rows: int = 5
    """Number of cells along y."""

    columns: int = 4
    """Number of cells along x."""

    cell_size: float = 0.6
    """Side of a cell [m]."""

    lava_probability: float = 0.8
    """Probability that a cell is lava, outside the way through that every maze has."""
