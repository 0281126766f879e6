# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Privileged observation of the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from isaaclab.managers import ManagerTermBase, SceneEntityCfg

from .curbs import Curbs

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import ObservationTermCfg


class HeightProfile(ManagerTermBase):
    """Height of the ground around the robot, exact: no ray is cast. Shape is (num_envs, num_points)."""

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedRLEnv) -> None:
        """Lay out the points.

        Args:
            cfg: Configuration of the term, with parameters as :meth:`__call__` takes them.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        self._curbs = Curbs.of(env, cfg.params["curbs"])
        self._grid = torch.cartesian_prod(
            torch.tensor(cfg.params["ahead"], device=env.device), torch.tensor(cfg.params["left"], device=env.device)
        )

    def __call__(
        self,
        env: ManagerBasedRLEnv,
        curbs: dict[str, tuple[float, float]],
        ahead: tuple[float, ...],
        left: tuple[float, ...],
        nominal_height: float,
        asset_cfg: SceneEntityCfg,
    ) -> torch.Tensor:
        """Look up the heights.

        Args:
            env: Environment that owns the term.
            curbs: Extents of the curbs along their own x and y axes [m], by the names of their prims.
            ahead: Coordinates of the grid's points ahead of the robot's root [m].
            left: Coordinates of the grid's points to its left [m].
            nominal_height: Height of the root above the ground at which flat ground reads 0 [m].
            asset_cfg: The robot.

        Returns:
            Heights relative to the ground that the robot's root would nominally be above [m], of shape
            (num_envs, num_points).
        """
        ground, root = self._curbs.profile(env.scene[asset_cfg.name], self._grid)
        return ground - (root[:, None] - nominal_height)

    def points(self, asset_cfg: SceneEntityCfg) -> torch.Tensor:
        """Where the heights are looked up.

        Args:
            asset_cfg: The robot.

        Returns:
            Points of the ground, from the environment's origin [m]. Shape is (num_envs, num_points, 3).
        """
        return self._curbs.points_around(self._env.scene[asset_cfg.name], self._grid)
