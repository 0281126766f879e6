# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reset events of the limited view."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .field import FieldCommand


def reset_rover_in_corridor(
    env: ManagerBasedRLEnv,
    env_ids: torch.Tensor | slice,
    start_x: float,
    start_y_range: tuple[float, float],
    command_name: str,
) -> None:
    """Place resting rovers at the start; they face any direction.

    Args:
        env: Environment to reset.
        env_ids: Environments to reset.
        start_x: x coordinate of the start [m].
        start_y_range: Range of the start's y coordinate [m].
        command_name: Name of the field command.
    """
    field: FieldCommand = env.command_manager.get_term(command_name)
    count = len(field.goal[env_ids])
    x = torch.full((count,), start_x, device=env.device)
    y = torch.empty(count, device=env.device).uniform_(*start_y_range)
    heading = torch.empty(count, device=env.device).uniform_(-math.pi, math.pi)
    state = torch.zeros(count, field.robot.num_joints, device=env.device)
    state[:, field.drive_ids + field.turn_ids] = torch.stack([x, y, heading], dim=-1)
    field.robot.write_joint_position_to_sim_index(position=state, env_ids=env_ids)
    field.robot.write_joint_velocity_to_sim_index(velocity=torch.zeros_like(state), env_ids=env_ids)
