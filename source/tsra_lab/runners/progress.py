# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""One live line on a terminal, with the full log in the run directory."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import TextIO

LOG_FILE = "train.log"
"""File of the full log in the run directory."""


class Progress:
    """Shows how training goes: iteration, success, return and episode length of the policies, environment steps per
    second, time left."""

    def __init__(
        self, total: int, steps_per_iteration: int, log_dir: str | None, terminal: TextIO | None = None
    ) -> None:
        """Begin to show.

        Args:
            total: Number of iterations at the end.
            steps_per_iteration: Environment steps of an iteration, over all environments and ranks.
            log_dir: Run directory; None for no log.
            terminal: Where the line is shown; standard output if it is a terminal. Elsewhere there is no line, and the
                full log is printed.
        """
        self.total = total
        self.steps_per_iteration = steps_per_iteration
        self.evaluation: Mapping[str, Mapping] = {}
        """Numbers of each policy at the last evaluation."""
        self._terminal = terminal or (sys.stdout if sys.stdout.isatty() and log_dir is not None else None)
        self._log = None if log_dir is None else Path(log_dir, LOG_FILE)
        self._seconds: list[float] = []

    @contextmanager
    def logging(self) -> Generator[None]:
        """Context in which what is printed goes to the log file instead of the terminal.

        Yields:
            Nothing.
        """
        if self._terminal is None or self._log is None:
            with nullcontext():
                yield
            return
        with self._log.open("a") as file, redirect_stdout(file):
            yield

    def show(self, iteration: int, seconds: float) -> None:
        """Renew the line.

        Args:
            iteration: Number of iterations that are done.
            seconds: Duration of the last one.
        """
        if self._terminal is None:
            return
        # the last ones, for the first compile kernels and later ones may have more to do
        self._seconds = [*self._seconds[-19:], seconds]
        mean = sum(self._seconds) / len(self._seconds)
        left = time.strftime("%H:%M:%S", time.gmtime(mean * (self.total - iteration)))
        policies = "".join(f" | {name}: {_brief(numbers)}" for name, numbers in self.evaluation.items())
        speed = f"{self.steps_per_iteration / mean:,.0f} steps/s"
        line = f"iteration {iteration}/{self.total}{policies} | {speed} | {left} left"
        end = "\n" if iteration == self.total else ""
        self._terminal.write(f"\r\033[K{line}{end}")
        self._terminal.flush()


def _brief(numbers: Mapping) -> str:
    """Success, where the task knows any, return and length of a policy's episodes."""
    success = "" if numbers["success_rate"] is None else f"success {numbers['success_rate']:.3f}, "
    return f"{success}return {numbers['return_mean']:.2f}, {numbers['episode_length_mean']:.0f} steps"
