# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a student moves: read from the action manager and the robot."""

from __future__ import annotations

from typing import Any

from isaaclab.envs.mdp.actions.actions_cfg import (
    JointEffortActionCfg,
    JointPositionActionCfg,
    JointVelocityActionCfg,
)
from isaaclab.utils.string import resolve_matching_names_values

from .inputs import bounds_of


def describe_action(base: Any, name: str) -> dict:
    """Describe an action term: target = clip(scale * action + offset).

    A term with a method ``describe_targets`` tells them itself; joint terms of Isaac Lab are known.

    Args:
        base: Manager-based Isaac Lab environment.
        name: Name of the term.

    Returns:
        ``name``, ``type`` (the term's class), ``kind`` (what the targets are), names of the ``targets``, and for each
        of them ``scale``, ``offset`` and ``clip`` (None for no bounds).

    Raises:
        ValueError: If the term is of a kind that cannot be told.
    """
    cfg = getattr(base.cfg.actions, name)
    term = base.action_manager.get_term(name)
    if hasattr(term, "describe_targets"):
        return {"name": name, "type": type(term).__name__, **term.describe_targets()}
    kinds = {JointPositionActionCfg: "position", JointVelocityActionCfg: "velocity", JointEffortActionCfg: "effort"}
    kind = next((kind for known, kind in kinds.items() if isinstance(cfg, known)), None)
    if kind is None:
        raise ValueError(
            f"Action term '{name}' is a {type(cfg).__name__}; only joint {', '.join(kinds.values())} can be described."
            " Give the term a method 'describe_targets'."
        )
    robot = base.scene[cfg.asset_name]
    ids, joints = robot.find_joints(cfg.joint_names, preserve_order=cfg.preserve_order)
    offset = _per_joint(cfg.offset, joints, 0.0)
    if getattr(cfg, "use_default_offset", False):
        default = robot.data.default_joint_pos if kind == "position" else robot.data.default_joint_vel
        offset = default.torch[0, ids].tolist()
    clip = None
    if cfg.clip is not None:
        clip = [[None, None] for _ in joints]
        for index, _, bounds in zip(*resolve_matching_names_values(cfg.clip, joints), strict=True):
            clip[index] = bounds_of(bounds)
    return {
        "name": name,
        "type": type(term).__name__,
        # a term may stand for another interface of the robot: a planar base's joints for its wheels, say
        "kind": getattr(cfg, "interface", f"joint {kind}"),
        "targets": joints,
        "scale": _per_joint(cfg.scale, joints, 1.0),
        "offset": offset,
        "clip": clip,
    }


def describe_joints(base: Any) -> dict:
    """Describe the joints of the robot that the actions move, in its own order; a single rigid body has none.

    Args:
        base: Manager-based Isaac Lab environment.

    Returns:
        ``names``, and for each ``stiffness`` [N m/rad or N/m], ``damping`` [N m s/rad or N s/m] and
        ``default_position`` [rad or m].

    Raises:
        ValueError: If the actions move several robots.
    """
    assets = {getattr(base.cfg.actions, name).asset_name for name in base.action_manager.active_terms}
    if len(assets) != 1:
        raise ValueError(f"The actions move several robots ({', '.join(sorted(assets))}); a student drives one.")
    robot = base.scene[assets.pop()]
    if not hasattr(robot, "joint_names"):
        return {"names": [], "stiffness": [], "damping": [], "default_position": []}
    return {
        "names": list(robot.joint_names),
        "stiffness": robot.data.joint_stiffness.torch[0].tolist(),
        "damping": robot.data.joint_damping.torch[0].tolist(),
        "default_position": robot.data.default_joint_pos.torch[0].tolist(),
    }


def _per_joint(value: float | dict[str, float], joints: list[str], default: float) -> list[float]:
    """One number per joint, from one number for all or from a dictionary of patterns."""
    if not isinstance(value, dict):
        return [float(value)] * len(joints)
    numbers = [default] * len(joints)
    for index, _, number in zip(*resolve_matching_names_values(value, joints), strict=True):
        numbers[index] = float(number)
    return numbers
