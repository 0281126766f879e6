# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How a robot walks: what it costs, and how high it lifts its feet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from isaaclab.managers import SceneEntityCfg

from ...velocity.mdp import feet_contact
from .curbs import Curbs
from .rewards import progress
from .terminations import velocity_errors

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedRLEnv

GRAVITY = 9.81
"""Acceleration of free fall [m/s^2]."""

MIN_SPEED = 0.1
"""Speed below which a command is no way to go, and a cost of transport means nothing [m/s]."""


def walking_metrics(
    env: ManagerBasedRLEnv,
    command_name: str,
    asset_cfg: SceneEntityCfg,
    sensor: str,
    feet: list[str],
    radius: float,
    curbs: dict[str, tuple[float, float]],
) -> dict[str, torch.Tensor]:
    """Measure the present step.

    Args:
        env: Environment.
        command_name: Name of the velocity command.
        asset_cfg: The robot.
        sensor: Name of the contact sensor.
        feet: Names of the feet's bodies.
        radius: Radius of a foot [m].
        curbs: Extents of the curbs along their own x and y axes [m], by the names of their prims.

    Returns:
        ``velocity_error`` [m/s] and ``yaw_rate_error`` [rad/s] to what is commanded; ``progress``, the speed in the
        commanded direction as a share of the commanded one [1]; ``cost_of_transport`` [1], and ``foot_clearance`` [m],
        NaN where they mean nothing. Shapes are (num_envs,).
    """
    robot = env.scene[asset_cfg.name]
    bodies, _ = robot.find_bodies(feet, preserve_order=True)
    touching = SceneEntityCfg(sensor, body_ids=env.scene.sensors[sensor].find_sensors(feet, preserve_order=True)[0])
    touches = feet_contact(env, touching)
    linear, yaw = velocity_errors(env, command_name, asset_cfg)
    return {
        "velocity_error": linear,
        "yaw_rate_error": yaw,
        "progress": progress(env, command_name, asset_cfg),
        "cost_of_transport": cost_of_transport(robot, env.command_manager.get_command(command_name)),
        "foot_clearance": foot_clearance(Curbs.of(env, curbs).clearances(robot, bodies, radius), touches),
    }


def cost_of_transport(robot: Articulation, command: torch.Tensor) -> torch.Tensor:
    """Mechanical power of the motors, for the robot's weight at the commanded speed; braking costs as driving does.

    Args:
        robot: The robot.
        command: Commanded velocity: ahead and to the left [m/s], and yaw rate [rad/s]. Shape is (num_envs, 3).

    Returns:
        Cost [1], NaN where less than :data:`MIN_SPEED` is commanded. Shape is (num_envs,).
    """
    power = (robot.data.applied_torque.torch * robot.data.joint_vel.torch).abs().sum(dim=1)
    weight = GRAVITY * robot.data.body_mass.torch.sum(dim=1)
    speed = command[:, :2].norm(dim=1)
    return torch.where(speed < MIN_SPEED, torch.nan, power / (weight * speed.clamp(min=MIN_SPEED)))


def foot_clearance(clearances: torch.Tensor, touches: torch.Tensor) -> torch.Tensor:
    """How high the feet that touch nothing are above the ground, on average [m].

    Args:
        clearances: Heights of the feet above the ground right below them [m]. Shape is (num_envs, num_feet).
        touches: Which of the feet touch something. Shape is (num_envs, num_feet).

    Returns:
        Clearance, NaN where all feet touch something. Shape is (num_envs,).
    """
    return torch.where(touches > 0.0, torch.nan, clearances).nanmean(dim=1)
