# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Start of an episode: the cabinet somewhere in front of the arm, which is near its ready pose or at the handle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from isaaclab.managers import SceneEntityCfg

from ...robots.panda import HAND_YAW, NUM_JOINTS, reach_down
from .fixed_root import write_fixed_root_pose
from .geometry import Vector, body_pose

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedEnv

Range = tuple[float, float]

NEAR = (0.02, 0.08, 0.3)
"""Where the way from above to behind the bar begins: upper bound on its offset aside [m], height
above [m], upper bound on its turn [rad]."""


def place_cabinet(
    env: ManagerBasedEnv,
    env_ids: torch.Tensor | slice,
    x: Range,
    y: Range,
    z: Range,
    yaw: Range,
    handle: Range,
    handle_cfg: SceneEntityCfg,
) -> None:
    """Draw the pose of the cabinet and the place of its handle, and close its drawer.

    Args:
        env: Environment.
        env_ids: Environments to reset.
        x: Range of the distance of its front from the arm's base [m].
        y: Range of its place to the left [m].
        z: Range of its height above the floor [m].
        yaw: Range of its turn [rad]; at zero its front faces the arm.
        handle: Range of the handle's place along the drawer's front [m].
        handle_cfg: The cabinet and the joint that holds the handle; no joint if the handle can't be moved.
    """
    cabinet: Articulation = env.scene[handle_cfg.name]
    lower, upper = torch.tensor([x, y, z, yaw, handle], device=env.device).T
    origins = env.scene.env_origins[env_ids]
    count = len(origins)
    draw = lower + (upper - lower) * torch.rand(count, 5, device=env.device)
    half_turn = 0.5 * (draw[:, 3] + math.pi)
    pose = torch.zeros(count, 7, device=env.device)
    pose[:, :3] = origins + draw[:, :3]
    pose[:, 5], pose[:, 6] = half_turn.sin(), half_turn.cos()
    write_fixed_root_pose(cabinet, pose, env_ids)
    joints = torch.zeros(count, cabinet.num_joints, device=env.device)
    cabinet.write_joint_velocity_to_sim_index(velocity=joints, env_ids=env_ids)
    joints[:, handle_cfg.joint_ids] = draw[:, 4:]
    cabinet.write_joint_position_to_sim_index(position=joints, env_ids=env_ids)
    cabinet.set_joint_position_target_index(target=joints, env_ids=env_ids)


def reset_arm(
    env: ManagerBasedEnv,
    env_ids: torch.Tensor | slice,
    spread: float,
    arm_cfg: SceneEntityCfg,
    near_fraction: float,
    handle_cfg: SceneEntityCfg,
    hooked: Vector,
) -> None:
    """Put the arm at rest near its default pose, and command every joint to stay there.

    With some probability the gripper is at the handle instead: anywhere on a way from above, behind the bar already at
    the end. For that the cabinet must have been placed, and the arm be one whose gripper points down.

    Args:
        env: Environment.
        env_ids: Environments to reset.
        spread: Half the width of the uniform noise on the arm's joints [rad].
        arm_cfg: Robot and the joints that vary; the others, the fingers, start at their defaults.
        near_fraction: Probability of starting at the handle, 0 for evaluation.
        handle_cfg: Cabinet and its handle.
        hooked: Where the gripper's point is when a finger is behind the bar, in the handle's frame [m].
    """
    robot: Articulation = env.scene[arm_cfg.name]
    positions = robot.data.default_joint_pos.torch[env_ids].clone()
    arm = positions[:, arm_cfg.joint_ids]
    arm += torch.empty_like(arm).uniform_(-spread, spread)
    if near_fraction > 0.0:
        near = torch.rand(len(arm), 1, device=env.device) < near_fraction
        arm = torch.where(near, _arm_at_handle(env, env_ids, handle_cfg, hooked), arm)
    positions[:, arm_cfg.joint_ids] = arm
    robot.write_joint_position_to_sim_index(position=positions, env_ids=env_ids)
    robot.write_joint_velocity_to_sim_index(velocity=torch.zeros_like(positions), env_ids=env_ids)
    robot.set_joint_position_target_index(target=positions, env_ids=env_ids)


def _arm_at_handle(
    env: ManagerBasedEnv, env_ids: torch.Tensor | slice, handle_cfg: SceneEntityCfg, hooked: Vector
) -> torch.Tensor:
    """Joint positions of a gripper on its way from above to behind the bar [rad], of shape (number of resets, 7)."""
    handle, rotation = (part[env_ids] for part in body_pose(env, handle_cfg))
    left = torch.rand(len(handle), 1, device=env.device)  # of the way
    aside, above, turned = NEAR
    offset = torch.empty(len(handle), 3, device=env.device).uniform_(-aside, aside)
    offset[:, 2] = above
    facing = (-rotation[:, 1, 0]).atan2(-rotation[:, 0, 0])  # into the cabinet's front
    turn = facing + left[:, 0] * torch.empty_like(facing).uniform_(-turned, turned)
    x, y, z = (
        handle + (rotation @ (torch.tensor(hooked, device=env.device) + left * offset).unsqueeze(-1)).squeeze(-1)
    ).T
    azimuth = y.atan2(x)
    joints = torch.zeros(len(handle), NUM_JOINTS, device=env.device)
    joints[:, 0] = azimuth
    joints[:, [1, 3, 5]] = reach_down(torch.hypot(x, y), z)
    # the wrist takes back the first joint's turn: the fingers open along the bar's normal
    joints[:, 6] = HAND_YAW + azimuth - turn
    return joints
