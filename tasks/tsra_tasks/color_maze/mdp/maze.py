# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The maze as a command term: it owns the cells and the goal, and answers where a point lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

import isaaclab.sim as sim_utils
from isaaclab.markers import VisualizationMarkersCfg

from ...shared.goal import RoverGoalCommand
from ...shared.scene import paint

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .maze_cfg import MazeCommandCfg


class MazeCommand(RoverGoalCommand):
    """Goal behind a maze of lava and path cells, both drawn at each reset.

    All positions are in the environment frame: x towards the goal, origin at the maze's centre.
    """

    cfg: MazeCommandCfg

    def __init__(self, cfg: MazeCommandCfg, env: ManagerBasedRLEnv) -> None:
        """Allocate the cells and goals of all environments.

        Args:
            cfg: Configuration of the maze.
            env: Environment that owns the command.
        """
        super().__init__(cfg, env)
        self.lava = torch.zeros(self.num_envs, cfg.rows, cfg.columns, dtype=torch.bool, device=self.device)
        """Whether a cell is lava. Shape is (num_envs, rows, columns)."""
        self.half_extents = 0.5 * cfg.cell_size * torch.tensor([cfg.columns, cfg.rows], device=self.device)
        """Half extents of the maze along x and y [m]. Shape is (2,)."""

    def inside(self, points: torch.Tensor) -> torch.Tensor:
        """Whether points lie over the maze, be it lava or path.

        Args:
            points: Points [m]. Shape is (num_envs, ..., 2).

        Returns:
            Boolean tensor of shape (num_envs, ...).
        """
        return (points.abs() < self.half_extents).all(dim=-1)

    def on_lava(self, points: torch.Tensor) -> torch.Tensor:
        """Whether points lie over lava cells.

        Args:
            points: Points [m]. Shape is (num_envs, 2).

        Returns:
            Boolean tensor of shape (num_envs,).
        """
        return self.inside(points) & self.lava[self._cells_at(points)]

    @contextmanager
    def redrawn_cells(self) -> Iterator[torch.Tensor]:
        """Other mazes in place of the present ones: only what no onboard sensor tells differs.

        The cell under the robot stays as it is, for a robot that still drives knows it to be path.

        Yields:
            Which environments have another maze: all. Shape is (num_envs,).
        """
        present = self.lava
        cells = self._cells_at(self.position)
        self.lava = self._draw_lava(self.num_envs)
        self.lava[cells] = torch.where(self.inside(self.position), present[cells], self.lava[cells])
        try:
            yield torch.ones(self.num_envs, dtype=torch.bool, device=self.device)
        finally:
            self.lava = present

    def _cells_at(self, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Indices of the cells nearest to one point of each environment, as ``lava`` takes them."""
        column = (points[:, 0] / self.cfg.cell_size + 0.5 * self.cfg.columns).floor().long()
        row = (points[:, 1] / self.cfg.cell_size + 0.5 * self.cfg.rows).floor().long()
        environments = torch.arange(self.num_envs, device=self.device)
        return environments, row.clamp(0, self.cfg.rows - 1), column.clamp(0, self.cfg.columns - 1)

    def cell_centers(self) -> torch.Tensor:
        """Centres of the cells [m]. Shape is (rows, columns, 2)."""
        x = (torch.arange(self.cfg.columns, device=self.device) - 0.5 * (self.cfg.columns - 1)) * self.cfg.cell_size
        y = (torch.arange(self.cfg.rows, device=self.device) - 0.5 * (self.cfg.rows - 1)) * self.cfg.cell_size
        return torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)

    def _resample_command(self, env_ids: Sequence[int] | slice | torch.Tensor) -> None:
        self.lava[env_ids] = self._draw_lava(len(self.goal[env_ids]))
        super()._resample_command(env_ids)

    def _draw_lava(self, count: int) -> torch.Tensor:
        """Draw the cells of mazes, each with a way through. Shape is (count, rows, columns)."""
        cfg = self.cfg
        lava = torch.rand(count, cfg.rows, cfg.columns, device=self.device) < cfg.lava_probability
        # carve the way: a walk over the columns that keeps its row or moves to a neighbouring one
        walks = torch.arange(count, device=self.device)
        row = torch.randint(cfg.rows, (count,), device=self.device)
        for column in range(cfg.columns):
            lava[walks, row, column] = False
            row = (row + torch.randint(-1, 2, (count,), device=self.device)).clamp(0, cfg.rows - 1)
            lava[walks, row, column] = False
        return lava

    def _marker_cfg(self) -> VisualizationMarkersCfg:
        """Markers in the order of the indices used below: path, lava, goal."""
        side = 0.96 * self.cfg.cell_size
        return VisualizationMarkersCfg(
            prim_path="/Visuals/maze",
            markers={
                "path": sim_utils.CuboidCfg(size=(side, side, 0.01), visual_material=paint(0.35, 0.55, 0.75)),
                "lava": sim_utils.CuboidCfg(size=(side, side, 0.01), visual_material=paint(0.85, 0.22, 0.08)),
                "goal": self._goal_marker(),
            },
        )

    def _debug_vis_callback(self, event: object) -> None:
        origins = self._env.scene.env_origins
        cells = self.cell_centers().reshape(1, -1, 2) + origins[:, None, :2]
        points = torch.cat([cells.reshape(-1, 2), self.goal + origins[:, :2]])
        kinds = torch.cat([self.lava.flatten().long(), torch.full((self.num_envs,), 2, device=self.device)])
        heights = torch.full((len(points), 1), 0.005, device=self.device)
        self._markers.visualize(translations=torch.cat([points, heights], dim=-1), marker_indices=kinds)
