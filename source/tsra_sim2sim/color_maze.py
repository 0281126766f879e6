# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""World of ``TSRA-ColorMaze-Rover``."""

from __future__ import annotations

from collections.abc import Mapping

import mujoco
import numpy as np

from .drives import set_drives, set_newton_stops
from .world import MODELS, World


class ColorMaze(World):
    """A rover before a maze whose lava it cannot tell from path."""

    task = "TSRA-ColorMaze-Rover"
    targets = ("drive_x", "drive_y")

    def __init__(self, contract: dict, env_cfg: dict, substeps: int = 1) -> None:
        """Build the world.

        Args:
            contract: The policy's contract.
            env_cfg: Configuration of the task's environment.
            substeps: Physics steps for each one in Isaac Lab.

        Raises:
            WorldError: If the policy is not a student of this task.
        """
        super().__init__(contract, env_cfg, substeps)
        maze = env_cfg["commands"]["maze"]
        self._cell_size, self._goal_radius = maze["cell_size"], maze["goal_radius"]
        self._half_extents = 0.5 * self._cell_size * np.array([maze["columns"], maze["rows"]])
        grid = env_cfg["observations"]["onboard"]["occupancy"]["params"]
        ticks = (np.arange(grid["size"]) - 0.5 * (grid["size"] - 1)) * grid["spacing"]
        self._grid = np.stack(np.meshgrid(ticks, ticks, indexing="xy"), axis=-1).reshape(-1, 2)
        self._goal = np.zeros(2)
        self._lava = np.zeros((maze["rows"], maze["columns"]), dtype=bool)
        self.add_sensors(
            odometry=lambda: self.position.copy(),
            velocity=lambda: self.data.qvel.copy(),
            goal=lambda: self._goal - self.position,
            occupancy=lambda: self._over_maze(self.position + self._grid).astype(float),
        )

    def build(self, env_cfg: dict) -> mujoco.MjModel:
        """The rover and its drives; see :meth:`World.build`."""
        model = mujoco.MjModel.from_xml_path(str(MODELS / "rover.xml"))
        set_drives(model, env_cfg["scene"]["robot"]["actuators"])
        set_newton_stops(model)
        return model

    @property
    def position(self) -> np.ndarray:
        """Position of the rover [m]. Shape is (2,)."""
        return self.data.qpos

    def place(self, state: Mapping[str, np.ndarray]) -> None:
        """Put the rover at its initial state and lay the maze; see :meth:`World.place`."""
        self.data.qpos[:], self.data.qvel[:] = state["position"], state["velocity"]
        self._goal, self._lava = state["goal"], state["lava"]

    def state(self) -> dict[str, np.ndarray]:
        """Position and velocity of the rover; see :meth:`World.state`."""
        return {"position": self.position.copy(), "velocity": self.data.qvel.copy()}

    def receive(self, targets: np.ndarray) -> None:
        """Command velocities [m/s]; see :meth:`World.receive`."""
        self.data.ctrl[:] = targets

    def actuate(self) -> None:
        """The drives do it."""

    def outcome(self) -> str | None:
        """Reached the goal, or entered lava; see :meth:`World.outcome`."""
        if np.linalg.norm(self._goal - self.position) < self._goal_radius:
            return "success"
        if self._over_maze(self.position):
            column, row = ((self.position + self._half_extents) // self._cell_size).astype(int)
            if self._lava[row, column]:
                return "lava"
        return None

    def _over_maze(self, points: np.ndarray) -> np.ndarray:
        """Whether points of shape (..., 2) lie over the maze, be it lava or path. Shape is (...)."""
        return (np.abs(points) < self._half_extents).all(axis=-1)
