# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""World of ``TSRA-ObstacleFlight-Quadrotor``."""

from __future__ import annotations

from collections.abc import Mapping

import mujoco
import numpy as np

from .quadrotor_dynamics import QuadrotorDynamics
from .rays import DepthCamera
from .rotations import rotation_matrix, to_mujoco
from .scenery import add_floor, add_posts, place_posts
from .world import MODELS, World

POST_HEIGHT = 3.0
"""Height of the posts [m]."""


class ObstacleFlight(World):
    """A quadrotor with a forward depth camera before round posts."""

    task = "TSRA-ObstacleFlight-Quadrotor"
    targets = ("thrust_over_weight", "roll_rate", "pitch_rate", "yaw_rate")

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
        self._course, camera = env_cfg["commands"]["course"], env_cfg["scene"]["camera"]
        self._body = self.model.body("quadrotor").id
        weight = self.model.body_mass[self._body] * np.linalg.norm(self.model.opt.gravity)
        self._dynamics = QuadrotorDynamics(
            env_cfg["actions"]["flight"]["dynamics"], self.model.body_inertia[self._body], weight
        )
        self._left = env_cfg["terminations"]["left_corridor"]["params"]
        self._camera = DepthCamera(camera, env_cfg["observations"]["image"]["depth"]["params"]["max_range"])
        self._camera_position = np.array(camera["offset"]["pos"])
        self._camera_rotation = rotation_matrix(to_mujoco(camera["offset"]["rot"]))
        self._goal, self._command = np.zeros(3), np.zeros(4)
        self._posts = np.zeros((len(self._course["post_names"]), 2))
        self.add_sensors(
            attitude=lambda: -self.rotation[2],
            body_rates=lambda: self.data.qvel[3:].copy(),
            velocity=lambda: self.data.qvel[:3] @ self.rotation,
            goal=lambda: (self._goal - self.position) @ self.rotation,
            altitude=lambda: self.position[2:].copy(),
            lateral_position=lambda: self.position[1:2].copy(),
            depth=self._render,
        )

    def build(self, env_cfg: dict) -> mujoco.MjModel:
        """The quadrotor, the posts and the floor; see :meth:`World.build`."""
        course = env_cfg["commands"]["course"]
        spec = mujoco.MjSpec.from_file(str(MODELS / "quadrotor.xml"))
        add_posts(spec, len(course["post_names"]), course["post_radius"], POST_HEIGHT)
        add_floor(spec, env_cfg["scene"]["floor"])
        return spec.compile()

    @property
    def position(self) -> np.ndarray:
        """Position of the quadrotor [m]. Shape is (3,)."""
        return self.data.qpos[:3]

    @property
    def rotation(self) -> np.ndarray:
        """Rotation matrix from the body to the world frame. Shape is (3, 3)."""
        return rotation_matrix(self.data.qpos[3:])

    def place(self, state: Mapping[str, np.ndarray]) -> None:
        """Put the quadrotor at its initial state and the posts in its way; see :meth:`World.place`."""
        self.data.qpos[:] = [*state["position"], *to_mujoco(state["orientation"])]
        self.data.qvel[:] = [*state["velocity"], *state["body_rates"]]
        self._dynamics.motor_thrusts = state["motor_thrusts"].astype(float)
        self._goal, self._posts = state["goal"], state["posts"]
        place_posts(self.data, self._posts)

    def state(self) -> dict[str, np.ndarray]:
        """Place and motion of the quadrotor and its motors; see :meth:`World.state`."""
        return {
            "position": self.position.copy(),
            "orientation": np.roll(self.data.qpos[3:], -1),
            "velocity": self.data.qvel[:3].copy(),
            "body_rates": self.data.qvel[3:].copy(),
            "motor_thrusts": self._dynamics.motor_thrusts,
        }

    def receive(self, targets: np.ndarray) -> None:
        """Command thrust over weight and body rates [rad/s]; see :meth:`World.receive`."""
        self._command = targets

    def actuate(self) -> None:
        """Let controller and motors follow, and apply their wrench."""
        rotation = self.rotation
        force, torque = self._dynamics.wrench(
            self._command[0] * self._dynamics.weight,
            self._command[1:],
            self.data.qvel[:3] @ rotation,
            self.data.qvel[3:],
            self.model.opt.timestep,
        )
        self.data.xfrc_applied[self._body] = [*(rotation @ force), *(rotation @ torque)]

    def outcome(self) -> str | None:
        """Reached the goal, touched a post, or left the corridor; see :meth:`World.outcome`."""
        course, (x, y, z) = self._course, self.position
        if np.linalg.norm(self._goal - self.position) < course["goal_radius"]:
            return "success"
        touching = course["post_radius"] + course["robot_radius"]
        if (np.linalg.norm(self._posts - self.position[:2], axis=-1) < touching).any():
            return "collision"
        low, high = self._left["altitude_range"]
        inside = abs(y) <= self._left["half_width"] and low <= z <= high
        between = course["start_x"] - 1.0 <= x <= course["goal_x"] + 1.0
        upright = self.rotation[2, 2] >= 0.0
        return None if inside and between and upright else "left_corridor"

    def _render(self) -> np.ndarray:
        """Image of the forward camera; see :meth:`DepthCamera.render`."""
        position = self.position + self.rotation @ self._camera_position
        rotation = self.rotation @ self._camera_rotation
        return self._camera.render(self.model, self.data, position, rotation, self._body)
