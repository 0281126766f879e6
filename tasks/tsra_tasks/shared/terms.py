# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation, reward and termination terms about goals and posts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .goal import GoalCommand
    from .posts import PostsCommand


def goal_in_robot_frame(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Goal position relative to the robot, in its frame [m]. Shape is (num_envs, dimensions)."""
    return env.command_manager.get_command(command_name)


def progress_to_goal(env: ManagerBasedRLEnv, command_name: str, max_speed: float = math.inf) -> torch.Tensor:
    """Speed at which the distance to the goal shrank in this step [m/s]. Shape is (num_envs,).

    A speed, because Isaac Lab multiplies rewards by the step's duration: the sum over an episode is metres gained.

    Args:
        env: Environment that owns the term.
        command_name: Name of the goal's command.
        max_speed: Upper bound on the speed that counts [m/s].

    Returns:
        Speed, of shape (num_envs,).
    """
    goal: GoalCommand = env.command_manager.get_term(command_name)
    return ((goal.previous_distance - goal.distance) / env.step_dt).clamp(max=max_speed)


def reached_goal(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Whether the robot is at the goal. Shape is (num_envs,)."""
    goal: GoalCommand = env.command_manager.get_term(command_name)
    return goal.distance < goal.cfg.goal_radius


def hit_post(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Whether the robot touches a post. Shape is (num_envs,)."""
    posts: PostsCommand = env.command_manager.get_term(command_name)
    return posts.touches_post()
