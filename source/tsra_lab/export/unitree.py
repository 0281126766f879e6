# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract in the form that Unitree's C++ deployment reads (``deploy.yaml`` of unitree_rl_lab).

Names are those that its registries know. It sends the i-th target to the i-th joint, computes some observations by
itself, and knows nothing of memories, images and delays: a student that it would run otherwise is refused. Which joint
is the i-th, the file says; so joints are in the order of the targets, whatever the robot's own is.
"""

from __future__ import annotations

import math
from typing import Any

import yaml

from tsra_deploy.contract import BY_TIME, LAST_ACTION, width_of

ACTION = "JointPositionAction"
"""The action that it sends to motors, by the name in its registry. (It would send velocities as positions.)"""

OF_ALL_JOINTS = {"joint_pos_rel", "joint_vel_rel"}
"""Observations that it computes of all joints, in their order; of the first also those of some joints."""

WIDTHS = {"base_ang_vel": 3, "projected_gravity": 3, "velocity_commands": 3}
"""Other observations that it computes by itself, and how many numbers they are."""

VELOCITY_COMMAND, VELOCITIES = "base_velocity", ("lin_vel_x", "lin_vel_y", "ang_vel_z")
"""The command whose ranges bound its ``velocity_commands``, and the ranges that it needs."""


def unitree_yaml(contract: dict) -> str:
    """Lay a contract out as ``deploy.yaml``.

    Joints are in the order of the targets, except gains, which it sends in the order of the SDK's motors.

    Args:
        contract: As :func:`tsra_lab.export.isaac_lab.deployment_contract` gives it.

    Returns:
        Text of the file.

    Raises:
        ValueError: If that deployment cannot run the student; the message names all reasons.
    """
    problems = [*_of_the_network(contract), *_of_the_robot(contract), *_of_the_observations(contract)]
    if problems:
        raise ValueError(f"Unitree's deployment cannot run this student: {'; '.join(problems)}.")
    joints, order, terms = contract["joints"], _targets_of(contract["actions"]), contract["inputs"][0]["terms"]
    places = [joints["names"].index(name) for name in order]
    motors = [joints["sdk_names"].index(name) for name in order]
    stiffness, damping, default = (
        [joints[key][place] for place in places] for key in ("stiffness", "damping", "default_position")
    )
    observations: dict[str, Any] = {_key(term): _describe_term(term, order, joints["names"]) for term in terms}
    if any(_stacked_by_time(term) for term in terms):
        observations["use_gym_history"] = True  # not first: its reader takes the first entry for a term
    text = yaml.safe_dump(
        {
            "joint_ids_map": motors,
            "step_dt": contract["timing"]["control_period_s"],
            "stiffness": _by_motor(stiffness, motors, len(joints["sdk_names"])),
            "damping": _by_motor(damping, motors, len(joints["sdk_names"])),
            "default_joint_pos": default,
            "commands": {command["name"]: _describe_command(command) for command in contract["commands"]},
            "actions": {ACTION: _describe_actions(contract["actions"])},
            "observations": observations,
        },
        sort_keys=False,
        default_flow_style=None,
    )
    own = [_key(term) for term in terms if _key(term) not in {LAST_ACTION, *OF_ALL_JOINTS, *WIDTHS}]
    return f"# Observations to register on the robot: {', '.join(own)}\n{text}" if own else text


def _of_the_network(contract: dict) -> list[str]:
    """Why it cannot run the network or act by it."""
    inputs, actions = contract["inputs"], contract["actions"]
    problems = []
    if len(inputs) != 1 or len(inputs[0]["shape"]) != 1:
        problems.append("it has images or several inputs")
    if contract["memory"]:
        problems.append("it has a memory")
    others = [f"'{action['name']}' ({action['kind']})" for action in actions if action["kind"] != "joint position"]
    if others:
        problems.append(f"its actions {', '.join(others)} are no joint positions")
    if contract["clip_actions"] is not None:
        problems.append("its raw actions are bounded (clip_actions)")
    return problems


def _of_the_robot(contract: dict) -> list[str]:
    """Why it cannot drive the motors."""
    joints = contract["joints"]
    problems = []
    if sorted(_targets_of(contract["actions"])) != sorted(joints["names"]):
        problems.append(f"its targets are not all joints, each once ({', '.join(joints['names'])})")
    if joints["sdk_names"] is None:
        problems.append("the order of the SDK's motors is unknown (joint_sdk_names of the robot's configuration)")
    for gain in ("stiffness", "damping"):
        unknown = [name for name, number in zip(joints["names"], joints[gain], strict=True) if number is None]
        if unknown:
            problems.append(f"the joints {', '.join(unknown)} have no {gain}")
    return problems


def _of_the_observations(contract: dict) -> list[str]:
    """Why it would not give the network the observations of training."""
    terms = [term for item in contract["inputs"] for term in item["terms"]]
    joints, order = contract["joints"]["names"], _targets_of(contract["actions"])
    problems = []
    if sum(_key(term) == LAST_ACTION for term in terms) > 1:
        problems.append(f"several observations would be its '{LAST_ACTION}'")
    for term in terms:
        key, width, known = _key(term), width_of(term), WIDTHS.get(_key(term))
        if key == LAST_ACTION and (term["source"] != LAST_ACTION or term["delay_periods"] != [0, 0]):
            problems.append(f"'{term['name']}' is not the last action as it feeds it back")
        if known is not None and width != known:
            problems.append(f"its own '{key}' has {known} numbers, not {width}")
        picked = joints if term["joints"] is None else term["joints"]
        unknown = set(picked) - set(joints)
        if unknown or key in OF_ALL_JOINTS and len(picked) != width or key == "joint_vel_rel" and picked != order:
            problems.append(f"it cannot tell '{key}' of the joints {', '.join(picked)}")
    keys = {_key(term) for term in terms}
    if "gait_phase" in keys:
        problems.append("the contract does not tell the period of 'gait_phase'")
    ranges = {command["name"]: command["ranges"] or {} for command in contract["commands"]}
    lacking = [name for name in VELOCITIES if name not in ranges.get(VELOCITY_COMMAND, {})]
    if "velocity_commands" in keys and lacking:
        problems.append(f"'velocity_commands' needs the ranges {', '.join(lacking)} of a command '{VELOCITY_COMMAND}'")
    by_time = [term for term in terms if _stacked_by_time(term)]
    if by_time and len({(term["group"], term["history_length"]) for term in terms}) > 1:
        problems.append(f"the history of group '{by_time[0]['group']}' is by time, but not that of all observations")
    return problems


def _targets_of(actions: list[dict]) -> list[str]:
    """Targets of all action terms, one after the other."""
    return [target for action in actions for target in action["targets"]]


def _key(term: dict) -> str:
    """Name of an observation in its registry."""
    return LAST_ACTION if term["source"] == LAST_ACTION else term["name"]


def _stacked_by_time(term: dict) -> bool:
    return term["history_order"] == BY_TIME and term["history_length"] > 1


def _describe_term(term: dict, order: list[str], joints: list[str]) -> dict:
    """An observation; without ``joint_ids`` it is of all joints in their order."""
    picked = joints if term["joints"] is None and _key(term) in OF_ALL_JOINTS else term["joints"]
    some = picked is not None and picked != order
    return {
        "params": {"asset_cfg": {"joint_ids": [order.index(name) for name in picked]}} if some else {},
        "clip": None if term["clip"] is None else _bounds(term["clip"]),
        "scale": term["scale"],
        "history_length": max(term["history_length"], 1),
    }


def _describe_actions(actions: list[dict]) -> dict:
    """All action terms as one: it knows each class once, and they follow each other."""
    clips = [
        _bounds(bounds) for action in actions for bounds in action["clip"] or [[None, None]] * len(action["targets"])
    ]
    return {
        "clip": clips if any(math.isfinite(bound) for bounds in clips for bound in bounds) else None,
        "joint_names": _targets_of(actions),
        "scale": [scale for action in actions for scale in action["scale"]],
        "offset": [offset for action in actions for offset in action["offset"]],
        "joint_ids": None,  # all
    }


def _describe_command(command: dict) -> dict:
    if command["ranges"] is None:
        return {}
    return {"ranges": {name: _bounds(bounds) for name, bounds in command["ranges"].items()}}


def _bounds(bounds: list[float | None]) -> list[float]:
    """Bounds as numbers, which its reader needs; it reads infinity."""
    low, high = bounds
    return [-math.inf if low is None else low, math.inf if high is None else high]


def _by_motor(numbers: list[float], motors: list[int], count: int) -> list[float]:
    """Numbers of joints in the order of the motors; 0 for a motor without a joint, which then stays limp."""
    by_motor = [0.0] * count
    for motor, number in zip(motors, numbers, strict=True):
        by_motor[motor] = number
    return by_motor
