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
        if not self.range_margin >= 0.0:
            raise ValueError(f"Safety.range_margin is {self.range_margin}; it must not be negative.")
        if not self.max_age_periods > 0.0:
            raise ValueError(f"Safety.max_age_periods is {self.max_age_periods}; it must be positive.")
        if self.max_target_rate is not None and not np.all(np.asarray(self.max_target_rate) > 0.0):
            raise ValueError(f"Safety.max_target_rate is {self.max_target_rate}; it must be positive.")
        if self.safe_targets is not None and not np.all(np.isfinite(self.safe_targets)):
            raise ValueError(f"Safety.safe_targets are {self.safe_targets}; they must be finite.")
