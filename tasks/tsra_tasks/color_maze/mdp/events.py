# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reset events of the colour maze."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .maze import MazeCommand


def reset_rover_around_maze(
    env: ManagerBasedRLEnv,
    env_ids: torch.Tensor | slice,
    start_x: float,
    start_y_range: tuple[float, float],
    anywhere_fraction: float,
    command_name: str,
) -> None:
    """Place resting rovers at the start, or, for a fraction of the episodes, anywhere around the maze.

    Starting everywhere is an exploration aid for training: without it few episodes ever see the goal.

    Args:
        env: Environment to reset.
        env_ids: Environments to reset.
        start_x: x coordinate of the start [m].
        start_y_range: Range of the start's y coordinate [m].
        anywhere_fraction: Probability of starting anywhere around the maze, 0 for evaluation.
        command_name: Name of the maze command; no rover starts over its maze.
    """
    maze: MazeCommand = env.command_manager.get_term(command_name)
    robot = maze.robot
    count = len(maze.goal[env_ids])
    start = torch.empty(count, 2, device=env.device)
    start[:, 0] = start_x
    start[:, 1].uniform_(*start_y_range)

    half_arena = robot.data.joint_pos_limits.torch[0, :, 1]
    half_maze = maze.half_extents
    anywhere = (2.0 * torch.rand(count, 2, device=env.device) - 1.0) * half_arena
    # a point over the maze moves, by the shorter way along y, into the strip beside it
    over_maze = (anywhere.abs() < half_maze).all(dim=-1)
    strip = half_maze[1] + (half_arena[1] - half_maze[1]) * torch.rand(count, device=env.device)
    anywhere[:, 1] = torch.where(over_maze, torch.where(anywhere[:, 1] < 0.0, -strip, strip), anywhere[:, 1])

    is_anywhere = torch.rand(count, 1, device=env.device) < anywhere_fraction
    position = torch.where(is_anywhere, anywhere, start)
    robot.write_joint_position_to_sim_index(position=position, env_ids=env_ids)
    robot.write_joint_velocity_to_sim_index(velocity=torch.zeros_like(position), env_ids=env_ids)
