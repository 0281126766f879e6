# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""World of ``TSRA-OpenDrawer-Arm``."""

from __future__ import annotations

from collections.abc import Mapping

import mujoco
import numpy as np

from .drives import set_drives, set_newton_stops
from .gripper_increment import GripperIncrement
from .rays import DepthCamera
from .rotations import rotation_matrix, to_mujoco
from .scenery import add_floor
from .world import MODELS, World


class OpenDrawer(World):
    """An arm before a cabinet with a drawer, and a depth camera beside it. Only contact moves the drawer."""

    task = "TSRA-OpenDrawer-Arm"
    targets = ("x", "y", "z", "turn")

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
        action, camera = env_cfg["actions"]["gripper"], env_cfg["scene"]["camera"]
        self._ik = GripperIncrement(self.model, action)
        self._cabinet = self.model.body("cabinet").id
        # joints come in the order of their bodies: the arm's, the fingers', the cabinet's two
        self._arm = slice(len(action["joint_names"]))
        self._opening = env_cfg["terminations"]["success"]["params"]["opening"]
        self._camera = DepthCamera(camera, env_cfg["observations"]["image"]["depth"]["params"]["max_range"])
        self._camera_position = np.array(camera["offset"]["pos"])
        self._camera_rotation = rotation_matrix(to_mujoco(camera["offset"]["rot"]))
        self.add_sensors(
            joint_pos=lambda: self.data.qpos[self._arm].copy(),
            joint_vel=lambda: self.data.qvel[self._arm].copy(),
            depth=lambda: self._camera.render(self.model, self.data, self._camera_position, self._camera_rotation),
        )

    def build(self, env_cfg: dict) -> mujoco.MjModel:
        """The arm and the cabinet with their drives, and the floor; see :meth:`World.build`."""
        scene = env_cfg["scene"]
        spec = mujoco.MjSpec.from_file(str(MODELS / "arm_and_cabinet.xml"))
        add_floor(spec, scene["floor"])
        model = spec.compile()
        for asset in ("robot", "cabinet"):
            set_drives(model, scene[asset]["actuators"])
        set_newton_stops(model)
        return model

    @property
    def gripper(self) -> np.ndarray:
        """The commanded point between the fingertips [m]. Shape is (3,)."""
        return self._ik.point(self.data)

    def place(self, state: Mapping[str, np.ndarray]) -> None:
        """Put arm, cabinet and handle at their initial state; see :meth:`World.place`."""
        self.data.qpos[:] = [*state["joint_pos"], *state["cabinet_joint_pos"]]
        self.data.qvel[:] = [*state["joint_vel"], *state["cabinet_joint_vel"]]
        self.model.body_pos[self._cabinet] = state["cabinet_position"]
        self.model.body_quat[self._cabinet] = to_mujoco(state["cabinet_orientation"])
        # the drives hold what no action moves: fingers and handle. The drawer's only damps
        self.data.ctrl[:] = self.data.qpos
        self.data.ctrl[self.model.actuator("drawer").id] = 0.0

    def state(self) -> dict[str, np.ndarray]:
        """Joints of arm and cabinet; see :meth:`World.state`."""
        num_robot = self.model.nq - 2
        return {
            "joint_pos": self.data.qpos[:num_robot].copy(),
            "joint_vel": self.data.qvel[:num_robot].copy(),
            "cabinet_joint_pos": self.data.qpos[num_robot:].copy(),
            "cabinet_joint_vel": self.data.qvel[num_robot:].copy(),
        }

    def receive(self, targets: np.ndarray) -> None:
        """Command increments of the gripper [m] and its turn [rad]; see :meth:`World.receive`."""
        self.data.ctrl[self._arm] = self._ik.joint_targets(self.data, targets)

    def actuate(self) -> None:
        """The drives do it."""

    def outcome(self) -> str | None:
        """Opened the drawer far enough; see :meth:`World.outcome`."""
        return "success" if self.data.joint("drawer").qpos[0] >= self._opening else None
