# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Proof that the file and its contract are enough: a recording is run again as a robot would run it.

Raw sensor readings go in, the runtime does the rest, and what comes out is compared with what the simulator's network
saw and what its robot was commanded. Whatever the contract does not tell, or tells wrongly, shows here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tsra_deploy import Policy, Safety
from tsra_deploy.contract import LAST_ACTION
from tsra_deploy.observations import layout_of

from .parity import FIRST, ROUNDING, TOLERANCE, check_actions, tolerance_of

READING, LAG, PROCESSED, COMMANDED, UNSTEADY, LIVE = (
    "reading",
    "lag",
    "processed",
    "commanded",
    "unsteady",
    "live",
)
"""What the names of recorded arrays begin with, before a slash and a name: what a sensor read, as late as the simulator
used it; how late that is [control periods]; what an action term made of its actions; what the joints were commanded,
and by how much that changed within a control period; and what the simulator holds of the joints, NaN where
environments differ."""

COMMANDS = ("position", "velocity", "effort")
"""What joints are commanded."""

JOINT_NAMES = "live/joint_names"
"""Name of the array of the joints' names, in the simulator's order."""


def has_readings(recorded: dict[str, np.ndarray]) -> bool:
    """Whether a recording can be replayed.

    Args:
        recorded: As :func:`tsra_lab.export.isaac_lab.record_run` gives it.

    Returns:
        Whether it holds what is needed.
    """
    return any(name.startswith(f"{PROCESSED}/") for name in recorded)


def check_replay(path: str | Path, recorded: dict[str, np.ndarray]) -> None:
    """Run a file on recorded readings and compare all it does with the simulator.

    Args:
        path: ONNX file.
        recorded: As :func:`tsra_lab.export.isaac_lab.record_run` gives it.

    Raises:
        ValueError: If the runtime forms other inputs, acts otherwise or commands other targets, or if the contract
            tells other joints, gains or delays than the simulator has.
    """
    policy = Policy.load(path, Safety(out_of_range="ignore"))
    _check_joints(policy.contract["joints"], recorded)
    steps, robots = recorded[FIRST].shape
    missing = [name for name in policy.sensor_names if f"{READING}/{name}" not in recorded]
    if missing:
        raise ValueError(f"The recording has no readings of {missing}.")
    _check_delays(policy, recorded)
    readings = {name: by_step(recorded[f"{READING}/{name}"], steps, robots) for name in policy.sensor_names}
    inputs: dict[str, list[np.ndarray]] = {item["name"]: [] for item in policy.inputs}
    actions, targets = [], []
    for step in range(steps):
        policy.reset(recorded[FIRST][step] if step else None)
        targets.append(policy.act({name: values[step] for name, values in readings.items()}))
        actions.append(policy.last_actions)
        for name, seen in inputs.items():
            seen.append(policy.last_inputs[name])
    slack = tolerance_of(recorded["actions"], least=1.0).max()
    for item in policy.inputs:
        _check_input(item, np.concatenate(inputs[item["name"]]), recorded[item["name"]], slack)
    check_actions(np.abs(np.concatenate(actions) - recorded["actions"]).max(axis=0), recorded["actions"])
    _check_targets(policy.contract["actions"], np.concatenate(targets), recorded)


def by_step(array: np.ndarray, steps: int, robots: int) -> np.ndarray:
    """An array of shape (steps * robots, ...) as (steps, robots, ...)."""
    return array.reshape(steps, robots, *array.shape[1:])


def _check_input(item: dict, seen: np.ndarray, expected: np.ndarray, slack: float) -> None:
    """Compare an ONNX input with the simulator's observations."""
    tolerance = tolerance_of(expected)
    names = np.full(expected.shape[1:], item["terms"][0]["name"], dtype=object)
    if expected.ndim == 2:
        places, _ = layout_of(item["terms"])
        owners = [term["name"] for term in item["terms"] for _ in term["scale"]]
        # what the last action is computed from differs as actions may
        scales = [abs(scale) * (term["source"] == LAST_ACTION) for term in item["terms"] for scale in term["scale"]]
        names, tolerance = np.array(owners, dtype=object)[places], tolerance + slack * np.array(scales)[places]
    difference = np.abs(seen - expected).max(axis=0)
    wrong = ~(difference <= tolerance)
    if wrong.any():
        raise ValueError(
            f"From raw readings, the runtime does not form the observations of training: {sorted(set(names[wrong]))}"
            f" of input '{item['name']}' differ by up to {np.nanmax(difference[wrong]):.2e}. The contract does not tell"
            " how these terms are prepared; please report the settings of their group."
        )


def _check_targets(actions: list[dict], targets: np.ndarray, recorded: dict[str, np.ndarray]) -> None:
    """Compare targets with what the joints were commanded, or, of other targets, with what the term computed."""
    joints = recorded.get(JOINT_NAMES, np.array([])).tolist()
    start = 0
    for action in actions:
        end = start + len(action["targets"])
        command = action["kind"].removeprefix("joint ")
        if command in COMMANDS:
            if unknown := sorted(set(action["targets"]) - set(joints)):
                raise ValueError(f"The targets {unknown} of action '{action['name']}' are no joints of the robot.")
            columns = [joints.index(target) for target in action["targets"]]
            expected = recorded[f"{COMMANDED}/{command}"][:, columns]
            unsteady = recorded[f"{UNSTEADY}/{command}"][:, columns]
        else:
            expected = recorded[f"{PROCESSED}/{action['name']}"]
            unsteady = np.zeros_like(expected)
        scale, offset = np.array(action["scale"]), np.array(action["offset"])
        tolerance = tolerance_of(expected, least=np.abs(scale)) + ROUNDING * np.abs(offset)
        difference = np.abs(targets[:, start:end] - expected).max(axis=0)
        wrong = ~(np.maximum(difference, unsteady.max(axis=0)) <= tolerance)
        if wrong.any():
            names = [target for target, flag in zip(action["targets"], wrong, strict=True) if flag]
            raise ValueError(
                f"The targets {names} of action '{action['name']}' are not those that the simulator commanded:"
                f" {np.nanmax(difference[wrong]):.2e} apart, and changed by up to {unsteady[:, wrong].max():.2e} within"
                " a control period. If an event changes offsets, joint positions or limits, leave it out of the export"
                " (env.events.<name>=null); otherwise the action term does not do what the contract tells."
            )
        start = end


def _check_delays(policy: Policy, recorded: dict[str, np.ndarray]) -> None:
    """Compare the delays of sensors with those that occurred; that of the last action shows by itself."""
    for term in (term for item in policy.inputs for term in item["terms"] if term["source"] != LAST_ACTION):
        lags = recorded.get(f"{LAG}/{term['name']}", np.zeros(1))
        shortest, longest = term["delay_periods"]
        if lags.min() < shortest or lags.max() > longest:
            raise ValueError(
                f"Observation '{term['name']}' was delayed by {lags.min():g} to {lags.max():g} control periods, but the"
                f" contract tells {shortest} to {longest}."
            )


def _check_joints(joints: dict, recorded: dict[str, np.ndarray]) -> None:
    """Compare joints and their numbers with what the simulator holds."""
    names = recorded.get(JOINT_NAMES, np.array([])).tolist()
    if joints["names"] != names:
        raise ValueError(f"The contract tells the joints {joints['names']}, the simulator has {names}.")
    for key in ("stiffness", "damping", "default_position"):
        for index, name in enumerate(names):
            told, held = joints[key][index], float(recorded[f"{LIVE}/{key}"][index])
            if told is not None and abs(told - held) > TOLERANCE * max(abs(held), 1.0):
                raise ValueError(
                    f"The {key.replace('_', ' ')} of joint '{name}' is {told:g} in the configuration, but {held:g} in"
                    " every environment. If an event or a term changes it, put the value into the robot's"
                    " configuration, or leave the event out of the export (env.events.<name>=null)."
                )
