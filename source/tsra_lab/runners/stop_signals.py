# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Orderly stops."""

from __future__ import annotations

import signal
from types import TracebackType
from typing import Any

import torch
from torch import distributed

from tsra_lab.alignment import world_size


class StopSignals:
    """Context in which SIGINT and SIGTERM ask to stop after the present iteration; the second stops at once."""

    def __init__(self, device: str) -> None:
        """Begin without a signal.

        Args:
            device: Device on which the ranks of a distributed training talk to each other.
        """
        self.received: int | None = None
        """Signal that asked to stop."""
        self._device = device
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        """Listen."""
        self._previous = {name: signal.signal(name, self._note) for name in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_error: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Leave signals to those who listened before."""
        for name, handler in self._previous.items():
            signal.signal(name, handler)

    def stopping(self) -> bool:
        """Whether to stop now. All ranks of a distributed training get the same answer."""
        if world_size() > 1:
            received = torch.tensor(self.received or 0, device=self._device)
            distributed.all_reduce(received, distributed.ReduceOp.MAX)
            self.received = int(received) or None
        return self.received is not None

    def _note(self, signal_number: int, _frame: object) -> None:
        if self.received is not None:
            raise KeyboardInterrupt
        self.received = signal_number
        print(f"[INFO] {signal.Signals(signal_number).name}: stopping after this iteration. Send it again to stop now.")
