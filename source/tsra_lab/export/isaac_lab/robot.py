# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The joints of a robot and the commands of a task, as their configurations have them.

What the simulator holds is not asked: randomisation and actuator models change it.
"""

from __future__ import annotations

import math
from typing import Any

from isaaclab.actuators import ActuatorBaseCfg, ActuatorNetLSTMCfg, ActuatorNetMLPCfg, ImplicitActuatorCfg
from isaaclab.utils.string import resolve_matching_names

from tsra_deploy.contract import JOINT_NUMBERS

from .values import agreed, open_bounds, per_name

EFFORT_LIMITS = {
    True: ("joint_effort_limit", "effort_limit_sim", "effort_limit"),
    False: ("actuator_effort_limit", "effort_limit"),
}
"""Settings that limit the effort of an implicit actuator and of an explicit one: the first that is given does."""

VELOCITY_LIMITS = ("actuator_velocity_limit", "velocity_limit", "joint_velocity_limit", "velocity_limit_sim")
"""Settings that limit a joint's speed: the first that is given does."""


def describe_joints(base: Any) -> dict:
    """Describe the joints of the robot that the actions move, in its own order; a single rigid body has none.

    Args:
        base: Manager-based Isaac Lab environment.

    Returns:
        ``names``; for each ``stiffness`` [N m/rad or N/m], ``damping`` [N m s/rad or N s/m],
        ``default_position`` [rad or m], ``effort_limit`` [N m or N], ``velocity_limit`` [rad/s or m/s] and
        ``actuator`` (its model), None where the configuration tells none; and ``sdk_names``, the joints in the order
        of the robot's SDK with an empty name where it has no joint, or None.

    Raises:
        ValueError: If the actions move several robots, or a number cannot be told.
    """
    assets = {getattr(base.cfg.actions, name).asset_name for name in base.action_manager.active_terms}
    if len(assets) != 1:
        raise ValueError(f"The actions move several robots ({', '.join(sorted(assets))}); a student drives one.")
    robot = base.scene[assets.pop()]
    if not hasattr(robot, "joint_names"):
        return {"names": [], **{name: [] for name in JOINT_NUMBERS}, "actuator": [], "sdk_names": None}
    names = list(robot.joint_names)
    joints: dict[str, list] = {name: [None] * len(names) for name in (*JOINT_NUMBERS, "actuator")}
    joints["default_position"] = per_name(robot.cfg.init_state.joint_pos, names, 0.0)
    for group, cfg in robot.cfg.actuators.items():
        indices, members = resolve_matching_names(cfg.joint_names_expr, names)
        described = _describe_actuator(robot, group, cfg, indices, members)
        for name, values in described.items():
            for index, value in zip(indices, values, strict=True):
                joints[name][index] = value
    return {"names": names, **joints, "sdk_names": _sdk_names(robot.cfg, names)}


def describe_commands(base: Any) -> list[dict]:
    """Describe the commands that the task gives.

    Args:
        base: Manager-based Isaac Lab environment.

    Returns:
        For each its ``name`` and ``ranges``: lower and upper bounds by name, where its configuration has such
        ``ranges``, else None.
    """
    cfgs = base.cfg.commands
    return [
        {"name": name, "ranges": _ranges(getattr(getattr(cfgs, name), "ranges", None))}
        for name in base.command_manager.active_terms
    ]


def _ranges(ranges: Any) -> dict[str, list[float | None]] | None:
    """Bounds by name; None if something in it is no pair of numbers. What is None is not commanded."""
    given = {name: bounds for name, bounds in getattr(ranges, "__dict__", {}).items() if bounds is not None}
    pairs = all(
        isinstance(bounds, (tuple, list))
        and len(bounds) == 2
        and all(isinstance(bound, (int, float)) for bound in bounds)
        for bounds in given.values()
    )
    return {name: open_bounds(bounds) for name, bounds in given.items()} if given and pairs else None


def _describe_actuator(robot: Any, group: str, cfg: ActuatorBaseCfg, indices: list[int], joints: list[str]) -> dict:
    """Gains and limits of a group of joints, in their order, and the actuator's model."""
    implicit = isinstance(cfg, ImplicitActuatorCfg)
    described: dict[str, list] = {"actuator": [type(cfg).__name__.removesuffix("Cfg")] * len(joints)}
    for name, settings in (("effort_limit", EFFORT_LIMITS[implicit]), ("velocity_limit", VELOCITY_LIMITS)):
        value = next((getattr(cfg, setting) for setting in settings if getattr(cfg, setting) is not None), None)
        numbers = [math.inf] * len(joints) if value is None else per_name(value, joints, 0.0)
        described[name] = [number if math.isfinite(number) else None for number in numbers]
    for name in ("stiffness", "damping"):
        value = getattr(cfg, name)
        if value is not None:
            described[name] = per_name(value, joints, 0.0)
        elif isinstance(cfg, (ActuatorNetLSTMCfg, ActuatorNetMLPCfg)):
            described[name] = [None] * len(joints)  # a network takes the place of gains
        else:
            what, remedy = f"{name} of the joints {joints}", f"Give actuator '{group}' its {name}."
            if not implicit:
                raise ValueError(f"The {what} is not in the configuration. {remedy}")
            live = getattr(robot.data, f"joint_{name}").torch[:, indices]
            described[name] = agreed(live, f"Values of {what}", remedy)
    return described


def _sdk_names(cfg: Any, names: list[str]) -> list[str] | None:
    """Joints in the order of the robot's SDK, where the robot's configuration has it as unitree_rl_lab's has."""
    order = getattr(cfg, "joint_sdk_names", None)
    if order is None:
        return None
    if sorted(filter(None, order)) != sorted(names):
        raise ValueError(f"joint_sdk_names must name each joint once; it has {order}, the robot {names}.")
    return list(order)
