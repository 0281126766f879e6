# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Assembly of one ONNX input from the terms of an observation: order, clip, scale and history as in training."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from .contract import width_of
from .errors import ObservationError


class InputAssembler:
    """Fills one ONNX input. All terms of a sample are handled as one vector, because a robot counts microseconds."""

    def __init__(self, item: dict, range_margin: float) -> None:
        """Lay out the terms.

        Args:
            item: Input, as the contract describes it.
            range_margin: How far beyond the range of training a value is accepted, as a share of its width.
        """
        self.name: str = item["name"]
        self.shape = tuple(item["shape"])
        self.terms: list[dict] = item["terms"]
        self._shapes = [(term["name"], tuple(term["shape"])) for term in self.terms]
        widths = [width_of(term) for term in self.terms]
        ends = np.cumsum(widths).tolist()
        self._slices = [slice(end - width, end) for end, width in zip(ends, widths, strict=True)]
        self._scale = np.concatenate(
            [np.full(width, term["scale"], np.float32) for term, width in zip(self.terms, widths, strict=True)]
        )
        self._scaled = bool((self._scale != 1.0).any())
        clips = [_open(term["clip"]) for term in self.terms]
        self._low, self._high = (
            np.concatenate([np.full(width, clip[side], np.float32) for clip, width in zip(clips, widths, strict=True)])
            for side in (0, 1)
        )
        self._clipped = any(term["clip"] is not None for term in self.terms)
        valid = [
            _widen(term["valid_range"], width, range_margin) for term, width in zip(self.terms, widths, strict=True)
        ]
        self._valid_low, self._valid_high = (np.concatenate([item[side] for item in valid]) for side in (0, 1))
        self._frames = [max(term["history_length"], 1) for term in self.terms]
        self._has_history = any(frames > 1 for frames in self._frames)
        self._history: np.ndarray | None = None
        self._fresh = np.zeros(0, bool)

    def reset(self, which: np.ndarray | None = None) -> None:
        """Forget the history.

        Args:
            which: Which of a batch forget, of shape (batch,); None for all.
        """
        if which is None:
            self._history = None
        elif self._history is not None:
            self._fresh |= which

    def assemble(self, observations: Mapping[str, np.ndarray], batch: tuple[int, ...]) -> np.ndarray:
        """Check, clip and scale the terms, and join them.

        Args:
            observations: Array of each term, by name. Shapes are (*batch, *term's shape).
            batch: Leading dimensions.

        Returns:
            The sample, before history. Shape is (product of batch, elements).

        Raises:
            ObservationError: If an observation is of the wrong shape or type, or not finite.
        """
        count = math.prod(batch)
        parts = []
        for name, shape in self._shapes:
            array = observations[name]
            if array.shape != batch + shape:
                raise ObservationError(f"Observation '{name}' has shape {array.shape}, not {batch + shape}.")
            parts.append(array.reshape(count, -1))
        try:
            sample = np.concatenate(parts, axis=1, dtype=np.float32, casting="same_kind")
        except (TypeError, ValueError) as error:
            types = ", ".join(f"'{name}' is of type {observations[name].dtype}" for name, _ in self._shapes)
            raise ObservationError(f"An observation is no real number: {types}.") from error
        # a sum is not finite if any element is not; it may overflow for huge ones, which are then looked at
        if not math.isfinite(np.add.reduce(sample, axis=None)) and not np.isfinite(sample).all():
            bad = self._terms_where(~np.isfinite(sample))
            raise ObservationError(f"Observation {bad} is not finite.")
        if self._clipped:
            np.minimum(np.maximum(sample, self._low, out=sample), self._high, out=sample)
        if self._scaled:
            sample *= self._scale
        return sample

    def out_of_range(self, sample: np.ndarray) -> str | None:
        """Whether an observation is beyond what training showed.

        Args:
            sample: As :meth:`assemble` gives it.

        Returns:
            Names of the terms that are; None if all is well.
        """
        # comparing bytes is the fastest way to see that all is well; zeros of both signs are told apart below
        if np.minimum(np.maximum(sample, self._valid_low), self._valid_high).tobytes() == sample.tobytes():
            return None
        outside = (sample < self._valid_low) | (sample > self._valid_high)
        return self._terms_where(outside) if outside.any() else None

    def remember(self, sample: np.ndarray) -> np.ndarray:
        """Add a sample to the history.

        Args:
            sample: As :meth:`assemble` gives it. Shape is (batch, elements).

        Returns:
            The ONNX input: for each term, its samples from oldest to newest. The first of an episode fills all.
            Shape is (batch, ...).

        Raises:
            ObservationError: If the batch is not that of the call before, and nothing was forgotten in between.
        """
        if not self._has_history:
            return sample.reshape(-1, *self.shape)
        count = len(sample)
        if self._history is None:
            self._history = np.zeros((count, *self.shape), np.float32)
            self._fresh = np.ones(count, bool)
        if len(self._history) != count:
            raise ObservationError(
                f"The batch has {count} robots, but the history is of {len(self._history)}. Call reset() in between."
            )
        start = 0
        for where, frames in zip(self._slices, self._frames, strict=True):
            width = where.stop - where.start
            stack = self._history[:, start : start + width * frames]
            stack[:, : width * (frames - 1)] = stack[:, width:].copy()
            stack[:, width * (frames - 1) :] = sample[:, where]
            if self._fresh.any():
                stack[self._fresh] = np.tile(sample[self._fresh, where], frames)
            start += width * frames
        self._fresh[:] = False
        return self._history.copy()

    def _terms_where(self, mask: np.ndarray) -> str:
        """Names of the terms that have a true element."""
        return ", ".join(
            f"'{name}'" for (name, _), where in zip(self._shapes, self._slices, strict=True) if mask[:, where].any()
        )


def to_array(name: str, values: object) -> np.ndarray:
    """Array of what a sensor read.

    Args:
        name: Name of the observation.
        values: Array, or what can be made one.

    Returns:
        The array itself, or a new one.

    Raises:
        ObservationError: If it is none.
    """
    if isinstance(values, np.ndarray):
        return values
    try:
        return np.asarray(values)
    except (ValueError, TypeError) as error:
        raise ObservationError(f"Observation '{name}' is no array: {error}") from error


def _open(bounds: list[float | None] | None) -> tuple[float, float]:
    """Bounds with infinity where the contract leaves one open."""
    low, high = (None, None) if bounds is None else bounds
    return (-np.inf if low is None else low, np.inf if high is None else high)


def _widen(valid: dict, width: int, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Bounds for each element, each moved outwards by a share of their distance."""
    low, high = np.array(valid["low"], np.float32), np.array(valid["high"], np.float32)
    slack = margin * (high - low)
    return np.broadcast_to(low - slack, width), np.broadcast_to(high + slack, width)
