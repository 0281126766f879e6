# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a robot must know to run a student: read from the environment's managers, never typed twice."""

from __future__ import annotations

import math
from typing import Any

import torch
from rsl_rl.env import VecEnv

from isaaclab.envs.mdp.actions.actions_cfg import (
    JointEffortActionCfg,
    JointPositionActionCfg,
    JointVelocityActionCfg,
)
from isaaclab.utils.string import resolve_matching_names_values

FORMAT_VERSION = 2
"""Version of the contract's layout."""

VECTOR_INPUT = "obs"
"""Name of the ONNX input that holds all vector groups, concatenated in the order of the observation set."""


def deployment_contract(
    env: VecEnv, groups: list[str], task: str, run: str, policy: torch.nn.Module | None = None
) -> dict:
    """Describe observations, actions, memory and timing of a student.

    Args:
        env: Manager-based Isaac Lab environment in rsl_rl's wrapper.
        groups: Observation groups that the student sees, in order.
        task: Name of the task.
        run: Name of the training run.
        policy: The student, an rsl_rl model; None for one without memory.

    Returns:
        JSON-ready dictionary.

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
        "control_period_s": base.step_dt,
        "physics_dt_s": base.physics_dt,
        "decimation": base.cfg.decimation,
        "inputs": _describe_inputs(base, groups),
        "memory": [] if policy is None else describe_memory_of(policy),
        "output": "actions",
        "clip_actions": getattr(env, "clip_actions", None),
        "actions": [_describe_action(base, name) for name in base.action_manager.active_terms],
        "commands": list(base.command_manager.active_terms),
        "joints": _describe_joints(base),
    }


def memory_of(module: torch.nn.Module) -> dict[str, str]:
    """Inputs of a student's ONNX form that are the state of its memory, and the outputs that replace them.

    Args:
        module: What a model's ``as_onnx`` gives.

    Returns:
        Output by input; empty for a student without memory.
    """
    if not getattr(module, "is_recurrent", False):
        return {}
    states = [name for name in module.output_names if name.endswith("_out")]
    return {name.removesuffix("_out") + "_in": name for name in states}


def describe_memory_of(policy: torch.nn.Module) -> list[dict]:
    """State of a student's memory: at the start of an episode it is zero; each output is the next step's input.

    Args:
        policy: Student, an rsl_rl model.

    Returns:
        For each part of the state, ONNX ``input`` and ``output`` and the ``shape`` for one robot, (layers, features);
        in the tensors, the batch lies between the two. Empty for a student without memory.
    """
    module = policy.as_onnx(verbose=False)
    examples = dict(zip(module.input_names, module.get_dummy_inputs(), strict=True))
    memory = memory_of(module)
    # layers, batch, features: the batch is not the first dimension
    return [
        {"input": name, "output": memory[name], "shape": [examples[name].shape[0], examples[name].shape[2]]}
        for name in memory
    ]


def standard_metadata(contract: dict) -> dict[str, str]:
    """Metadata keys that robots' runtimes already read, as whole_body_tracking and mjlab write them.

    Lists are comma-separated. Numbers keep the full precision of a 32-bit float.

    Args:
        contract: As :func:`deployment_contract` gives it.

    Returns:
        Metadata by key.
    """
    terms = [term for item in contract["inputs"] for term in item["terms"]]
    scale_of = {
        joint: scale
        for action in contract["actions"]
        for joint, scale in zip(action["targets"], action["scale"], strict=True)
    }
    joints = contract["joints"]
    return {
        "run_path": contract["run"],
        "joint_names": ",".join(joints["names"]),
        "joint_stiffness": _csv(joints["stiffness"]),
        "joint_damping": _csv(joints["damping"]),
        "default_joint_pos": _csv(joints["default_position"]),
        "command_names": ",".join(contract["commands"]),
        "observation_names": ",".join(term["name"] for term in terms),
        "action_scale": _csv(list(scale_of.values())),
        "observation_terms_scale": _csv([term["scale"] for term in terms]),
        "observation_terms_clip": ",".join(
            "-inf;inf" if term["clip"] is None else _csv_bounds(*term["clip"]) for term in terms
        ),
        "observation_terms_history_length": ",".join(str(term["history_length"]) for term in terms),
        "observation_terms_flatten_history_dim": ",".join(str(term["flatten_history_dim"]) for term in terms),
    }


def _csv(values: list[float]) -> str:
    return ",".join(f"{value:.9g}" for value in values)


def _csv_bounds(low: float | None, high: float | None) -> str:
    return f"{'-inf' if low is None else format(low, '.9g')};{'inf' if high is None else format(high, '.9g')}"


def _bounds(bounds: tuple[float, float]) -> list[float | None]:
    """Bounds for JSON, which has no infinity: an open bound is None."""
    return [float(bound) if math.isfinite(bound) else None for bound in bounds]


def _describe_inputs(base: Any, groups: list[str]) -> list[dict]:
    """ONNX inputs in order: all vector groups together, then one for each image group."""
    manager = base.observation_manager
    vectors, images = [], []
    for group in groups:
        group_cfg = getattr(base.cfg.observations, group)
        terms = []
        for name, shape in zip(manager.active_terms[group], manager.group_obs_term_dim[group], strict=True):
            cfg = getattr(group_cfg, name)
            scale = 1.0 if cfg.scale is None else cfg.scale
            if not isinstance(scale, (int, float)):
                raise ValueError(f"Observation term '{group}/{name}' has a scale per element; use one number.")
            if cfg.modifiers:
                raise ValueError(f"Observation term '{group}/{name}' has modifiers, which the robot cannot be told.")
            from_group = group_cfg.history_length is not None
            terms.append(
                {
                    "name": name,
                    "group": group,
                    "shape": list(shape),
                    "scale": float(scale),
                    "clip": None if cfg.clip is None else _bounds(cfg.clip),
                    "history_length": group_cfg.history_length if from_group else cfg.history_length,
                    "flatten_history_dim": group_cfg.flatten_history_dim if from_group else cfg.flatten_history_dim,
                }
            )
        if len(manager.group_obs_dim[group]) == 1:
            vectors += terms
        elif len(terms) > 1:
            raise ValueError(f"Image group '{group}' has several terms; give each image a group of its own.")
        else:
            images.append({"name": group, "shape": list(manager.group_obs_dim[group]), "terms": terms})
    if vectors:
        width = sum(term["shape"][0] for term in vectors)
        return [{"name": VECTOR_INPUT, "shape": [width], "terms": vectors}, *images]
    return images


def _describe_action(base: Any, name: str) -> dict:
    """Scale, offset and clip of an action term: target = clip(scale * action + offset).

    A term with a method ``describe_targets`` tells them itself; joint terms of Isaac Lab are known.
    """
    cfg = getattr(base.cfg.actions, name)
    term = base.action_manager.get_term(name)
    if hasattr(term, "describe_targets"):
        return {"name": name, **term.describe_targets()}
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
        # a term may stand for another interface of the robot: a planar base's joints for its wheels, say
        "kind": getattr(cfg, "interface", f"joint {kind}"),
        "targets": joints,
        "scale": _per_joint(cfg.scale, joints, 1.0),
        "offset": offset,
        "clip": clip,
    }


def _per_joint(value: float | dict[str, float], joints: list[str], default: float) -> list[float]:
    """One number per joint, from one number for all or from a dictionary of patterns."""
    if not isinstance(value, dict):
        return [float(value)] * len(joints)
    numbers = [default] * len(joints)
    for index, _, number in zip(*resolve_matching_names_values(value, joints), strict=True):
        numbers[index] = float(number)
    return numbers


def _describe_joints(base: Any) -> dict:
    """Joints of the robot that the actions move, in its own order; a single rigid body has none."""
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
