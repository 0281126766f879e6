# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The goal of a robot, as a command term; tasks add what lies on the way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

import isaaclab.sim as sim_utils
from isaaclab.managers import CommandTerm
from isaaclab.markers import VisualizationMarkers, VisualizationMarkersCfg

from .scene import paint

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .goal_cfg import GoalCommandCfg, RoverGoalCommandCfg


class GoalCommand(CommandTerm):
    """Goal across the arena. All positions are in the environment frame: x towards the goal, origin at the centre.

    Derived classes give the robot's :attr:`position` and draw goals.
    """

    cfg: GoalCommandCfg

    dimensions = 2
    """Number of coordinates of a position."""

    def __init__(self, cfg: GoalCommandCfg, env: ManagerBasedRLEnv) -> None:
        """Allocate the goals of all environments.

        Args:
            cfg: Configuration of the goal.
            env: Environment that owns the command.
        """
        super().__init__(cfg, env)
        self.robot = env.scene[cfg.asset_name]
        self.goal = torch.zeros(self.num_envs, self.dimensions, device=self.device)
        """Goal position [m]. Shape is (num_envs, dimensions)."""
        self.previous_distance = torch.zeros(self.num_envs, device=self.device)
        """Distance to the goal at the end of the last step [m]. Shape is (num_envs,)."""

    @property
    def command(self) -> torch.Tensor:
        """Goal relative to the robot, in its frame [m]. Shape is (num_envs, dimensions)."""
        return self.in_robot_frame(self.goal - self.position)

    @property
    @abstractmethod
    def position(self) -> torch.Tensor:
        """Position of the robot [m]. Shape is (num_envs, dimensions)."""

    @property
    def distance(self) -> torch.Tensor:
        """Distance from the robot to the goal [m]. Shape is (num_envs,)."""
        return (self.goal - self.position).norm(dim=-1)

    def in_robot_frame(self, vectors: torch.Tensor) -> torch.Tensor:
        """Express vectors of the environment frame in the robot's frame.

        A robot that never turns keeps both frames parallel; a turning one overrides this.

        Args:
            vectors: Vectors of shape (num_envs, dimensions).

        Returns:
            Vectors of the same shape.
        """
        return vectors

    @abstractmethod
    def _draw_goals(self, count: int) -> torch.Tensor:
        """Draw goals. Shape is (count, dimensions)."""

    def _update_metrics(self) -> None:
        """Outcomes are logged by the termination terms."""

    def _resample_command(self, env_ids: Sequence[int] | slice | torch.Tensor) -> None:
        self.goal[env_ids] = self._draw_goals(len(self.goal[env_ids]))
        self.previous_distance[env_ids] = self.distance[env_ids]

    def _update_command(self) -> None:
        # runs at the end of a step, so the reward term of the next sees the distance before its action
        self.previous_distance[:] = self.distance


class RoverGoalCommand(GoalCommand):
    """Goal of a rover, which drives by joints along x and y."""

    cfg: RoverGoalCommandCfg

    def __init__(self, cfg: RoverGoalCommandCfg, env: ManagerBasedRLEnv) -> None:
        """Find the joints.

        Args:
            cfg: Configuration of the goal.
            env: Environment that owns the command.
        """
        super().__init__(cfg, env)
        self.drive_ids, _ = self.robot.find_joints(["drive_x", "drive_y"], preserve_order=True)
        """Indices of the joints that are the robot's position."""

    @property
    def position(self) -> torch.Tensor:
        """Position of the robot [m]. Shape is (num_envs, 2)."""
        return self.robot.data.joint_pos.torch[:, self.drive_ids]

    @property
    def velocity(self) -> torch.Tensor:
        """Velocity of the robot [m/s]. Shape is (num_envs, 2)."""
        return self.robot.data.joint_vel.torch[:, self.drive_ids]

    def _draw_goals(self, count: int) -> torch.Tensor:
        x = torch.full((count,), self.cfg.goal_x, device=self.device)
        return torch.stack([x, torch.empty(count, device=self.device).uniform_(*self.cfg.goal_y_range)], dim=-1)

    @abstractmethod
    def _marker_cfg(self) -> VisualizationMarkersCfg:
        """What is painted on the floor."""

    def _goal_marker(self) -> sim_utils.CylinderCfg:
        """The goal, in green."""
        return sim_utils.CylinderCfg(radius=self.cfg.goal_radius, height=0.01, visual_material=paint(0.15, 0.65, 0.25))

    def _set_debug_vis_impl(self, debug_vis: bool) -> None:
        if debug_vis and not hasattr(self, "_markers"):
            self._markers = VisualizationMarkers(self._marker_cfg())
        if hasattr(self, "_markers"):
            self._markers.set_visibility(debug_vis)
