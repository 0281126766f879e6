# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Values of a configuration, resolved for names, and bounds as JSON has them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch

from isaaclab.utils.string import resolve_matching_names_values


def per_name(value: float | dict[str, float], names: list[str], default: float) -> list[float]:
    """One number for each name, from one number for all or from a dictionary of patterns.

    Args:
        value: Number, or numbers by regular expressions.
        names: Names.
        default: Number of names that no pattern matches.

    Returns:
        Numbers in the order of the names.

    Raises:
        ValueError: If a pattern matches no name, or a name is matched by several.
    """
    if not isinstance(value, dict):
        return [float(value)] * len(names)
    numbers = [default] * len(names)
    for index, _, number in zip(*resolve_matching_names_values(value, names), strict=True):
        numbers[index] = float(number)
    return numbers


def open_bounds(bounds: Iterable[float | None]) -> list[float | None]:
    """Bounds for JSON, which has no infinity: an open bound is None.

    Args:
        bounds: Lower and upper bound; infinity and None are open.

    Returns:
        The same, with None for infinity.
    """
    return [None if bound is None or math.isinf(bound) else float(bound) for bound in bounds]


def agreed(values: torch.Tensor, what: str, remedy: str) -> list[float]:
    """What all environments agree on, where the configuration leaves a value to the robot's file.

    Args:
        values: Values in the simulator, of shape (num_envs, count).
        what: What they are, for the message.
        remedy: What to do where they are not known.

    Returns:
        The values.

    Raises:
        ValueError: If environments differ, because an event changed them, or there is only one to look at.
    """
    if len(values) < 2 or not bool((values == values[0]).all()):
        raise ValueError(f"{what} are not known: they come from the robot's file, and environments differ. {remedy}")
    return values[0].tolist()
