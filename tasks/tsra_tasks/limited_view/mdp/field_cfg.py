# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the field of posts."""

from isaaclab.utils import configclass

from ...shared.goal_cfg import RoverGoalCommandCfg


@configclass
class FieldCommandCfg(RoverGoalCommandCfg):
    """Cross a field of round posts to the goal: posts and goal are drawn anew each episode.

    The field is a row of ``num_posts`` strips across the corridor, each with one post at a random place in it: posts
    never crowd, so there is a way through.
    """

    class_type: type | str = "{DIR}.field:FieldCommand"

    goal_x: float = 2.3

    goal_radius: float = 0.3

    num_posts: int = 6
    """Number of posts."""

    field_length: float = 3.4
    """Extent of the field along x, centred on the environment's origin [m]."""

    field_width: float = 2.2
    """Extent of the field along y [m]."""

    post_radius: float = 0.2
    """Radius of a post [m]."""

    robot_radius: float = 0.12
    """Radius of the robot's body [m]: it touches a post where the distance of the centres is the sum of the radii."""
