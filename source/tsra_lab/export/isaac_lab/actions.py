# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Action terms as targets: clip(scale * action + offset).

Only classes that are known exactly are described: one that derives from them may do something else.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from isaaclab.envs.mdp import (
    JointEffortAction,
    JointEffortActionCfg,
    JointPositionAction,
    JointPositionActionCfg,
    JointPositionToLimitsAction,
    JointPositionToLimitsActionCfg,
    JointVelocityAction,
    JointVelocityActionCfg,
)
from isaaclab.utils.string import resolve_matching_names_values

from .values import agreed, open_bounds, per_name

KNOWN = {
    JointPositionActionCfg: (JointPositionAction, "joint position"),
    JointPositionToLimitsActionCfg: (JointPositionToLimitsAction, "joint position"),
    JointVelocityActionCfg: (JointVelocityAction, "joint velocity"),
    JointEffortActionCfg: (JointEffortAction, "joint effort"),
}
"""Class and kind of the terms that need not describe themselves, by their configurations."""

TARGET_SETTINGS = {"kind", "targets", "scale", "offset", "clip"}
"""What a term's ``describe_targets`` returns."""


def describe_actions(base: Any) -> list[dict]:
    """Describe all action terms, in order.

    A term whose own class has a method ``describe_targets`` tells them itself; joint terms of Isaac Lab are known.

    Args:
        base: Manager-based Isaac Lab environment.

    Returns:
        For each ``name``, ``type`` (its class), ``kind`` (what the targets are), names of the ``targets``, and for
        each of them ``scale``, ``offset`` and ``clip`` (None for no bounds).

    Raises:
        ValueError: If a term is of a class that cannot be told, or two have the same target.
    """
    actions = [_describe_action(base, name) for name in base.action_manager.active_terms]
    owners: dict[str, str] = {}
    for action in actions:
        for target in action["targets"]:
            owner = owners.setdefault(target, action["name"])
            if owner != action["name"]:
                raise ValueError(f"Action terms '{owner}' and '{action['name']}' both move '{target}'; give it to one.")
    return actions


def _describe_action(base: Any, name: str) -> dict:
    """Describe one term."""
    cfg, term = getattr(base.cfg.actions, name), base.action_manager.get_term(name)
    own, known = vars(type(term)).get("describe_targets"), KNOWN.get(type(cfg))
    if own is not None:
        described = own(term)
        if set(described) != TARGET_SETTINGS:
            raise ValueError(f"describe_targets of '{name}' gives {sorted(described)}, not {sorted(TARGET_SETTINGS)}.")
    elif known is not None and type(term) is known[0]:
        described = {"kind": known[1], **_describe_joint_targets(base, cfg)}
    else:
        raise ValueError(
            f"Action term '{name}' is a {type(term).__name__} with a {type(cfg).__name__}; exactly"
            f" {', '.join(known_class.__name__ for known_class, _ in KNOWN.values())} are known, and what derives from"
            " them may act otherwise. Give its class a method 'describe_targets'."
        )
    if len(described["targets"]) != term.action_dim:
        raise ValueError(f"Action term '{name}' has {term.action_dim} actions, but targets {described['targets']}.")
    return {"name": name, "type": type(term).__name__, **described}


def _describe_joint_targets(base: Any, cfg: Any) -> dict:
    """Targets, scale, offset and clip of one of Isaac Lab's joint terms."""
    robot = base.scene[cfg.asset_name]
    indices, joints = robot.find_joints(cfg.joint_names, preserve_order=cfg.preserve_order)
    scale, clip = per_name(cfg.scale, joints, 1.0), np.tile([-np.inf, np.inf], (len(joints), 1))
    if cfg.clip is not None:
        for index, _, bounds in zip(*resolve_matching_names_values(cfg.clip, joints), strict=True):
            clip[index] = bounds
    if isinstance(cfg, JointPositionToLimitsActionCfg):
        offset = [0.0] * len(joints)
        if cfg.rescale_to_limits:
            # the scaled action from -1 to 1 spans the joint's limits, which only the robot's file has
            limits = robot.data.soft_joint_pos_limits.torch[:, indices]
            remedy = "Keep events from changing them: env.events.<name>=null."
            low, high = np.reshape(agreed(limits.flatten(1), f"Position limits of {joints}", remedy), (-1, 2)).T
            middle, half = 0.5 * (low + high), 0.5 * (high - low)
            scale, offset = (half * scale).tolist(), middle.tolist()
            clip = middle[:, None] + half[:, None] * clip.clip(-1.0, 1.0)
    elif getattr(cfg, "use_default_offset", False):
        # when the term is made, the defaults are still the configuration's; events change them later
        state = robot.cfg.init_state
        default = state.joint_pos if isinstance(cfg, JointPositionActionCfg) else state.joint_vel
        by_name = dict(zip(robot.joint_names, per_name(default, list(robot.joint_names), 0.0), strict=True))
        offset = [by_name[joint] for joint in joints]
    else:
        offset = per_name(cfg.offset, joints, 0.0)
    bounded = bool(np.isfinite(clip).any())
    return {
        "targets": joints,
        "scale": scale,
        "offset": offset,
        "clip": [open_bounds(bounds) for bounds in clip] if bounded else None,
    }
