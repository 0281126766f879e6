# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The worlds that the page has, with the sensors that only a simulator has: for a teacher, which no robot can run.

``tsra_sim2sim`` refuses teachers, for it stands for the robot. The page shows them beside their students.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tsra_sim2sim.color_maze import ColorMaze
from tsra_sim2sim.limited_view import RAY_HEIGHT, LimitedView
from tsra_sim2sim.rays import cast_rays, fan
from tsra_sim2sim.world import World


class SeenMaze(ColorMaze):
    """The colour maze, with its lava in sight."""

    def add_sensors(self, **sensors: Callable[[], np.ndarray]) -> None:
        """Add the privileged terms; see :meth:`World.add_sensors`."""
        super().add_sensors(**sensors, position=sensors["odometry"], cells=lambda: self._lava.ravel() * 2.0 - 1.0)

    def describe(self, env_cfg: dict) -> dict:
        """What the page must know of this world.

        Args:
            env_cfg: Configuration of the task's environment.

        Returns:
            JSON-ready values, which `web/src/color_maze.ts` reads.
        """
        maze, grid = env_cfg["commands"]["maze"], env_cfg["observations"]["onboard"]["occupancy"]["params"]
        return describe_world(self, env_cfg) | {
            "goal_radius": maze["goal_radius"],
            "robot_radius": float(self.model.geom("shell").size[0]),
            "maze": {name: maze[name] for name in ("rows", "columns", "cell_size")},
            "grid": {name: grid[name] for name in ("size", "spacing")},
        }


class SeenField(LimitedView):
    """The field of posts, with rays all around."""

    def __init__(self, contract: dict, env_cfg: dict, substeps: int = 1) -> None:
        """Build the world; see :class:`tsra_sim2sim.limited_view.LimitedView`."""
        groups = (env_cfg["observations"][name] for name in ("onboard", "privileged"))
        terms = [item for group in groups for item in group.items()]
        self._fans = {name: term["params"] for name, term in terms if name.startswith("rays")}
        super().__init__(contract, env_cfg, substeps)

    def add_sensors(self, **sensors: Callable[[], np.ndarray]) -> None:
        """Add the privileged terms; see :meth:`World.add_sensors`."""
        seen = {
            name: lambda name=name: self._cast_far(**self._fans[name]) for name in self._fans if name not in sensors
        }
        super().add_sensors(**sensors, position=sensors["odometry"], **seen)

    def describe(self, env_cfg: dict) -> dict:
        """What the page must know of this world.

        Args:
            env_cfg: Configuration of the task's environment.

        Returns:
            JSON-ready values, which `web/src/limited_view.ts` reads.
        """
        field = env_cfg["commands"]["field"]
        rays = {name: {"angles": fan["angles"], "max_range": fan["max_range"]} for name, fan in self._fans.items()}
        return describe_world(self, env_cfg) | {
            **{name: field[name] for name in ("goal_radius", "robot_radius", "post_radius")},
            "rays": rays,
        }

    def _cast_far(self, angles: list[float], max_range: float, **_: object) -> np.ndarray:
        """Distances along rays, over their reach. Shape is (num_rays,)."""
        origin = np.append(self.position, RAY_HEIGHT)
        distances = cast_rays(self.model, self.data, origin, fan(angles, self.heading), self._body)
        return np.minimum(distances, max_range) / max_range


def describe_world(world: World, env_cfg: dict) -> dict:
    """What the page must know of any world.

    Args:
        world: The world.
        env_cfg: Configuration of the task's environment.

    Returns:
        ``arena``, its extents along x and y [m], ``max_steps`` of an episode and ``decimation``.
    """
    return {
        "arena": env_cfg["scene"]["floor"]["spawn"]["size"][:2],
        "max_steps": world.max_steps,
        "decimation": world.decimation,
    }


WORLDS: dict[str, type[SeenMaze | SeenField]] = {world.task: world for world in (SeenMaze, SeenField)}
"""World of each task that the page has, by the task's name."""
