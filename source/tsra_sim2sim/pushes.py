# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pushes at intervals, drawn as Isaac Lab's event ``push_by_setting_velocity`` draws them."""

from __future__ import annotations

import numpy as np

from .world import WorldError

AXES = ("x", "y", "z")
"""Axes of the world along which a robot is pushed."""


class Pushes:
    """Sudden changes of a robot's velocity."""

    def __init__(self, cfg: dict | None) -> None:
        """Read how often and how hard.

        Args:
            cfg: Configuration of the event; None for no pushes.

        Raises:
            WorldError: If it turns the robot.
        """
        self._interval, self._ranges = ((0.0, 0.0), {}) if cfg is None else (cfg["interval_range_s"], _ranges_of(cfg))
        self._time_left: float | None = None

    def reset(self) -> None:
        """Forget the episode before."""
        self._time_left = None

    def draw(self, period: float, random: np.random.Generator) -> np.ndarray:
        """Go on by a control period.

        Args:
            period: The control period [s].
            random: Source of randomness.

        Returns:
            Change of the velocity along the world's axes [m/s], mostly zero. Shape is (3,).
        """
        change = np.zeros(3)
        if not self._ranges:
            return change
        if self._time_left is None:
            self._time_left = random.uniform(*self._interval)
        self._time_left -= period
        if self._time_left < 1e-6:
            self._time_left = random.uniform(*self._interval)
            change[:] = [random.uniform(*self._ranges.get(axis, (0.0, 0.0))) for axis in AXES]
        return change


def _ranges_of(cfg: dict) -> dict[str, tuple[float, float]]:
    """Ranges of the change, by axis."""
    ranges = cfg["params"]["velocity_range"]
    if unknown := sorted(set(ranges) - set(AXES)):
        raise WorldError(f"The task's pushes turn the robot ({', '.join(unknown)}); here they shift it.")
    return ranges
