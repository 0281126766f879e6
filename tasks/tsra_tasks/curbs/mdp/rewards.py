# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reward terms of the curbs task, beside those of Isaac Lab's velocity tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from isaaclab.managers import ManagerTermBase, SceneEntityCfg

from ...velocity.mdp import feet_contact
from .curbs import Curbs

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import RewardTermCfg

FOOTPRINT = (-0.2, 0.0, 0.2)
"""Where the ground below the trunk is looked up, ahead of its middle [m]."""


def progress(env: ManagerBasedRLEnv, command_name: str, asset_cfg: SceneEntityCfg) -> torch.Tensor:
    """Speed in the direction of the command, as a share of the commanded speed.

    Isaac Lab's reward of tracking is flat where the robot stands still, and a robot that falls over curbs learns to
    stand still first.

    Args:
        env: Environment.
        command_name: Name of the velocity command, which must not be zero.
        asset_cfg: The robot.

    Returns:
        Shares from -1 to 1, of shape (num_envs,).
    """
    command = env.command_manager.get_command(command_name)[:, :2]
    velocity = env.scene[asset_cfg.name].data.root_lin_vel_b.torch[:, :2]
    return ((velocity * command).sum(dim=1) / command.square().sum(dim=1).clamp(min=1e-6)).clamp(-1.0, 1.0)


def foot_lift(
    env: ManagerBasedRLEnv,
    curbs: dict[str, tuple[float, float]],
    enough: float,
    radius: float,
    asset_cfg: SceneEntityCfg,
    sensor_cfg: SceneEntityCfg,
) -> torch.Tensor:
    """How high the feet that touch nothing are above the ground right below them.

    The reward for clearance of Isaac Lab's Spot is largest where feet stand still, and pays a robot that does not walk.

    Args:
        env: Environment.
        curbs: Extents of the curbs along their own x and y axes [m], by the names of their prims.
        enough: Height that counts as 1; more is worth no more [m].
        radius: Radius of a foot [m].
        asset_cfg: The robot and its feet.
        sensor_cfg: The contact sensor and the feet, in the same order.

    Returns:
        Sum over the feet of shares from 0 to 1, of shape (num_envs,).
    """
    clearances = Curbs.of(env, curbs).clearances(env.scene[asset_cfg.name], asset_cfg.body_ids, radius)
    return ((clearances / enough).clamp(0.0, 1.0) * (1.0 - feet_contact(env, sensor_cfg))).sum(dim=1)


class BaseHeight(ManagerTermBase):
    """Squared error of the root's height above the ground, averaged below the trunk [m^2]. Shape is (num_envs,).

    Isaac Lab's own term needs rays to know the ground.
    """

    def __init__(self, cfg: RewardTermCfg, env: ManagerBasedRLEnv) -> None:
        """Find the curbs.

        Args:
            cfg: Configuration of the term, with parameters as :meth:`__call__` takes them.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        self._curbs = Curbs.of(env, cfg.params["curbs"])
        self._grid = torch.tensor([(x, 0.0) for x in FOOTPRINT], device=env.device)

    def __call__(
        self,
        env: ManagerBasedRLEnv,
        curbs: dict[str, tuple[float, float]],
        target_height: float,
        asset_cfg: SceneEntityCfg,
    ) -> torch.Tensor:
        """Square the error.

        Args:
            env: Environment that owns the term.
            curbs: Extents of the curbs along their own x and y axes [m], by the names of their prims.
            target_height: Height of the root above the ground [m].
            asset_cfg: The robot.

        Returns:
            Squared error, of shape (num_envs,).
        """
        ground, root = self._curbs.profile(env.scene[asset_cfg.name], self._grid)
        return (root - ground.mean(dim=1) - target_height).square()
