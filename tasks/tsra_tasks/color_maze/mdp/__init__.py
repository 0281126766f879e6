# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Terms of the colour maze's Markov decision process, beside those of Isaac Lab and those that all rovers share."""

from .events import reset_rover_around_maze
from .maze import MazeCommand
from .maze_cfg import MazeCommandCfg
from .observations import cell_types, local_occupancy
from .terminations import entered_lava

__all__ = [
    "MazeCommand",
    "MazeCommandCfg",
    "cell_types",
    "entered_lava",
    "local_occupancy",
    "reset_rover_around_maze",
]
