# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""All that another simulator needs to begin the same episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import warp as wp

from ...robots import QUADRUPED_JOINTS, QUADRUPED_SHAPES, go1
from .curbs import Curbs

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv


def initial_state(
    env: ManagerBasedRLEnv, robot_name: str, command_name: str, curbs: dict[str, tuple[float, float]]
) -> dict[str, torch.Tensor]:
    """State of robot, curbs and command, and what was drawn for the episode.

    Args:
        env: Environment.
        robot_name: Name of the robot in the scene.
        command_name: Name of the velocity command.
        curbs: Extents of the curbs along their own x and y axes [m], by the names of their prims.

    Returns:
        Of the trunk ``position`` from the environment's origin [m], ``orientation``, a quaternion (x, y, z, w),
        ``velocity`` [m/s] and ``angular_velocity`` [rad/s] of its frame, all in the world's axes; ``joint_pos`` [rad]
        and ``joint_vel`` [rad/s], of shape (num_envs, 12), in the order of the motors; ``curbs``, as
        :meth:`Curbs.poses` has them; ``friction`` of the shapes that can be touched, in the order of
        ``QUADRUPED_SHAPES``; ``trunk_mass`` and ``motor_strength``, to the nominal ones, of shape (num_envs,); and
        the ``command`` [m/s, m/s, rad/s], its ``heading_target`` [rad] and ``command_time_left`` [s].
    """
    robot, command = env.scene[robot_name], env.command_manager.get_term(command_name)
    data = robot.data
    motors, _ = robot.find_joints(QUADRUPED_JOINTS, preserve_order=True)
    (trunk,), _ = robot.find_bodies("trunk")
    hip = QUADRUPED_JOINTS[0].split("_")[1]
    return {
        "position": data.root_link_pos_w.torch - env.scene.env_origins,
        "orientation": data.root_link_quat_w.torch,
        "velocity": data.root_link_lin_vel_w.torch,
        "angular_velocity": data.root_link_ang_vel_w.torch,
        "joint_pos": data.joint_pos.torch[:, motors],
        "joint_vel": data.joint_vel.torch[:, motors],
        "curbs": Curbs.of(env, curbs).poses(),
        "friction": shape_friction(env, QUADRUPED_SHAPES),
        "trunk_mass": data.body_mass.torch[:, trunk] / go1.TRUNK.mass,
        "motor_strength": data.joint_stiffness.torch[:, motors[0]] / go1.STIFFNESS[hip],
        "command": command.command,
        "heading_target": command.heading_target,
        "command_time_left": command.time_left,
    }


def shape_friction(env: ManagerBasedRLEnv, shapes: list[str]) -> torch.Tensor:
    """Friction coefficients of shapes in Newton's model.

    Args:
        env: Environment.
        shapes: The ends of the shapes' paths.

    Returns:
        Coefficients [1]. Shape is (num_envs, num_shapes).

    Raises:
        ValueError: If a shape is not in every environment.
    """
    model = env.sim.physics_manager.get_model()
    worlds = model.shape_world.numpy()
    columns = []
    for shape in shapes:
        found = [index for index, label in enumerate(model.shape_label) if label.endswith(f"/{shape}")]
        if len(found) != env.num_envs:
            raise ValueError(f"There are {len(found)} shapes '{shape}' in {env.num_envs} environments.")
        columns.append(sorted(found, key=lambda index: worlds[index]))
    return wp.to_torch(model.shape_material_mu)[torch.tensor(columns, device=env.device).T]
