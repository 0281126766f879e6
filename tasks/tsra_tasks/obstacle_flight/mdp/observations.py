# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation terms of the obstacle flight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .course import CourseCommand


def goal_in_body_frame(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Goal relative to the quadrotor, in its body frame [m]. Shape is (num_envs, 3)."""
    return env.command_manager.get_command(command_name)


def altitude(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Height above the ground [m]. Shape is (num_envs, 1)."""
    course: CourseCommand = env.command_manager.get_term(command_name)
    return course.position[:, 2:]


def lateral_position(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Distance to the left of the corridor's middle line [m]. Shape is (num_envs, 1)."""
    course: CourseCommand = env.command_manager.get_term(command_name)
    return course.position[:, 1:2]


def nearest_posts(env: ManagerBasedRLEnv, command_name: str, count: int) -> torch.Tensor:
    """Nearest posts, the nearest first, relative to the quadrotor in its heading frame.

    A post is given by the direction to its axis and by its nearness, 1 / (1 + distance of its surface [m]), so that
    far posts matter little. Shape is (num_envs, 3 * count).
    """
    course: CourseCommand = env.command_manager.get_term(command_name)
    posts = course.relative_posts()
    distance = posts.norm(dim=-1)
    order = distance.argsort(dim=-1)[:, :count]
    distance = distance.gather(1, order)
    direction = posts.gather(1, order[..., None].expand(-1, -1, 2)) / distance[..., None].clamp(min=1.0e-6)
    nearness = 1.0 / (1.0 + (distance - course.cfg.post_radius).clamp(min=0.0))
    return torch.cat([direction * nearness[..., None], nearness[..., None]], dim=-1).flatten(1)
