# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reading the curves that a training logged for TensorBoard."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event

from .json_parts import LARGEST

PATTERN = "events.out.tfevents.*"
"""Names of the files."""

MAX_BYTES = 2**28
"""Most that is read: a training of 100,000 iterations writes as much."""

FRAME = 16
"""Bytes that a record has beside its content: its length and two checksums."""


@dataclass(frozen=True)
class Curve:
    """A number over the iterations of a training."""

    iterations: np.ndarray
    """Shape is (num_points,)."""

    values: np.ndarray
    """NaN where the number was not finite. Shape is (num_points,)."""

    def latest(self, count: int = 10) -> float:
        """Mean of the last points.

        Args:
            count: How many.

        Returns:
            The mean; NaN if none of them is finite.
        """
        last = self.values[-count:]
        return float(np.mean(last[np.isfinite(last)])) if np.isfinite(last).any() else float("nan")


@dataclass(frozen=True)
class Events:
    """All that was logged."""

    curves: dict[str, Curve] = field(default_factory=dict)
    """By tag."""

    unread_bytes: int = 0
    """Bytes at the ends of files that could not be read: a training was killed while it wrote, or a file is damaged."""


def read_events(run: Path) -> Events:
    """Read the curves of a run.

    Args:
        run: Run directory.

    Returns:
        What was logged; nothing where there are no files.

    Raises:
        ValueError: If a file is none of TensorBoard's, or they are too large.
    """
    files = sorted(path for path in run.glob(PATTERN) if path.is_file())
    if sum(path.stat().st_size for path in files) > MAX_BYTES:
        raise ValueError(
            f"The events in '{run}' have more than {MAX_BYTES} bytes. Move them elsewhere: the report then does without"
            " curves."
        )
    points: dict[str, dict[int, float]] = {}
    unread = 0
    for path in files:
        unread += path.stat().st_size - _read(path, points)
    curves = {}
    for tag, values in points.items():
        steps = sorted(values)
        numbers = np.array([values[step] for step in steps], dtype=float)
        curves[tag] = Curve(np.array(steps), np.where(np.abs(numbers) < 1.0e30, numbers, np.nan))
    return Events(curves, unread)


def _read(path: Path, points: dict[str, dict[int, float]]) -> int:
    """Add the points of a file; returns the number of bytes that were read."""
    read = 0
    try:
        for record in RawEventFileLoader(str(path)).Load():
            event = Event.FromString(record)
            read += len(record) + FRAME
            for value in event.summary.value:
                if value.HasField("simple_value") and 0 <= event.step < LARGEST:
                    points.setdefault(value.tag, {})[event.step] = value.simple_value
    except DecodeError as error:
        raise _damaged(path) from error
    if read == 0 and path.stat().st_size > 0:
        raise _damaged(path)
    return read


def _damaged(path: Path) -> ValueError:
    return ValueError(
        f"'{path}' is damaged: TensorBoard finds no events in it. Move it elsewhere: the report then does without its"
        " curves."
    )
