# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The goal of a rover, as a command term; tasks add what lies on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from isaaclab.managers import CommandTerm

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .goal_cfg import GoalCommandCfg


class GoalCommand(CommandTerm):
    """Goal across the arena. All positions are in the environment frame: x towards the goal, origin at the centre."""

    cfg: GoalCommandCfg

    def __init__(self, cfg: GoalCommandCfg, env: ManagerBasedRLEnv) -> None:
        """Allocate the goals of all environments.

        Args:
            cfg: Configuration of the goal.
            env: Environment that owns the command.
        """
        super().__init__(cfg, env)
        self.robot = env.scene[cfg.asset_name]
        self.drive_ids, _ = self.robot.find_joints(["drive_x", "drive_y"], preserve_order=True)
        """Indices of the joints that are the robot's position."""
        self.goal = torch.zeros(self.num_envs, 2, device=self.device)
        """Goal position [m]. Shape is (num_envs, 2)."""
        self.previous_distance = torch.zeros(self.num_envs, device=self.device)
        """Distance to the goal at the end of the last step [m]. Shape is (num_envs,)."""

    @property
    def command(self) -> torch.Tensor:
        """Goal relative to the robot, in its frame [m]. Shape is (num_envs, 2)."""
        return self.in_robot_frame(self.goal - self.position)

    @property
    def position(self) -> torch.Tensor:
        """Position of the robot [m]. Shape is (num_envs, 2)."""
        return self.robot.data.joint_pos.torch[:, self.drive_ids]

    @property
    def velocity(self) -> torch.Tensor:
        """Velocity of the robot [m/s]. Shape is (num_envs, 2)."""
        return self.robot.data.joint_vel.torch[:, self.drive_ids]

    @property
    def distance(self) -> torch.Tensor:
        """Distance from the robot to the goal [m]. Shape is (num_envs,)."""
        return (self.goal - self.position).norm(dim=-1)

    def in_robot_frame(self, vectors: torch.Tensor) -> torch.Tensor:
        """Express vectors of the environment frame in the robot's frame.

        A rover that never turns keeps both frames parallel; a turning one overrides this.

        Args:
            vectors: Vectors of shape (num_envs, 2).

        Returns:
            Vectors of shape (num_envs, 2).
        """
        return vectors

    def _update_metrics(self) -> None:
        """Outcomes are logged by the termination terms."""

    def _resample_command(self, env_ids: Sequence[int] | slice | torch.Tensor) -> None:
        count = len(self.goal[env_ids])
        self.goal[env_ids, 0] = self.cfg.goal_x
        self.goal[env_ids, 1] = torch.empty(count, device=self.device).uniform_(*self.cfg.goal_y_range)
        self.previous_distance[env_ids] = self.distance[env_ids]

    def _update_command(self) -> None:
        # runs at the end of a step, so the reward term of the next sees the distance before its action
        self.previous_distance[:] = self.distance
