# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation, reward and termination terms about the goal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .goal import GoalCommand


def goal_in_robot_frame(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Goal position relative to the robot, in its frame [m]. Shape is (num_envs, 2)."""
    return env.command_manager.get_command(command_name)


def progress_to_goal(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Speed at which the distance to the goal shrank in this step [m/s]. Shape is (num_envs,).

    A speed, because Isaac Lab multiplies rewards by the step's duration: the sum over an episode is metres gained.
    """
    goal: GoalCommand = env.command_manager.get_term(command_name)
    return (goal.previous_distance - goal.distance) / env.step_dt


def reached_goal(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Whether the robot is at the goal. Shape is (num_envs,)."""
    goal: GoalCommand = env.command_manager.get_term(command_name)
    return goal.distance < goal.cfg.goal_radius
