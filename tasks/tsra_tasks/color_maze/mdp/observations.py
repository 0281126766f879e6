# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation terms of the colour maze."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from isaaclab.managers import ManagerTermBase

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import ObservationTermCfg

    from .maze import MazeCommand


def cell_types(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Type of each cell, row by row: 1 for lava, -1 for path. Shape is (num_envs, rows * columns)."""
    maze: MazeCommand = env.command_manager.get_term(command_name)
    return maze.lava.flatten(1).float() * 2.0 - 1.0


class local_occupancy(ManagerTermBase):  # noqa: N801 (a term, named as Isaac Lab names its terms)
    """Square grid of points around the robot: 1 over the maze, 0 over free ground. Lava and path read alike.

    Shape is (num_envs, size * size); rows along y, both from negative to positive.
    """

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedRLEnv) -> None:
        """Lay out the grid.

        Args:
            cfg: Term configuration with ``params`` as :meth:`__call__` takes them.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        size, spacing = cfg.params["size"], cfg.params["spacing"]
        ticks = (torch.arange(size, device=self.device) - 0.5 * (size - 1)) * spacing
        self._offsets = torch.stack(torch.meshgrid(ticks, ticks, indexing="xy"), dim=-1).reshape(1, -1, 2)

    def __call__(self, env: ManagerBasedRLEnv, command_name: str, size: int, spacing: float) -> torch.Tensor:
        """Read the grid.

        Args:
            env: Environment that owns the term.
            command_name: Name of the maze command.
            size: Number of points along each side.
            spacing: Distance between neighbouring points [m].

        Returns:
            Occupancy of shape (num_envs, size * size).
        """
        maze: MazeCommand = env.command_manager.get_term(command_name)
        return maze.inside(maze.position[:, None, :] + self._offsets).float()
