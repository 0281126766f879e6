# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract that an exported student carries: one metadata key ``tsra.<entry>`` with JSON for each entry."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from .errors import ContractError

FORMAT_VERSION = 4
"""Version of the contract that this runtime reads."""

PREFIX = "tsra."
"""What the contract's metadata keys begin with."""

ENTRIES = (
    "format_version",
    "task",
    "run",
    "timing",
    "inputs",
    "memory",
    "output",
    "actions",
    "clip_actions",
    "commands",
    "joints",
    "evaluation",
)
"""Entries of a contract."""

SENSOR, LAST_ACTION = "sensor", "last_action"
"""Sources of a term: the robot's sensors, or what the policy itself did a step ago, before scale and offset."""

BY_TERM, BY_TIME = "term", "time"
"""Orders of a history: all samples of a term together, or all terms of a group for each sample."""

MAX_ELEMENTS = 2**24
"""Most elements of an input or a state of the memory, and most that are kept of earlier samples: 64 MiB of each. What a
file declares is compared with it before anything is allocated."""

MAX_DELAY = 1000
"""Longest delay of a term [control periods]."""

JOINT_NUMBERS = ("stiffness", "damping", "default_position", "effort_limit", "velocity_limit")
"""What the contract tells of each joint; None where nothing is known, or nothing limits it."""


def write_metadata(contract: Mapping[str, Any]) -> dict[str, str]:
    """Lay a contract out as metadata.

    Args:
        contract: Contract with exactly :data:`ENTRIES`.

    Returns:
        Metadata by key.

    Raises:
        ContractError: If an entry is missing, unknown or malformed.
    """
    check_contract(contract)
    try:
        return {PREFIX + entry: json.dumps(contract[entry], allow_nan=False) for entry in ENTRIES}
    except (TypeError, ValueError, RecursionError) as error:
        raise ContractError(f"The contract cannot be written as JSON: {error}") from error


def read_metadata(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Read a contract from a file's metadata.

    Args:
        metadata: Metadata by key; other keys are left alone.

    Returns:
        The contract.

    Raises:
        ContractError: If the metadata hold no contract, one of another version, or a malformed one.
    """
    texts = {key.removeprefix(PREFIX): text for key, text in metadata.items() if key.startswith(PREFIX)}
    if "format_version" not in texts:
        raise ContractError(f"The file carries no contract (metadata key '{PREFIX}format_version').")
    contract = {}
    for entry, text in texts.items():
        try:
            contract[entry] = json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            raise ContractError(f"The contract's entry '{entry}' is no JSON: {error!r}") from error
    check_contract(contract)
    return contract


def check_contract(contract: Mapping[str, Any]) -> None:
    """Check the layout of a contract.

    Args:
        contract: Contract.

    Raises:
        ContractError: If its version is another, or an entry is missing, unknown or malformed.
    """
    _require(isinstance(contract, Mapping), "it is no mapping of its entries")
    version = contract.get("format_version")
    if isinstance(version, bool) or version != FORMAT_VERSION:
        raise ContractError(f"The contract's format version is {version}, not {FORMAT_VERSION}.")
    missing, unknown = sorted(set(ENTRIES) - contract.keys()), sorted(contract.keys() - set(ENTRIES))
    if missing or unknown:
        raise ContractError(f"The contract lacks entries {missing} and has unknown ones {unknown}.")
    run = contract["run"]
    _require(isinstance(contract["task"], str), "task is no text")
    _require(isinstance(_get(run, "name"), str), "run.name is no text")
    _require(_is_count(_get(run, "iteration"), 0), "run.iteration is no number of iterations")
    timing = contract["timing"]
    for name in ("control_period_s", "physics_dt_s"):
        _require(_is_number(_get(timing, name)) and timing[name] > 0.0, f"timing.{name} is no positive number")
    _require(_is_count(_get(timing, "decimation"), 1), "timing.decimation is no positive integer")
    limit = contract["clip_actions"]
    _require(limit is None or _is_number(limit) and limit > 0.0, "clip_actions is no positive number")
    for name in ("inputs", "memory", "actions"):
        _require(isinstance(contract[name], list), f"{name} is no list")
    _require(len(contract["inputs"]) > 0 and len(contract["actions"]) > 0, "inputs or actions are empty")
    for item in contract["inputs"]:
        _check_input(item)
    terms = [term for item in contract["inputs"] for term in item["terms"]]
    twice = _repeated([term["name"] for term in terms])
    _require(not twice, f"observation terms share the names {twice}")
    for item in contract["memory"]:
        for name in ("input", "output"):
            _require(isinstance(_get(item, name), str), f"memory.{name} is no name")
        _require(_is_shape(_get(item, "shape"), 2), "memory.shape is not (layers, features)")
    for item in contract["actions"]:
        _check_action(item)
    targets = [target for item in contract["actions"] for target in item["targets"]]
    twice = _repeated(targets)
    _require(not twice, f"several actions have the targets {twice}")
    for term in terms:
        fits = term["source"] != LAST_ACTION or term["shape"] == [len(targets)]
        _require(fits, f"the last action '{term['name']}' is not one number for each target")
    _require(contract["output"] == "actions", "output is not 'actions'")
    _check_commands(contract["commands"])
    _check_joints(contract["joints"])


def width_of(term: Mapping[str, Any]) -> int:
    """Number of elements of one sample of a term.

    Args:
        term: Term of an input.

    Returns:
        Number of elements.
    """
    return math.prod(term["shape"])


def _check_input(item: Any) -> None:
    """Check an input and its terms, and that they fill it."""
    _require(isinstance(_get(item, "name"), str), "an input has no name")
    name = f"input '{item['name']}'"
    shape, terms = _get(item, "shape"), _get(item, "terms")
    _require(_is_shape(shape), f"the shape of {name} is malformed")
    _require(isinstance(terms, list) and len(terms) > 0, f"{name} has no terms")
    for term in terms:
        _require(isinstance(_get(term, "name"), str), f"a term of {name} has no name")
        _check_term(term, f"term '{term['name']}'")
    for group in {term["group"] for term in terms if term["history_order"] == BY_TIME}:
        members = [index for index, term in enumerate(terms) if term["group"] == group]
        together = members[-1] - members[0] == len(members) - 1
        alike = len({(terms[index]["history_order"], terms[index]["history_length"]) for index in members}) == 1
        _require(together and alike, f"group '{group}' of {name} has a history by time, but not one for all its terms")
    # sensors have the delay of the robot; what is fed back is delayed by the runtime
    lags = [term["delay_periods"][0] if term["source"] == LAST_ACTION else 0 for term in terms]
    depth = max(max(term["history_length"], 1) + lag for term, lag in zip(terms, lags, strict=True))
    kept = depth * sum(width_of(term) for term in terms)
    _require(kept <= MAX_ELEMENTS, f"the samples to keep for {name} have more than {MAX_ELEMENTS} elements")
    if len(shape) == 1:
        width = sum(width_of(term) * max(term["history_length"], 1) for term in terms)
        _require(width == shape[0], f"the terms of {name} have {width} elements, not {shape[0]}")
    else:
        _require(len(terms) == 1 and terms[0]["shape"] == shape, f"{name} is not the image of one term")
        _require(terms[0]["history_length"] == 0, f"{name} has a history, which images do not have")


def _check_term(term: Any, name: str) -> None:
    """Check one term."""
    _require(_is_shape(_get(term, "shape")), f"the shape of {name} is malformed")
    count = width_of(term) if len(term["shape"]) == 1 else 1
    scale, clip, valid = _get(term, "scale"), _get(term, "clip"), _get(term, "valid_range")
    fits = isinstance(scale, list) and len(scale) == count and all(map(_is_number, scale))
    _require(fits, f"the scale of {name} is not one number for each element")
    _require(clip is None or _is_bounds(clip), f"the clip of {name} is malformed")
    _require(_is_count(_get(term, "history_length"), 0), f"the history length of {name} is malformed")
    _require(_get(term, "history_order") in (BY_TERM, BY_TIME), f"the history order of {name} is unknown")
    delay = _get(term, "delay_periods")
    counts = isinstance(delay, list) and len(delay) == 2 and all(_is_count(lag, 0) for lag in delay)
    _require(counts and delay[0] <= delay[1] <= MAX_DELAY, f"the delay of {name} is malformed")
    _require(_get(term, "source") in (SENSOR, LAST_ACTION), f"the source of {name} is unknown")
    if term["source"] == LAST_ACTION:
        _require(delay[0] == delay[1], f"the delay of {name} is random, but the runtime feeds the last action back")
    joints = _get(term, "joints")
    _require(joints is None or _is_names(joints), f"the joints of {name} are malformed")
    for key in ("unit", "frame", "group"):
        _require(isinstance(_get(term, key), str), f"the {key} of {name} is missing")
    _require(isinstance(_get(term, "noise_free"), bool), f"noise_free of {name} is missing")
    malformed = f"the valid range of {name} is malformed"
    _require(isinstance(valid, dict) and set(valid) == {"low", "high"}, malformed)
    for bound in valid.values():
        _require(isinstance(bound, list) and len(bound) == count and all(map(_is_number, bound)), malformed)
    _require(all(low <= high for low, high in zip(valid["low"], valid["high"], strict=True)), malformed)


def _check_action(item: Any) -> None:
    """Check one action term."""
    targets = _get(item, "targets")
    strings = isinstance(targets, list) and len(targets) > 0 and all(isinstance(target, str) for target in targets)
    _require(strings, "an action has no targets")
    for name in ("name", "kind"):
        _require(isinstance(_get(item, name), str), f"actions.{name} is no text")
    for name in ("scale", "offset"):
        numbers = _get(item, name)
        fits = isinstance(numbers, list) and len(numbers) == len(targets) and all(map(_is_number, numbers))
        _require(fits, f"actions.{name} is not one number for each target")
    clip = _get(item, "clip")
    fits = clip is None or isinstance(clip, list) and len(clip) == len(targets) and all(map(_is_bounds, clip))
    _require(fits, "actions.clip is not one pair for each target")


def _check_commands(commands: Any) -> None:
    """Check names and ranges of the commands."""
    _require(isinstance(commands, list), "commands is no list")
    for command in commands:
        _require(isinstance(_get(command, "name"), str), "a command has no name")
        ranges = _get(command, "ranges")
        fits = ranges is None or isinstance(ranges, dict) and all(_is_bounds(bounds) for bounds in ranges.values())
        _require(fits, f"the ranges of command '{command['name']}' are malformed")


def _check_joints(joints: Any) -> None:
    """Check that each joint has its numbers, and that the SDK's joints are the robot's."""
    names, sdk = _get(joints, "names"), _get(joints, "sdk_names")
    _require(_is_names(names) and len(set(names)) == len(names), "joints.names are malformed")
    for key in JOINT_NUMBERS:
        numbers = _get(joints, key)
        fits = isinstance(numbers, list) and len(numbers) == len(names)
        fits = fits and all(number is None or _is_number(number) for number in numbers)
        _require(fits, f"joints.{key} is not one number for each joint")
    models = _get(joints, "actuator")
    fits = isinstance(models, list) and len(models) == len(names)
    _require(fits and all(model is None or isinstance(model, str) for model in models), "joints.actuator is malformed")
    if sdk is not None:
        # a robot's SDK may have places that no joint takes, which have empty names
        _require(_is_names(sdk) and sorted(filter(None, sdk)) == sorted(names), "joints.sdk_names are not the joints")


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise ContractError(f"The contract is broken: {problem}.")


def _get(mapping: Any, name: str) -> Any:
    """Element of a JSON object."""
    _require(isinstance(mapping, dict) and name in mapping, f"'{name}' is missing")
    return mapping[name]


def _is_number(value: Any) -> bool:
    # a 32-bit float must hold it
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 3.4e38


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _repeated(names: list[str]) -> list[str]:
    """Names that are there more than once."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_shape(value: Any, length: int | None = None) -> bool:
    if not isinstance(value, list) or not value or not all(_is_count(size, 1) for size in value):
        return False
    return (length is None or len(value) == length) and math.prod(value) <= MAX_ELEMENTS


def _is_bounds(value: Any) -> bool:
    """Whether this is (low, high), in which None is open."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    low, high = value
    if not all(bound is None or _is_number(bound) for bound in value):
        return False
    return low is None or high is None or low <= high
