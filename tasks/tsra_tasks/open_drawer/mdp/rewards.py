# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reward terms of the drawer task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from isaaclab.managers import ManagerTermBase, SceneEntityCfg

from .geometry import body_pose, point_on_body

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import RewardTermCfg

Vector = tuple[float, float, float]


class approach_handle(ManagerTermBase):  # noqa: N801  # named as a function, as Isaac Lab's terms are
    """Speed at which the gripper gets along its way to where its rear finger is behind the bar [m/s].

    The way leads over the bar: up, across and down. On the straight way the rear finger would stop at the bar's front,
    a few centimetres from its place, and every way out would lead away from it.

    A speed, because Isaac Lab multiplies rewards by the step's duration: the sum over an episode is metres gained.
    """

    def __init__(self, cfg: RewardTermCfg, env: ManagerBasedRLEnv) -> None:
        """Allocate the distances.

        Args:
            cfg: Configuration of the term.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        self.previous = torch.full((self.num_envs,), torch.nan, device=self.device)

    def reset(self, env_ids: Sequence[int] | None = None) -> None:
        """Forget the distance of the last episode.

        Args:
            env_ids: Environments; all if None.
        """
        self.previous[slice(None) if env_ids is None else env_ids] = torch.nan

    def __call__(
        self,
        env: ManagerBasedRLEnv,
        hand_cfg: SceneEntityCfg,
        gripper_offset: Vector,
        handle_cfg: SceneEntityCfg,
        goal: Vector,
        clearance: float,
        funnel: float,
    ) -> torch.Tensor:
        """Compute the speed.

        Args:
            env: Environment.
            hand_cfg: Robot and the body that carries the gripper.
            gripper_offset: The gripper's point in that body's frame [m].
            handle_cfg: Cabinet and its handle.
            goal: Where the gripper's point should be, in the handle's frame [m].
            clearance: How far above the goal the gripper has to be to get across the bar [m].
            funnel: Distance from the goal, across, from which on the way leads down [m].

        Returns:
            Speed of shape (num_envs,); zero in the first step of an episode.
        """
        handle, rotation = body_pose(env, handle_cfg)
        target = handle + rotation @ torch.tensor(goal, device=env.device)
        offset = point_on_body(env, hand_cfg, gripper_offset) - target
        across, height = offset[:, :2].norm(dim=-1), offset[:, 2]
        needed = clearance * (across / funnel).clamp(max=1.0)
        distance = across + torch.maximum(height, 2.0 * needed - height)
        speed = (self.previous - distance).nan_to_num(0.0) / env.step_dt
        self.previous[:] = distance
        return speed


def opening_speed(env: ManagerBasedRLEnv, drawer_cfg: SceneEntityCfg) -> torch.Tensor:
    """Speed at which the drawer opens [m/s]; negative when it closes.

    Args:
        env: Environment.
        drawer_cfg: Cabinet and the drawer's joint.

    Returns:
        Speed of shape (num_envs,).
    """
    cabinet: Articulation = env.scene[drawer_cfg.name]
    return cabinet.data.joint_vel.torch[:, drawer_cfg.joint_ids].squeeze(-1)


def excess_command(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Squared part of the actions beyond their bounds of -1 and 1, summed. Shape is (num_envs,).

    Within the bounds noise is free: a cost of the whole action would end exploration in front of the handle, where for
    a long time nothing else makes a difference.
    """
    return (env.action_manager.action.abs() - 1.0).clamp(min=0.0).square().sum(dim=-1)
