# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Checks of what is set on the command line."""

from dataclasses import fields
from typing import Any

from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg

Range = tuple[float, float]
"""Least and largest value."""


def check_range(name: str, value: Any, least: float, most: float, whole: bool = False) -> None:
    """Refuse an option that is no range of finite numbers within limits.

    Args:
        name: Name of the option.
        value: Its value.
        least: Least value that is allowed.
        most: Largest value that is allowed.
        whole: Whether its numbers must be whole.

    Raises:
        TypeError: If it is no pair of numbers.
        ValueError: If the range is empty or beyond the limits.
    """
    kind = "whole numbers" if whole else "numbers"
    if not (isinstance(value, (list, tuple)) and len(value) == 2) or not all(
        _is_number(bound, whole) for bound in value
    ):
        raise TypeError(f"Option '{name}' must be a pair of {kind}, the least and the most, not {value!r}.")
    if not least <= value[0] <= value[1] <= most:
        raise ValueError(f"Option '{name}' must be a range within {least:g} to {most:g}, not {list(value)}.")


def check_number(name: str, value: Any, least: float, most: float) -> None:
    """Refuse an option that is no finite number within limits.

    Args:
        name: Name of the option.
        value: Its value.
        least: Least value that is allowed.
        most: Largest value that is allowed.

    Raises:
        TypeError: If it is no number.
        ValueError: If it is beyond the limits.
    """
    if not _is_number(value):
        raise TypeError(f"Option '{name}' must be a number, not {value!r}.")
    if not least <= value <= most:
        raise ValueError(f"Option '{name}' must be within {least:g} to {most:g}, not {value:g}.")


def check_surroundings(surroundings: ObservationGroupCfg | None, privileged: ObservationGroupCfg | None) -> None:
    """Refuse a term of ``surroundings`` that is not that of ``privileged``: whoever changes one of them means both.

    Args:
        surroundings: What the encoder of TSRA's teacher sees; None where the group was taken out.
        privileged: What critic and plain teachers see; None where the group was taken out.

    Raises:
        ValueError: If a term differs.
    """
    if surroundings is None or privileged is None:
        return
    for name in (field.name for field in fields(surroundings)):
        term, other = getattr(surroundings, name), getattr(privileged, name, None)
        if isinstance(term, ObservationTermCfg) and term != other:
            raise ValueError(
                f"Observation term '{name}' of 'surroundings' is not that of 'privileged': the encoder of TSRA's"
                " teacher would see the one, critic and plain teachers the other. Set"
                f" env.observations.surroundings.{name} and env.observations.privileged.{name} alike."
            )


def _is_number(value: Any, whole: bool = False) -> bool:
    """Whether it is a number; True and False are none."""
    return isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
