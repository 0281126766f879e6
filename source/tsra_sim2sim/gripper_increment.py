# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The arm's own inverse kinematics: increments of the gripper's pose to joint targets, as in the task's action term."""

from __future__ import annotations

import mujoco
import numpy as np

DOWN = np.array([0.0, 0.0, -1.0])


class GripperIncrement:
    """Damped least squares on MuJoCo's Jacobian.

    The gripper is brought back to pointing straight down, and the redundant joint to zero.
    """

    def __init__(self, model: mujoco.MjModel, cfg: dict) -> None:
        """Find joints and body.

        Args:
            model: Model with the joints and the body that the configuration names.
            cfg: Configuration of the task's action term.
        """
        self._model, self._cfg = model, cfg
        joints = [model.joint(name) for name in cfg["joint_names"]]
        self._positions, self._dofs = (
            [int(getattr(joint, key)[0]) for joint in joints] for key in ("qposadr", "dofadr")
        )
        self._low, self._high = np.array([joint.range for joint in joints]).T
        self._body = model.body(cfg["body_name"]).id
        self._redundant_gains = np.array(
            [cfg["redundant_gain"] * (name == cfg["redundant_joint"]) for name in cfg["joint_names"]]
        )

    def point(self, data: mujoco.MjData) -> np.ndarray:
        """The commanded point of the gripper.

        Args:
            data: State, with poses of bodies up to date.

        Returns:
            Position in the world frame [m]. Shape is (3,).
        """
        return data.xpos[self._body] + self._rotation(data) @ self._cfg["offset"]

    def joint_targets(self, data: mujoco.MjData, increment: np.ndarray) -> np.ndarray:
        """Joint targets of a control step.

        Args:
            data: State, with poses of bodies up to date.
            increment: Motion along the world's axes [m] and turn about the vertical [rad]. Shape is (4,).

        Returns:
            Positions of the joints [rad], in the configuration's order. Shape is (num_joints,).
        """
        positions = data.qpos[self._positions]
        jacobian = np.empty((6, self._model.nv))
        mujoco.mj_jac(self._model, data, jacobian[:3], jacobian[3:], self.point(data), self._body)
        jacobian = jacobian[:, self._dofs]
        error = np.append(increment[:3], np.cross(self._rotation(data)[:, 2], DOWN))
        error[5] += increment[3]
        posture = -self._redundant_gains * positions
        # the posture's own motion of the gripper is taken back, which leaves its part in the null space
        error -= jacobian @ posture
        square = jacobian @ jacobian.T + self._cfg["damping"] ** 2 * np.eye(6)
        steps = posture + jacobian.T @ np.linalg.solve(square, error)
        bound = self._cfg["max_joint_step"]
        return np.clip(positions + np.clip(steps, -bound, bound), self._low, self._high)

    def _rotation(self, data: mujoco.MjData) -> np.ndarray:
        """Rotation matrix from the body to the world frame. Shape is (3, 3)."""
        return data.xmat[self._body].reshape(3, 3)
