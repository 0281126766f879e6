# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reset events of the obstacle flight."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from isaaclab.utils.math import quat_from_euler_xyz

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .course import CourseCommand


def reset_quadrotor(
    env: ManagerBasedRLEnv,
    env_ids: torch.Tensor,
    max_tilt: float,
    max_speed: float,
    anywhere_fraction: float,
    command_name: str,
) -> None:
    """Put quadrotors at the start, or, for a fraction of the episodes, anywhere along the course.

    They face any direction, tilted and moving a little. Starting everywhere is an exploration aid for training; an
    episode that begins at a post ends at once.

    Args:
        env: Environment to reset.
        env_ids: Environments to reset.
        max_tilt: Largest roll and pitch [rad].
        max_speed: Largest component of the velocity [m/s].
        anywhere_fraction: Probability of starting anywhere, 0 for evaluation.
        command_name: Name of the course command.
    """
    course: CourseCommand = env.command_manager.get_term(command_name)
    cfg, device = course.cfg, env.device
    count = len(course.goal[env_ids])

    def uniform(low: float, high: float) -> torch.Tensor:
        return torch.empty(count, device=device).uniform_(low, high)

    start = torch.full((count,), cfg.start_x, device=device)
    anywhere = torch.rand(count, device=device) < anywhere_fraction
    x = torch.where(anywhere, uniform(cfg.start_x, cfg.goal_x - 1.0), start)
    position = torch.stack([x, uniform(*cfg.lateral_range), uniform(*cfg.altitude_range)], dim=-1)
    orientation = quat_from_euler_xyz(
        uniform(-max_tilt, max_tilt), uniform(-max_tilt, max_tilt), uniform(-math.pi, math.pi)
    )
    pose = torch.cat([position + env.scene.env_origins[env_ids], orientation], dim=-1)
    velocity = torch.zeros(count, 6, device=device)
    velocity[:, :3].uniform_(-max_speed, max_speed)
    course.robot.write_root_pose_to_sim_index(root_pose=pose, env_ids=env_ids)
    course.robot.write_root_velocity_to_sim_index(root_velocity=velocity, env_ids=env_ids)
