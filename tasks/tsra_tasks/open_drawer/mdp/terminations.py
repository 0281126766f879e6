# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Termination terms of the drawer task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import SceneEntityCfg


def drawer_is_open(env: ManagerBasedRLEnv, drawer_cfg: SceneEntityCfg, opening: float) -> torch.Tensor:
    """Whether the drawer is open far enough.

    Args:
        env: Environment.
        drawer_cfg: Cabinet and the drawer's joint.
        opening: How far is enough [m].

    Returns:
        Mask of shape (num_envs,).
    """
    cabinet: Articulation = env.scene[drawer_cfg.name]
    return cabinet.data.joint_pos.torch[:, drawer_cfg.joint_ids].squeeze(-1) >= opening
