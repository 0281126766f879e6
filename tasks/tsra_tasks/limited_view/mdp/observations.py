# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation terms of the limited view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .field import FieldCommand


def heading(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Cosine and sine of the direction that the robot faces. Shape is (num_envs, 2)."""
    field: FieldCommand = env.command_manager.get_term(command_name)
    return torch.stack([field.heading.cos(), field.heading.sin()], dim=-1)


def body_velocity(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Velocity ahead and to the left [m/s] and turn rate [rad/s]. Shape is (num_envs, 3)."""
    field: FieldCommand = env.command_manager.get_term(command_name)
    return torch.cat([field.in_robot_frame(field.velocity), field.turn_rate[:, None]], dim=-1)
