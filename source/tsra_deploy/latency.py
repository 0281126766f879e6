# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How long the policy takes."""

from __future__ import annotations

import numpy as np


class Latency:
    """Durations of the latest calls."""

    def __init__(self, size: int = 4096) -> None:
        """Allocate.

        Args:
            size: Number of calls that are remembered.

        Raises:
            ValueError: If it is not positive.
        """
        if size < 1:
            raise ValueError(f"size is {size}; it must be at least 1.")
        self._durations = np.zeros(size)
        self.count = 0
        """Number of calls in all."""

    def add(self, duration: float) -> None:
        """Remember a call.

        Args:
            duration: Its duration [s].
        """
        self._durations[self.count % len(self._durations)] = duration
        self.count += 1

    def summary(self) -> dict[str, float]:
        """Statistics of the calls that are remembered.

        Returns:
            ``count`` of all calls, and ``mean_s``, ``p50_s``, ``p99_s`` and ``max_s`` [s] of those remembered; NaN
            before the first.
        """
        durations = self._durations[: self.count]
        if not len(durations):
            durations = np.array([np.nan])
        p50, p99 = np.quantile(durations, (0.5, 0.99))
        return {
            "count": self.count,
            "mean_s": float(durations.mean()),
            "p50_s": float(p50),
            "p99_s": float(p99),
            "max_s": float(durations.max()),
        }
