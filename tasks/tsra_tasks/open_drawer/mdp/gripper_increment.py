# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Action term of the drawer task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

import isaaclab.utils.math as math_utils
from isaaclab.assets import Articulation
from isaaclab.managers import ActionTerm

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedEnv

    from .gripper_increment_cfg import GripperIncrementActionCfg


class GripperIncrementAction(ActionTerm):
    """Moves the gripper by increments from where it is, through differential inverse kinematics.

    Joint targets are computed once per control step, by damped least squares from the present joint positions: the
    action has no memory. The gripper is brought back to pointing down as configured, and the redundant joint to zero.
    The base must not be turned or tilted in the world.
    """

    cfg: GripperIncrementActionCfg
    _asset: Articulation

    def __init__(self, cfg: GripperIncrementActionCfg, env: ManagerBasedEnv) -> None:
        """Find joints and body.

        Args:
            cfg: Configuration of the term.
            env: Environment that owns the term.

        Raises:
            ValueError: If the body's name does not match exactly one body, or the redundant joint is not one of the
                joints.
        """
        super().__init__(cfg, env)
        self.joint_ids, self.joint_names = self._asset.find_joints(cfg.joint_names, preserve_order=True)
        body_ids, body_names = self._asset.find_bodies(cfg.body_name)
        if len(body_ids) != 1:
            raise ValueError(f"'{cfg.body_name}' must name one body of '{cfg.asset_name}', not {body_names}.")
        self.body_id = body_ids[0]
        # the Jacobian has no row for a fixed root
        self.jacobian_row = self.body_id - 1 if self._asset.is_fixed_base else self.body_id
        self.jacobian_columns = [joint + self._asset.num_base_dofs for joint in self.joint_ids]
        if cfg.redundant_joint not in self.joint_names:
            raise ValueError(f"The redundant joint '{cfg.redundant_joint}' is not one of {self.joint_names}.")
        self._redundant_gains = torch.zeros(len(self.joint_ids), device=self.device)
        self._redundant_gains[self.joint_names.index(cfg.redundant_joint)] = cfg.redundant_gain
        self._raw_actions = torch.zeros(self.num_envs, self.action_dim, device=self.device)
        self._increments = torch.zeros_like(self._raw_actions)
        self._scale = torch.tensor([cfg.step, cfg.step, cfg.step, cfg.turn], device=self.device)
        self._offset = torch.tensor(cfg.offset, device=self.device).expand(self.num_envs, 3)
        self._down_axis = torch.tensor(cfg.down_axis, device=self.device)
        self._down = torch.tensor([0.0, 0.0, -1.0], device=self.device).expand(self.num_envs, 3)
        self._targets = self._asset.data.default_joint_pos.torch[:, self.joint_ids].clone()

    @property
    def action_dim(self) -> int:
        """Number of actions: three of translation, one of turning."""
        return 4

    @property
    def raw_actions(self) -> torch.Tensor:
        """Actions as given. Shape is (num_envs, 4)."""
        return self._raw_actions

    @property
    def processed_actions(self) -> torch.Tensor:
        """Increments of position [m] and turn [rad]. Shape is (num_envs, 4)."""
        return self._increments

    def describe_targets(self) -> dict:
        """What the robot's own inverse kinematics is commanded with, for the deployment contract."""
        bounds = self._scale.tolist()
        return {
            "kind": "gripper increments: position along the base's axes, turn about the vertical",
            "targets": ["x", "y", "z", "turn"],
            "scale": bounds,
            "offset": [0.0, 0.0, 0.0, 0.0],
            "clip": [[-bound, bound] for bound in bounds],
        }

    def process_actions(self, actions: torch.Tensor) -> None:
        """Compute the joints' targets.

        Args:
            actions: Actions of shape (num_envs, 4).
        """
        self._raw_actions[:] = actions
        self._increments[:] = actions.clamp(-1.0, 1.0) * self._scale
        data = self._asset.data
        positions = data.joint_pos.torch[:, self.joint_ids]
        rotation = math_utils.matrix_from_quat(data.body_link_quat_w.torch[:, self.body_id])
        jacobian = data.body_link_jacobian_w.torch[:, self.jacobian_row][:, :, self.jacobian_columns].clone()
        lever = (rotation @ self._offset.unsqueeze(-1)).expand(-1, -1, len(self.joint_ids))
        jacobian[:, :3] += torch.linalg.cross(jacobian[:, 3:], lever, dim=1)

        error = torch.zeros(self.num_envs, 6, device=self.device)
        error[:, :3] = self._increments[:, :3]
        error[:, 3:] = torch.linalg.cross(rotation @ self._down_axis, self._down)
        error[:, 5] += self._increments[:, 3]
        posture = -self._redundant_gains * positions
        # the posture's own motion of the gripper is taken back, which leaves its part in the null space
        error -= (jacobian @ posture.unsqueeze(-1)).squeeze(-1)
        square = jacobian @ jacobian.mT + self.cfg.damping**2 * torch.eye(6, device=self.device)
        steps = posture + (jacobian.mT @ torch.linalg.solve(square, error).unsqueeze(-1)).squeeze(-1)
        limits = data.soft_joint_pos_limits.torch[:, self.joint_ids]
        self._targets = (positions + steps.clamp(-self.cfg.max_joint_step, self.cfg.max_joint_step)).clamp(
            limits[..., 0], limits[..., 1]
        )

    def apply_actions(self) -> None:
        """Set the joints' targets, at every physics step."""
        self._asset.set_joint_position_target_index(target=self._targets, joint_ids=self.joint_ids)

    def reset(self, env_ids: Sequence[int] | None = None) -> None:
        """Forget the last actions.

        Args:
            env_ids: Environments; all if None.
        """
        self._raw_actions[slice(None) if env_ids is None else env_ids] = 0.0
