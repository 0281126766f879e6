# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the runtime does about observations it should not trust, and about targets that jump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Reaction = Literal["ignore", "warn", "stop"]
"""Do nothing, warn (:class:`SafetyWarning`), or raise instead of acting."""

REACTIONS = ("ignore", "warn", "stop")

LARGEST = float(np.finfo(np.float32).max)
"""Largest number that a 32-bit float can hold."""


class SafetyWarning(UserWarning):
    """The policy acts on something it should not be trusted with."""


@dataclass(frozen=True)
class Safety:
    """How careful the runtime is. What is malformed or not finite is always refused."""

    out_of_range: Reaction = "warn"
    """What to do about an observation beyond what the student saw in training."""

    range_margin: float = 0.5
    """How far beyond that range is still accepted, as a share of the range's width."""

    stale: Reaction = "stop"
    """What to do about observations that are too old, where :meth:`Policy.act` is told when they were made."""

    max_age_periods: float = 2.0
    """Age beyond which observations are too old [control periods]."""

    max_target_rate: float | tuple[float, ...] | None = None
    """Fastest change of the targets, one number or one for each [unit of the target per second]; None for no limit.
    The first step after a reset counts from the safe targets."""

    safe_targets: tuple[float, ...] | None = None
    """Targets to command when the policy must not act; None for those of a zero action, which is what the student's
    action is an offset from: the default pose, standstill, hover."""

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            ValueError: If a setting is unknown or out of its range.
        """
        for name in ("out_of_range", "stale"):
            if getattr(self, name) not in REACTIONS:
                raise ValueError(f"Safety.{name} is {getattr(self, name)!r}; choose one of {', '.join(REACTIONS)}.")
        if not (_is_number(self.range_margin) and self.range_margin >= 0.0):
            raise ValueError(f"Safety.range_margin is {self.range_margin!r}; it must be a number that is not negative.")
        if not (_is_number(self.max_age_periods) and self.max_age_periods > 0.0):
            raise ValueError(f"Safety.max_age_periods is {self.max_age_periods!r}; it must be a positive number.")
        for name, positive in (("max_target_rate", True), ("safe_targets", False)):
            values = getattr(self, name)
            numbers = [] if values is None else np.ravel(np.asarray(values, dtype=object))
            if not all(_is_number(item) and (item > 0.0 or not positive) for item in numbers):
                wanted = "positive and finite" if positive else "finite"
                raise ValueError(f"Safety.{name} is {values!r}; it must be {wanted}.")


def _is_number(value: object) -> bool:
    """Whether this is a number that a 32-bit float can hold."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    return number and bool(abs(value) <= LARGEST)
