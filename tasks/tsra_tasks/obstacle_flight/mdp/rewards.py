# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reward terms of the obstacle flight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .course import CourseCommand


def excess_speed(env: ManagerBasedRLEnv, command_name: str, max_speed: float) -> torch.Tensor:
    """Square of how much the quadrotor flies too fast [m^2/s^2]. Shape is (num_envs,).

    Args:
        env: Environment that owns the term.
        command_name: Name of the course command.
        max_speed: Speed that costs nothing [m/s].

    Returns:
        Square of the excess, of shape (num_envs,).
    """
    course: CourseCommand = env.command_manager.get_term(command_name)
    speed = course.robot.data.root_link_lin_vel_b.torch.norm(dim=-1)
    return (speed - max_speed).clamp(min=0.0).square()


def body_rates_squared(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Sum of the squared body rates [rad^2/s^2]. Shape is (num_envs,)."""
    course: CourseCommand = env.command_manager.get_term(command_name)
    return course.robot.data.root_com_ang_vel_b.torch.square().sum(dim=-1)


def closeness_to_posts(env: ManagerBasedRLEnv, command_name: str, margin: float) -> torch.Tensor:
    """How deep the quadrotor is within a margin around the nearest post: 0 outside, 1 at touch. Shape is (num_envs,).

    Args:
        env: Environment that owns the term.
        command_name: Name of the course command.
        margin: Width of the margin [m].

    Returns:
        Closeness, of shape (num_envs,).
    """
    course: CourseCommand = env.command_manager.get_term(command_name)
    return (1.0 - course.clearance().amin(dim=-1) / margin).clamp(0.0, 1.0)
