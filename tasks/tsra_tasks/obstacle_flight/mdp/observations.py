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


def altitude(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Height above the ground [m]. Shape is (num_envs, 1)."""
    course: CourseCommand = env.command_manager.get_term(command_name)
    return course.position[:, 2:]


def lateral_position(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Distance to the left of the corridor's middle line [m]. Shape is (num_envs, 1)."""
    course: CourseCommand = env.command_manager.get_term(command_name)
    return course.position[:, 1:2]
