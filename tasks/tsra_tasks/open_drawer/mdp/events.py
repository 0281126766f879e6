# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Start of an episode: the arm near its ready pose, the cabinet somewhere in front of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from isaaclab.managers import SceneEntityCfg

from .fixed_root import write_fixed_root_pose

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedEnv

Range = tuple[float, float]


def reset_arm(env: ManagerBasedEnv, env_ids: torch.Tensor | slice, spread: float, arm_cfg: SceneEntityCfg) -> None:
    """Put the arm at rest near its default pose, and command every joint to stay there.

    Args:
        env: Environment.
        env_ids: Environments to reset.
        spread: Half the width of the uniform noise on the arm's joints [rad].
        arm_cfg: Robot and the joints that vary; the others, the fingers, start at their defaults.
    """
    robot: Articulation = env.scene[arm_cfg.name]
    positions = robot.data.default_joint_pos.torch[env_ids].clone()
    noise = torch.zeros_like(positions)
    noise[:, arm_cfg.joint_ids] = torch.empty_like(positions[:, arm_cfg.joint_ids]).uniform_(-spread, spread)
    positions += noise
    robot.write_joint_position_to_sim_index(position=positions, env_ids=env_ids)
    robot.write_joint_velocity_to_sim_index(velocity=torch.zeros_like(positions), env_ids=env_ids)
    robot.set_joint_position_target_index(target=positions, env_ids=env_ids)


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
