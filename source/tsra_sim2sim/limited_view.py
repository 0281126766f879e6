# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""World of ``TSRA-LimitedView-Rover``."""

from __future__ import annotations

import math
from collections.abc import Mapping

import mujoco
import numpy as np

from .drives import set_drives, set_newton_stops
from .rays import cast_rays, fan
from .scenery import add_posts, place_posts
from .world import MODELS, World

POST_HEIGHT = 0.5
"""Height of the posts [m]: the rays are level and below it."""

RAY_HEIGHT = 0.1
"""Height of the rays [m]."""


class LimitedView(World):
    """A rover that turns, in a field of posts, with a short fan of rays ahead."""

    task = "TSRA-LimitedView-Rover"
    targets = ("drive_x", "drive_y", "turn")

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
        field, rays = env_cfg["commands"]["field"], env_cfg["observations"]["onboard"]["rays"]["params"]
        self._goal_radius, self._touching = field["goal_radius"], field["post_radius"] + field["robot_radius"]
        self._angles, self._range = rays["angles"], rays["max_range"]
        self._body = self.model.body("body").id
        self._goal, self._posts, self._command = np.zeros(2), np.zeros((field["num_posts"], 2)), np.zeros(3)
        self.add_sensors(
            odometry=lambda: self.position.copy(),
            heading=lambda: np.array([math.cos(self.heading), math.sin(self.heading)]),
            velocity=lambda: np.append(self._in_robot_frame(self.data.qvel[:2]), self.data.qvel[2]),
            goal=lambda: self._in_robot_frame(self._goal - self.position),
            rays=self._cast,
        )

    def build(self, env_cfg: dict) -> mujoco.MjModel:
        """The rover with its drives, and the posts; see :meth:`World.build`."""
        field = env_cfg["commands"]["field"]
        spec = mujoco.MjSpec.from_file(str(MODELS / "turning_rover.xml"))
        add_posts(spec, field["num_posts"], field["post_radius"], POST_HEIGHT)
        model = spec.compile()
        set_drives(model, env_cfg["scene"]["robot"]["actuators"])
        set_newton_stops(model)
        return model

    @property
    def position(self) -> np.ndarray:
        """Position of the rover [m]. Shape is (2,)."""
        return self.data.qpos[:2]

    @property
    def heading(self) -> float:
        """Direction that the rover faces, from the x axis [rad]."""
        return self.data.qpos[2]

    def place(self, state: Mapping[str, np.ndarray]) -> None:
        """Put the rover at its initial state and the posts in its way; see :meth:`World.place`."""
        self.data.qpos[:] = [*state["position"], state["heading"]]
        self.data.qvel[:] = [*state["velocity"], state["turn_rate"]]
        self._goal, self._posts = state["goal"], state["posts"]
        place_posts(self.data, self._posts)

    def state(self) -> dict[str, np.ndarray]:
        """Place and motion of the rover; see :meth:`World.state`."""
        return {
            "position": self.position.copy(),
            "velocity": self.data.qvel[:2].copy(),
            "heading": np.array(self.heading),
            "turn_rate": self.data.qvel[2].copy(),
        }

    def receive(self, targets: np.ndarray) -> None:
        """Command velocities ahead and to the left [m/s] and of turning [rad/s]; see :meth:`World.receive`."""
        self._command = targets

    def actuate(self) -> None:
        """Turn the command with the rover: the drives are along the world's axes."""
        ahead, left, turn = self._command
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        self.data.ctrl[:] = [cos * ahead - sin * left, sin * ahead + cos * left, turn]

    def outcome(self) -> str | None:
        """Reached the goal, or touched a post; see :meth:`World.outcome`."""
        if np.linalg.norm(self._goal - self.position) < self._goal_radius:
            return "success"
        if (np.linalg.norm(self._posts - self.position, axis=-1) < self._touching).any():
            return "collision"
        return None

    def _in_robot_frame(self, vector: np.ndarray) -> np.ndarray:
        """A vector of the world frame, of shape (2,), in the rover's: x ahead, y to the left."""
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        return np.array([cos * vector[0] + sin * vector[1], cos * vector[1] - sin * vector[0]])

    def _cast(self) -> np.ndarray:
        """Distances along the fan, over its reach. Shape is (num_rays,)."""
        origin = np.append(self.position, RAY_HEIGHT)
        distances = cast_rays(self.model, self.data, origin, fan(self._angles, self.heading), self._body)
        return np.minimum(distances, self._range) / self._range
