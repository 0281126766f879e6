# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The maze as a command term: it owns the cells and the goal, and answers where a point lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

import isaaclab.sim as sim_utils
from isaaclab.managers import CommandTerm
from isaaclab.markers import VisualizationMarkers, VisualizationMarkersCfg

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .maze_cfg import MazeCommandCfg


class MazeCommand(CommandTerm):
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
        self.robot = env.scene[cfg.asset_name]
        self.lava = torch.zeros(self.num_envs, cfg.rows, cfg.columns, dtype=torch.bool, device=self.device)
        """Whether a cell is lava. Shape is (num_envs, rows, columns)."""
        self.goal = torch.zeros(self.num_envs, 2, device=self.device)
        """Goal position [m]. Shape is (num_envs, 2)."""
        self.previous_distance = torch.zeros(self.num_envs, device=self.device)
        """Distance to the goal at the end of the last step [m]. Shape is (num_envs,)."""
        self.half_extents = 0.5 * cfg.cell_size * torch.tensor([cfg.columns, cfg.rows], device=self.device)
        """Half extents of the maze along x and y [m]. Shape is (2,)."""

    @property
    def command(self) -> torch.Tensor:
        """Goal relative to the robot [m]. Shape is (num_envs, 2). The rover never turns, so frames are parallel."""
        return self.goal - self.position

    @property
    def position(self) -> torch.Tensor:
        """Position of the robot [m]. Shape is (num_envs, 2)."""
        return self.robot.data.joint_pos.torch

    @property
    def distance(self) -> torch.Tensor:
        """Distance from the robot to the goal [m]. Shape is (num_envs,)."""
        return self.command.norm(dim=-1)

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
        column = (points[:, 0] / self.cfg.cell_size + 0.5 * self.cfg.columns).floor().long()
        row = (points[:, 1] / self.cfg.cell_size + 0.5 * self.cfg.rows).floor().long()
        column = column.clamp(0, self.cfg.columns - 1)
        row = row.clamp(0, self.cfg.rows - 1)
        environments = torch.arange(self.num_envs, device=self.device)
        return self.inside(points) & self.lava[environments, row, column]

    def cell_centers(self) -> torch.Tensor:
        """Centres of the cells [m]. Shape is (rows, columns, 2)."""
        x = (torch.arange(self.cfg.columns, device=self.device) - 0.5 * (self.cfg.columns - 1)) * self.cfg.cell_size
        y = (torch.arange(self.cfg.rows, device=self.device) - 0.5 * (self.cfg.rows - 1)) * self.cfg.cell_size
        return torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)

    def _update_metrics(self) -> None:
        """Outcomes are logged by the termination terms."""

    def _resample_command(self, env_ids: Sequence[int] | slice | torch.Tensor) -> None:
        count = len(self.goal[env_ids])
        cfg = self.cfg
        lava = torch.rand(count, cfg.rows, cfg.columns, device=self.device) < cfg.lava_probability
        # carve one way through: a walk over the columns that keeps its row or moves to a neighbouring one
        walks = torch.arange(count, device=self.device)
        row = torch.randint(cfg.rows, (count,), device=self.device)
        for column in range(cfg.columns):
            lava[walks, row, column] = False
            row = (row + torch.randint(-1, 2, (count,), device=self.device)).clamp(0, cfg.rows - 1)
            lava[walks, row, column] = False
        self.lava[env_ids] = lava
        self.goal[env_ids, 0] = cfg.goal_x
        self.goal[env_ids, 1] = torch.empty(count, device=self.device).uniform_(*cfg.goal_y_range)
        self.previous_distance[env_ids] = self.distance[env_ids]

    def _update_command(self) -> None:
        # runs at the end of a step, so the reward term of the next sees the distance before its action
        self.previous_distance[:] = self.distance

    def _set_debug_vis_impl(self, debug_vis: bool) -> None:
        if debug_vis and not hasattr(self, "_markers"):
            self._markers = VisualizationMarkers(_marker_cfg(self.cfg))
        if hasattr(self, "_markers"):
            self._markers.set_visibility(debug_vis)

    def _debug_vis_callback(self, event: object) -> None:
        origins = self._env.scene.env_origins
        cells = self.cell_centers().reshape(1, -1, 2) + origins[:, None, :2]
        points = torch.cat([cells.reshape(-1, 2), self.goal + origins[:, :2]])
        kinds = torch.cat([self.lava.flatten().long(), torch.full((self.num_envs,), 2, device=self.device)])
        heights = torch.full((len(points), 1), 0.005, device=self.device)
        self._markers.visualize(translations=torch.cat([points, heights], dim=-1), marker_indices=kinds)


def _marker_cfg(cfg: MazeCommandCfg) -> VisualizationMarkersCfg:
    """Markers in the order of the indices used above: path, lava, goal."""
    side = 0.96 * cfg.cell_size

    def paint(red: float, green: float, blue: float) -> sim_utils.PreviewSurfaceCfg:
        return sim_utils.PreviewSurfaceCfg(diffuse_color=(red, green, blue))

    return VisualizationMarkersCfg(
        prim_path="/Visuals/maze",
        markers={
            "path": sim_utils.CuboidCfg(size=(side, side, 0.01), visual_material=paint(0.35, 0.55, 0.75)),
            "lava": sim_utils.CuboidCfg(size=(side, side, 0.01), visual_material=paint(0.85, 0.22, 0.08)),
            "goal": sim_utils.CylinderCfg(radius=cfg.goal_radius, height=0.01, visual_material=paint(0.15, 0.65, 0.25)),
        },
    )
