# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Where gripper and handle are: what observation and reward terms share.

The handle's frame is that of its body: x out of the cabinet's front, z up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

import isaaclab.utils.math as math_utils

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedEnv
    from isaaclab.managers import SceneEntityCfg

Vector = tuple[float, float, float]
"""Coordinates of a point, or a way, along x, y and z [m]."""


def body_pose(env: ManagerBasedEnv, body_cfg: SceneEntityCfg) -> tuple[torch.Tensor, torch.Tensor]:
    """Pose of a body in the environment's frame.

    Args:
        env: Environment.
        body_cfg: Asset and the one body in it.

    Returns:
        Position [m] of shape (num_envs, 3) and rotation matrix of shape (num_envs, 3, 3).
    """
    asset: Articulation = env.scene[body_cfg.name]
    (body,) = body_cfg.body_ids
    position = asset.data.body_link_pos_w.torch[:, body] - env.scene.env_origins
    return position, math_utils.matrix_from_quat(asset.data.body_link_quat_w.torch[:, body])


def point_on_body(env: ManagerBasedEnv, body_cfg: SceneEntityCfg, offset: tuple[float, float, float]) -> torch.Tensor:
    """Position of a point of a body in the environment's frame [m].

    Args:
        env: Environment.
        body_cfg: Asset and the one body in it.
        offset: The point in the body's frame [m].

    Returns:
        Position of shape (num_envs, 3).
    """
    position, rotation = body_pose(env, body_cfg)
    return position + rotation @ torch.tensor(offset, device=env.device)
