# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Termination terms of the obstacle flight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .course import CourseCommand


def left_corridor(
    env: ManagerBasedRLEnv, command_name: str, half_width: float, altitude_range: tuple[float, float]
) -> torch.Tensor:
    """Whether the quadrotor is too far to a side, too low, too high, behind the start or upside down.

    Args:
        env: Environment that owns the term.
        command_name: Name of the course command.
        half_width: Half the width of the corridor [m].
        altitude_range: Altitudes that are allowed [m].

    Returns:
        Whether it left, of shape (num_envs,).
    """
    course: CourseCommand = env.command_manager.get_term(command_name)
    position, cfg = course.position, course.cfg
    aside = position[:, 1].abs() > half_width
    low_or_high = (position[:, 2] < altitude_range[0]) | (position[:, 2] > altitude_range[1])
    behind = (position[:, 0] < cfg.start_x - 1.0) | (position[:, 0] > cfg.goal_x + 1.0)
    upside_down = course.robot.data.projected_gravity_b.torch[:, 2] > 0.0
    return aside | low_or_high | behind | upside_down
