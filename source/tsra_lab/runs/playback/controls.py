# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What somebody who watches may ask for while the policies act."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event


@dataclass
class Controls:
    """Wishes of a user interface, which another thread sets and the loop of the simulation reads.

    Each is an event, a queue, or a value that is replaced as a whole: no lock is needed.
    """

    speed: float | None = None
    """Speed as a multiple of real time; None for as fast as possible."""

    paused: bool = False
    """Whether to stand still."""

    step: Event = field(default_factory=Event)
    """Set for one step while all stands still."""

    reset: Event = field(default_factory=Event)
    """Set for new episodes everywhere."""

    switches: SimpleQueue[tuple[int, str]] = field(default_factory=SimpleQueue)
    """Parts that are to change to another policy, and its name."""

    def wait(self, idle: Callable[[], None], period: float = 0.05) -> None:
        """Return when there is a step to do.

        Args:
            idle: Called every now and then while all stands still.
            period: Time between its calls [s].
        """
        while self.paused and not self.step.wait(period):
            idle()
        self.step.clear()


class Pace:
    """Keeps the steps of the simulation at a multiple of real time."""

    def __init__(self, period: float) -> None:
        """Start the clock.

        Args:
            period: Duration of a step of the simulation [s].
        """
        self._period = period
        self._due = time.monotonic()

    def keep(self, speed: float | None) -> None:
        """Wait until the next step is due. Time that was lost is not made up for.

        Args:
            speed: Speed as a multiple of real time; None not to wait.
        """
        now = time.monotonic()
        if speed is None:
            self._due = now
            return
        self._due = max(self._due + self._period / speed, now)
        time.sleep(self._due - now)
