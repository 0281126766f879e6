# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Terms of the colour maze's Markov decision process, beside those of Isaac Lab."""

from .events import reset_rover_around_maze
from .maze import MazeCommand
from .maze_cfg import MazeCommandCfg
from .observations import cell_types, goal_in_robot_frame, local_occupancy
from .rewards import progress_to_goal
from .terminations import entered_lava, reached_goal

__all__ = [
    "MazeCommand",
    "MazeCommandCfg",
    "cell_types",
    "entered_lava",
    "goal_in_robot_frame",
    "local_occupancy",
    "progress_to_goal",
    "reached_goal",
    "reset_rover_around_maze",
]
