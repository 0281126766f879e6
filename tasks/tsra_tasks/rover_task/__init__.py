# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the rover tasks share: the goal, terms about it and agents."""

from .goal import GoalCommand
from .goal_cfg import GoalCommandCfg
from .terms import goal_in_robot_frame, progress_to_goal, reached_goal

__all__ = [
    "GoalCommand",
    "GoalCommandCfg",
    "goal_in_robot_frame",
    "progress_to_goal",
    "reached_goal",
]
