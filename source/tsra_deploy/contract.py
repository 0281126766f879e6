# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract that an exported student carries: one metadata key ``tsra.<entry>`` with JSON for each entry."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from .errors import ContractError

FORMAT_VERSION = 3
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
    return {PREFIX + entry: json.dumps(contract[entry], allow_nan=False) for entry in ENTRIES}


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
        except (ValueError, RecursionError) as error:
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
    version = contract.get("format_version")
    if isinstance(version, bool) or version != FORMAT_VERSION:
        raise ContractError(f"The contract's format version is {version}, not {FORMAT_VERSION}.")
    missing, unknown = sorted(set(ENTRIES) - contract.keys()), sorted(contract.keys() - set(ENTRIES))
    if missing or unknown:
        raise ContractError(f"The contract lacks entries {missing} and has unknown ones {unknown}.")
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
    names = [term["name"] for item in contract["inputs"] for term in item["terms"]]
    twice = sorted({name for name in names if names.count(name) > 1})
    _require(not twice, f"observation terms share the names {twice}")
    for item in contract["memory"]:
        for name in ("input", "output"):
            _require(isinstance(_get(item, name), str), f"memory.{name} is no name")
        _require(_is_shape(_get(item, "shape"), 2), "memory.shape is not (layers, features)")
    for item in contract["actions"]:
        _check_action(item)
    _require(contract["output"] == "actions", "output is not 'actions'")


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
    if len(shape) == 1:
        width = sum(width_of(term) * max(term["history_length"], 1) for term in terms)
        _require(width == shape[0], f"the terms of {name} have {width} elements, not {shape[0]}")
    else:
        _require(len(terms) == 1 and terms[0]["shape"] == shape, f"{name} is not the image of one term")
        _require(terms[0]["history_length"] == 0, f"{name} has a history, which images do not have")


def _check_term(term: Any, name: str) -> None:
    """Check one term."""
    _require(_is_shape(_get(term, "shape")), f"the shape of {name} is malformed")
    _require(_is_number(_get(term, "scale")), f"the scale of {name} is no number")
    clip, valid = _get(term, "clip"), _get(term, "valid_range")
    _require(clip is None or _is_bounds(clip), f"the clip of {name} is malformed")
    _require(_is_count(_get(term, "history_length"), 0), f"the history length of {name} is malformed")
    _require(_get(term, "source") in (SENSOR, LAST_ACTION), f"the source of {name} is unknown")
    for key in ("unit", "frame", "group"):
        _require(isinstance(_get(term, key), str), f"the {key} of {name} is missing")
    _require(isinstance(_get(term, "noise_free"), bool), f"noise_free of {name} is missing")
    count = width_of(term) if len(term["shape"]) == 1 else 1
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


def _is_shape(value: Any, length: int | None = None) -> bool:
    if not isinstance(value, list) or not value or not all(_is_count(size, 1) for size in value):
        return False
    return length is None or len(value) == length


def _is_bounds(value: Any) -> bool:
    """Whether this is (low, high), in which None is open."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    low, high = value
    if not all(bound is None or _is_number(bound) for bound in value):
        return False
    return low is None or high is None or low <= high
