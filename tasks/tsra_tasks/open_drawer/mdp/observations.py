# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation terms of the drawer task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from .geometry import Vector, body_pose, point_on_body

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedEnv
    from isaaclab.managers import SceneEntityCfg


def gripper_to_handle(
    env: ManagerBasedEnv,
    hand_cfg: SceneEntityCfg,
    gripper_offset: Vector,
    handle_cfg: SceneEntityCfg,
    handle_offset: Vector,
) -> torch.Tensor:
    """Vector from the gripper's point to the handle's middle, in the environment's frame [m].

    Args:
        env: Environment.
        hand_cfg: Robot and the body that carries the gripper.
        gripper_offset: The gripper's point in that body's frame [m].
        handle_cfg: Cabinet and its handle.
        handle_offset: Middle of the handle in its body's frame [m].

    Returns:
        Vector of shape (num_envs, 3).
    """
    handle = point_on_body(env, handle_cfg, handle_offset)
    return handle - point_on_body(env, hand_cfg, gripper_offset)


def hand_in_handle_frame(env: ManagerBasedEnv, hand_cfg: SceneEntityCfg, handle_cfg: SceneEntityCfg) -> torch.Tensor:
    """Orientation of the hand to the handle, as the hand's x and z axes in the handle's frame.

    Args:
        env: Environment.
        hand_cfg: Robot and the body that carries the gripper.
        handle_cfg: Cabinet and its handle.

    Returns:
        Axes of shape (num_envs, 6).
    """
    _, hand = body_pose(env, hand_cfg)
    _, handle = body_pose(env, handle_cfg)
    relative = handle.mT @ hand
    return torch.cat([relative[:, :, 0], relative[:, :, 2]], dim=-1)
