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

from .geometry import point_on_body

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import RewardTermCfg

Points = tuple[tuple[float, float, float], ...]


class approach_handle(ManagerTermBase):  # noqa: N801  # named as a function, as Isaac Lab's terms are
    """Speed at which the fingers get on to where one is behind the bar and the other in front of it [m/s].

    Their way leads over the bar: a finger has to be as high above its place as it is aside of it, up to a clearance. On
    the straight way the rear finger would stop at the bar's front, a few centimetres from its place, and every way out
    would lead away from it. As both fingers count, a gripper that is turned wrong gains by turning.

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
        fingers: Points,
        handle_cfg: SceneEntityCfg,
        goals: Points,
        clearance: float,
    ) -> torch.Tensor:
        """Compute the speed.

        Args:
            env: Environment.
            hand_cfg: Robot and the body that carries the gripper.
            fingers: Points on the fingers, in that body's frame [m].
            handle_cfg: Cabinet and its handle.
            goals: Where these should be, in the handle's frame [m].
            clearance: Height above its place that a finger aside of it need not exceed [m].

        Returns:
            Speed, the fingers' mean, of shape (num_envs,); zero in the first step of an episode.
        """
        distance = torch.zeros(self.num_envs, device=self.device)
        for finger, goal in zip(fingers, goals, strict=True):
            offset = point_on_body(env, hand_cfg, finger) - point_on_body(env, handle_cfg, goal)
            aside, height = offset[:, :2].norm(dim=-1), offset[:, 2]
            # across, and down; before that up, where it is too low
            distance += (aside + torch.maximum(height, 2.0 * aside.clamp(max=clearance) - height)) / len(fingers)
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
