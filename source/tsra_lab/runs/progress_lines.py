# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Lines that say how far something is that takes long."""

from __future__ import annotations

import time

import torch

SECONDS_BETWEEN_LINES = 10.0
"""How often there is a line."""


class ProgressLines:
    """Lines some seconds apart, whatever prints them."""

    def __init__(self) -> None:
        """Begin to wait."""
        self._last = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line if the last one was long ago.

        Args:
            text: What the line says.
        """
        if time.monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            print(f"[INFO] {text}", flush=True)
            self._last = time.monotonic()


class EpisodesDone:
    """Counts the episodes of a policy that are over, as :func:`tsra_lab.evaluation.run_episodes` goes through them."""

    def __init__(self, lines: ProgressLines, policy: str, total: int) -> None:
        """Begin at none.

        Args:
            lines: Where it is said.
            policy: Name of the policy.
            total: Number of all episodes.
        """
        self._lines, self._policy, self._total = lines, policy, total
        self._done = self._running = 0

    def __call__(self, active: torch.Tensor) -> None:
        """Count, before a step.

        Args:
            active: Which episodes of the present batch run on. Shape is (num_envs,).
        """
        running = int(active.sum())
        # where more run than before, a batch has ended and the next begun
        self._done += self._running if running > self._running else self._running - running
        self._running = running
        self._lines.say(f"{self._policy}: {self._done} of {self._total} episodes are over.")
