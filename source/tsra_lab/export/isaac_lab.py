# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a robot must know to run a student: read from Isaac Lab's managers, never typed twice.

The one module of this package that knows Isaac Lab's classes; the package itself does not import it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel

from isaaclab.envs import mdp
from isaaclab.envs.mdp.actions.actions_cfg import (
    JointEffortActionCfg,
    JointPositionActionCfg,
    JointVelocityActionCfg,
)
from isaaclab.utils.string import resolve_matching_names_values

from tsra_deploy import FORMAT_VERSION
from tsra_deploy.contract import LAST_ACTION, SENSOR, width_of

from .inputs import VECTOR_INPUT
from .memory import describe_memory_of


def deployment_contract(
    env: VecEnv,
    groups: list[str],
    recorded: Mapping[str, np.ndarray],
    task: str,
    run: dict,
    evaluation: dict,
    policy: MLPModel | None = None,
) -> dict:
    """Describe observations, actions, memory, timing and measured performance of a student.

    Args:
        env: Manager-based Isaac Lab environment in rsl_rl's wrapper.
        groups: Observation groups that the student sees, in order.
        recorded: Inputs of the student while it acted, as :func:`tsra_lab.export.record_inputs` gives them.
        task: Name of the task.
        run: Training run: its ``name``, ``iteration`` and ``git`` state.
        evaluation: What the student was measured to do.
        policy: The student, an rsl_rl model; None for one without memory.

    Returns:
        JSON-ready dictionary with the entries of :data:`tsra_deploy.contract.ENTRIES`.

    Raises:
        ValueError: If something a robot needs cannot be told.
    """
    base = env.unwrapped
    if not hasattr(base, "observation_manager"):
        raise ValueError("The contract is read from managers, so only manager-based environments can be exported.")
    return {
        "format_version": FORMAT_VERSION,
        "task": task,
        "run": run,
        "timing": {
            "control_period_s": base.step_dt,
            "physics_dt_s": base.physics_dt,
            "decimation": base.cfg.decimation,
        },
        "inputs": describe_inputs(base, groups, recorded),
        "memory": [] if policy is None else describe_memory_of(policy),
        "output": "actions",
        "clip_actions": getattr(env, "clip_actions", None),
        "actions": [describe_action(base, name) for name in base.action_manager.active_terms],
        "commands": list(base.command_manager.active_terms),
        "joints": describe_joints(base),
        "evaluation": evaluation,
    }


def describe_inputs(base: Any, groups: list[str], recorded: Mapping[str, np.ndarray]) -> list[dict]:
    """Describe the ONNX inputs: all vector groups together, then one for each image group.

    Args:
        base: Manager-based Isaac Lab environment.
        groups: Observation groups that the student sees, in order.
        recorded: Inputs of the student while it acted, by name; their ranges are what the student is valid for.

    Returns:
        For each input ``name``, ``shape`` and ``terms``. A term has ``name``, ``group``, ``shape`` (of one sample),
        ``unit``, ``frame``, ``source``, ``noise_free``, ``scale``, ``clip``, ``history_length`` (0 for none) and
        ``valid_range`` (as the network sees it: after clip and scale).

    Raises:
        ValueError: If something a robot needs cannot be told.
    """
    manager = base.observation_manager
    vectors, images = [], []
    for group in groups:
        group_cfg = getattr(base.cfg.observations, group)
        terms = [
            _describe_term(base, group_cfg, group, name, tuple(shape))
            for name, shape in zip(manager.active_terms[group], manager.group_obs_term_dim[group], strict=True)
        ]
        shape = list(manager.group_obs_dim[group])
        if len(shape) == 1:
            vectors += terms
        elif len(terms) > 1:
            raise ValueError(f"Image group '{group}' has several terms; give each image a group of its own.")
        elif terms[0]["history_length"]:
            raise ValueError(f"Image group '{group}' has a history; use a student with memory instead.")
        else:
            low, high = float(recorded[group].min()), float(recorded[group].max())
            terms[0]["valid_range"] = {"low": [low], "high": [high]}
            images.append({"name": group, "shape": shape, "terms": terms})
    if not vectors:
        return images
    start = 0
    for term in vectors:
        width, frames = width_of(term), max(term["history_length"], 1)
        seen = recorded[VECTOR_INPUT][:, start : start + width * frames].reshape(-1, width)
        term["valid_range"] = {"low": seen.min(axis=0).tolist(), "high": seen.max(axis=0).tolist()}
        start += width * frames
    return [{"name": VECTOR_INPUT, "shape": [start], "terms": vectors}, *images]


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
            clip[index] = _bounds(bounds)
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


def _describe_term(base: Any, group_cfg: Any, group: str, name: str, shape: tuple[int, ...]) -> dict:
    """Describe one term; only its valid range is missing."""
    cfg = getattr(group_cfg, name)
    where = f"Observation term '{group}/{name}'"
    scale = 1.0 if cfg.scale is None else cfg.scale
    if not isinstance(scale, (int, float)):
        raise ValueError(f"{where} has a scale per element; use one number.")
    if cfg.modifiers:
        raise ValueError(f"{where} has modifiers, which the robot cannot be told.")
    unit, frame = getattr(cfg, "unit", None), getattr(cfg, "frame", None)
    if not isinstance(unit, str) or not isinstance(frame, str):
        raise ValueError(
            f"{where} tells no unit and frame, which the robot needs. Make it a tsra_lab.configs.OnboardTermCfg."
        )
    from_group = group_cfg.history_length is not None
    history = group_cfg.history_length if from_group else cfg.history_length
    if history:
        if not (group_cfg.flatten_history_dim if from_group else cfg.flatten_history_dim):
            raise ValueError(f"{where} has a history that is not flattened; set flatten_history_dim.")
        shape = (shape[0] // history, *shape[1:])
    last_action = cfg.func is mdp.last_action
    if last_action and cfg.params.get("action_name") is not None and len(base.action_manager.active_terms) > 1:
        raise ValueError(f"{where} is the last action of one term of several; observe the whole last action.")
    return {
        "name": name,
        "group": group,
        "shape": list(shape),
        "unit": unit,
        "frame": frame,
        "source": LAST_ACTION if last_action else SENSOR,
        "noise_free": cfg.noise is None,
        "scale": float(scale),
        "clip": None if cfg.clip is None else _bounds(cfg.clip),
        "history_length": history,
    }


def _bounds(bounds: tuple[float, float]) -> list[float | None]:
    """Bounds for JSON, which has no infinity: an open bound is None.

    Args:
        bounds: Lower and upper bound.

    Returns:
        The same, with None for infinity.
    """
    return [float(bound) if math.isfinite(bound) else None for bound in bounds]


def _per_joint(value: float | dict[str, float], joints: list[str], default: float) -> list[float]:
    """One number per joint, from one number for all or from a dictionary of patterns."""
    if not isinstance(value, dict):
        return [float(value)] * len(joints)
    numbers = [default] * len(joints)
    for index, _, number in zip(*resolve_matching_names_values(value, joints), strict=True):
        numbers[index] = float(number)
    return numbers
