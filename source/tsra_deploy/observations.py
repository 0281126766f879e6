# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Assembly of one ONNX input from the terms of an observation: clip, scale, delay, history, order as in training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from .contract import BY_TIME, LAST_ACTION, width_of
from .errors import ObservationError


def layout_of(terms: Sequence[Mapping]) -> tuple[np.ndarray, np.ndarray]:
    """Where each element of an input comes from.

    A sample is the elements of all terms, one term after the other. An input holds samples of the past too: each
    history from oldest to newest, term by term, or, for a group whose history is by time, sample by sample.

    Args:
        terms: Terms of the input, as the contract describes them.

    Returns:
        For each element of the input, its place in a sample, and how old that sample is [control periods]. Shapes are
        (elements of the input,).
    """
    ends = np.cumsum([width_of(term) for term in terms])
    places, ages, index = [], [], 0
    while index < len(terms):
        term, after = terms[index], index + 1
        if term["history_order"] == BY_TIME:
            while after < len(terms) and terms[after]["group"] == term["group"]:
                after += 1
        begin = ends[index] - width_of(term)
        frames = np.arange(max(term["history_length"], 1))[::-1]
        places.append(np.tile(np.arange(begin, ends[after - 1]), len(frames)))
        ages.append(np.repeat(frames, ends[after - 1] - begin))
        index = after
    return np.concatenate(places), np.concatenate(ages)


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
            [np.broadcast_to(np.float32(term["scale"]), width) for term, width in zip(self.terms, widths, strict=True)]
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
        places, ages = layout_of(self.terms)
        # sensors have the delay of the robot, but only the runtime can delay what it feeds back
        lags = [term["delay_periods"][0] if term["source"] == LAST_ACTION else 0 for term in self.terms]
        ages = ages + np.repeat(lags, widths)[places]
        self._depth = int(ages.max()) + 1
        self.remembers = self._depth > 1
        """Whether earlier samples are part of the input."""
        self._picked = (self._depth - 1 - ages) * ends[-1] + places
        self._past: np.ndarray | None = None
        self._fresh = np.zeros(0, bool)

    def reset(self, which: np.ndarray | None = None) -> None:
        """Forget earlier samples.

        Args:
            which: Which of a batch forget, of shape (batch,); None for all.
        """
        if which is None:
            self._past = None
        elif self._past is not None:
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
        if not is_finite(sample):
            raise ObservationError(f"Observation {self._terms_where(~np.isfinite(sample))} is not finite.")
        if self._clipped:
            np.minimum(np.maximum(sample, self._low, out=sample), self._high, out=sample)
        if self._scaled:
            sample *= self._scale
            if not is_finite(sample):
                bad = self._terms_where(~np.isfinite(sample))
                raise ObservationError(f"Observation {bad} is not finite once it is scaled.")
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
        """Add a sample to those before.

        Args:
            sample: As :meth:`assemble` gives it. Shape is (batch, elements).

        Returns:
            The ONNX input, laid out as :func:`layout_of` tells. The first sample of an episode stands for those before.
            Shape is (batch, ...).

        Raises:
            ObservationError: If the batch is not that of the call before, and nothing was forgotten in between.
        """
        if self._depth == 1:
            return sample.reshape(-1, *self.shape)
        if self._past is None:
            self._past = np.repeat(sample[:, None], self._depth, axis=1)
            self._fresh = np.zeros(len(sample), bool)
        if len(self._past) != len(sample):
            raise ObservationError(
                f"The batch has {len(sample)} robots, but the history is of {len(self._past)}. Call reset() in between."
            )
        self._past[:, :-1] = self._past[:, 1:]
        self._past[:, -1] = sample
        if self._fresh.any():
            self._past[self._fresh] = sample[self._fresh, None]
            self._fresh[:] = False
        return self._past.reshape(len(sample), -1)[:, self._picked]

    def _terms_where(self, mask: np.ndarray) -> str:
        """Names of the terms that have a true element."""
        return ", ".join(
            f"'{name}'" for (name, _), where in zip(self._shapes, self._slices, strict=True) if mask[:, where].any()
        )


def is_finite(array: np.ndarray) -> bool:
    """Whether all numbers are finite.

    Args:
        array: Numbers.

    Returns:
        Whether they are.
    """
    # a sum is not finite if any of them is not; it may overflow for huge ones, which are then looked at
    return math.isfinite(np.add.reduce(array, axis=None)) or bool(np.isfinite(array).all())


def to_array(name: str, values: object) -> np.ndarray:
    """Array of what a sensor read.

    Args:
        name: Name of the observation.
        values: Array, or what can be made one.

    Returns:
        The array itself, or a new one.

    Raises:
        ObservationError: If it is none, or some of its values are masked.
    """
    if type(values) is np.ndarray:
        return values
    if np.ma.is_masked(values):
        raise ObservationError(f"Observation '{name}' has masked values, which are none.")
    try:
        return np.asarray(values)
    except Exception as error:  # an object may do anything when it is made an array
        raise ObservationError(f"Observation '{name}' is no array: {error}") from error


def _open(bounds: list[float | None] | None) -> tuple[float, float]:
    """Bounds with infinity where the contract leaves one open."""
    low, high = (None, None) if bounds is None else bounds
    return (-np.inf if low is None else low, np.inf if high is None else high)


def _widen(valid: dict, width: int, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Bounds for each element, each moved outwards by a share of their distance."""
    low, high = np.array(valid["low"], np.float64), np.array(valid["high"], np.float64)
    slack = margin * (high - low)
    with np.errstate(over="ignore"):  # a bound beyond 32-bit floats is none
        bounds = (low - slack).astype(np.float32), (high + slack).astype(np.float32)
    return np.broadcast_to(bounds[0], width), np.broadcast_to(bounds[1], width)
