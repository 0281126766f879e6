# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the course."""

from dataclasses import MISSING

from isaaclab.utils import configclass

from ...shared.goal_cfg import GoalCommandCfg


@configclass
class CourseCommandCfg(GoalCommandCfg):
    """Fly through round posts to a goal: posts and goal are drawn anew each episode.

    The course is a row of strips across the corridor, each with one post at a random place in it: posts never crowd,
    so there is a way through.
    """

    class_type: type | str = "{DIR}.course:CourseCommand"

    post_names: tuple[str, ...] = MISSING
    """Names of the posts in the scene, one for each strip."""

    post_radius: float = MISSING
    """Radius of a post [m]."""

    robot_radius: float = 0.1
    """Radius of a ball around the quadrotor [m]: it crashes where the ball meets a post."""

    start_x: float = -4.0
    """x coordinate of the start [m]."""

    goal_x: float = 4.0

    lateral_range: tuple[float, float] = (-1.5, 1.5)
    """Range of the y coordinates of start and goal [m]."""

    altitude_range: tuple[float, float] = (0.8, 1.4)
    """Range of the altitudes of start and goal [m]."""

    goal_radius: float = 0.4

    posts_length: float = 5.6
    """Extent of the strips along x, centred on the environment's origin [m]."""

    posts_width: float = 4.0
    """Extent of the strips along y [m]."""
