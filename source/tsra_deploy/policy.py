# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A student on the robot: named observations in, targets in physical units out."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Mapping
from numbers import Real
from pathlib import Path

import numpy as np
import onnxruntime

from .contract import LAST_ACTION
from .errors import ActionError, ContractError, ObservationError, StaleObservationError
from .latency import Latency
from .loading import TIME_LIMIT, open_session, within
from .network import Network
from .observations import InputAssembler, is_finite, to_array
from .safety import Safety, SafetyWarning

CLOCK_TOLERANCE = 1e-3
"""How far in the future an observation may seem to have been made [s]: clocks are read one after the other."""


class Policy:
    """An exported student and the contract it carries. Not safe for use by several threads at once."""

    def __init__(self, session: onnxruntime.InferenceSession, contract: dict, safety: Safety | None = None) -> None:
        """Take a session and its contract; :meth:`load` reads both from a file.

        Args:
            session: Session of the student's graph.
            contract: Contract from the file's metadata, checked.
            safety: How careful to be; the defaults if None.

        Raises:
            ContractError: If the graph is not the one that the contract describes.
            ValueError: If a setting of ``safety`` does not fit the targets.
        """
        self.safety = safety = safety or Safety()
        """How careful the runtime is."""
        self.contract = contract
        """The whole contract, as the exporter wrote it."""
        self.inputs: list[dict] = contract["inputs"]
        """ONNX inputs, each with its name, shape and terms in order."""
        self.latency = Latency()
        """Durations of :meth:`act`."""
        self.last_inputs: dict[str, np.ndarray] = {}
        """ONNX inputs of the last call of :meth:`act`, by name, for logs. Shapes are (batch, ...)."""
        self.last_actions = np.zeros((0, 0), np.float32)
        """What the network answered then, unbounded. Shape is (batch, num_actions)."""
        actions = contract["actions"]
        self.target_names: list[str] = [target for action in actions for target in action["targets"]]
        """What the targets are, in order: joints, or other commands of the robot."""
        self._scale = np.array([x for action in actions for x in action["scale"]], dtype=np.float32)
        self._offset = np.array([x for action in actions for x in action["offset"]], dtype=np.float32)
        bounds = [bound for item in actions for bound in (item["clip"] or [[None, None]] * len(item["targets"]))]
        self._low = np.array([-np.inf if low is None else low for low, _ in bounds], dtype=np.float32)
        self._high = np.array([np.inf if high is None else high for _, high in bounds], dtype=np.float32)
        self._bounded = any(bound != [None, None] for bound in bounds)
        limit = contract["clip_actions"]
        self._limit = None if limit is None else np.float32(limit)
        self._network = Network(session, contract)
        self._assemblers = [InputAssembler(item, safety.range_margin) for item in self.inputs]
        terms = [term for item in self.inputs for term in item["terms"]]
        self.sensor_names: list[str] = [term["name"] for term in terms if term["source"] != LAST_ACTION]
        """Terms that :meth:`act` needs."""
        self._expected = frozenset(self.sensor_names)
        self._rank_of_first = len(next((term["shape"] for term in terms if term["source"] != LAST_ACTION), []))
        self._last_action_names = [term["name"] for term in terms if term["source"] == LAST_ACTION]
        self.safe_targets = self._targets_of_safety()
        """What to command when the policy must not act. Shape is (num_targets,)."""
        self._max_change: np.ndarray | None = None
        if safety.max_target_rate is not None:
            rate = np.asarray(safety.max_target_rate, dtype=np.float32)
            if rate.shape not in ((), self._scale.shape):
                raise ValueError(f"Safety.max_target_rate has {rate.size} numbers for {self._scale.size} targets.")
            self._max_change = rate * np.float32(self.control_period)
        self._remembers = bool(self._network.has_memory or self._last_action_names) or self._max_change is not None
        self._remembers |= any(assembler.remembers for assembler in self._assemblers)
        self.reset()

    @classmethod
    def load(cls, path: str | Path, safety: Safety | None = None, time_limit: float | None = TIME_LIMIT) -> Policy:
        """Load a student, and let it answer zeros, to see that it does.

        Args:
            path: ONNX file that :mod:`tsra_lab.export` wrote.
            safety: How careful to be; the defaults if None.
            time_limit: Time in which it must be loaded and have answered [s]; None for no limit.

        Returns:
            The policy.

        Raises:
            ContractError: If the file is no such student, or the time was over. What cannot be stopped then goes on in
                a thread until it ends or the process does.
            ValueError: If a setting of ``safety`` does not fit the targets, or the time is not positive.
        """
        options = onnxruntime.RunOptions()
        options.log_severity_level = 4

        def load() -> Policy:
            policy = cls(*open_session(path), safety)
            policy._network.answer_zeros(options)
            return policy

        def stop() -> None:
            options.terminate = True

        try:
            return within(time_limit, load, stop)
        except (ContractError, UnicodeDecodeError) as error:  # names of a broken graph need not be text
            raise ContractError(f"'{path}': {error}") from error

    @property
    def control_period(self) -> float:
        """Time between two calls of :meth:`act` [s]."""
        return self.contract["timing"]["control_period_s"]

    def reset(self, which: np.ndarray | None = None) -> None:
        """Forget the past: call it before an episode begins.

        Args:
            which: Which robots of the batch forget, a mask of shape (batch,) and type bool; None for all.

        Raises:
            ValueError: If it is no such mask, as indices are none; nothing is forgotten then.
        """
        if which is None:
            self._network.reset()
            self._batch: int | None = None
            self._last_action: np.ndarray | None = None
            self._last_targets: np.ndarray | None = None
            for assembler in self._assemblers:
                assembler.reset()
            return
        which = np.asarray(which)
        if which.dtype != bool or which.ndim != 1 or self._batch not in (None, len(which)):
            wanted = "batch" if self._batch is None else self._batch
            raise ValueError(
                f"reset() takes a mask of type bool and shape ({wanted},), not {which.dtype} of shape {which.shape}."
            )
        self._network.reset(which)
        for assembler in self._assemblers:
            assembler.reset(which)
        if self._last_action is not None:
            # not in place: it is what :attr:`last_actions` tells
            self._last_action = np.where(which[:, None], np.float32(0.0), self._last_action)
        if self._last_targets is not None:
            self._last_targets[which] = self.safe_targets

    def act(self, observations: Mapping[str, np.ndarray], observed_at: float | None = None) -> np.ndarray:
        """Compute targets from what the sensors read.

        On an error command :attr:`safe_targets`, and call :meth:`reset` before acting again. After an
        :class:`ObservationError` the policy is as it was before the call, but the step is missing from its past; any
        other error has reset it by itself.

        Args:
            observations: Array of each of :attr:`sensor_names`, in the units of training and before scale and clip.
                All may have leading batch dimensions, one and the same. The last action and earlier observations are
                the runtime's own business.
            observed_at: When the oldest of them was made, by :func:`time.monotonic` [s]; None if unknown.

        Returns:
            Targets of :attr:`target_names` in physical units. Shape is (..., num_targets).

        Raises:
            ObservationError: If an observation is missing, unknown, of the wrong shape or type, not finite, or, where
                :attr:`safety` says so, out of range; if ``observed_at`` is no time; or if the batch is not that of the
                call before, and nothing was forgotten in between.
            StaleObservationError: If they are too old or of the future, where :attr:`safety` says so.
            ActionError: If the network fails, or its answer is of the wrong shape or not finite, or a target is not.
        """
        begin = time.perf_counter()
        if observed_at is not None:
            self._check_age(observed_at)
        with np.errstate(all="ignore"):  # what overflows is found not to be finite
            targets = self._act(observations)
        self.latency.add(time.perf_counter() - begin)
        return targets

    def infer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Run the network alone, and remember.

        Args:
            inputs: Assembled ONNX inputs of shape (batch, ...), by name.

        Returns:
            Raw actions of shape (batch, num_actions), before scale, offset and clip.

        Raises:
            ObservationError: If an input is missing, unknown, or of another type or shape, or if the batch is not that
                of the call before, and nothing was forgotten in between.
            ActionError: If the network fails, or its answer is of the wrong shape.
        """
        count = self._network.check_inputs(inputs)
        self._check_batch(count)
        try:
            actions = self._network.run(inputs)
        except BaseException:
            self.reset()
            raise
        self._batch = count
        return actions

    def _act(self, observations: Mapping[str, np.ndarray]) -> np.ndarray:
        """Compute targets, without a look at the clock."""
        if not isinstance(observations, Mapping):
            raise ObservationError(f"Observations are arrays by name, not a {type(observations).__name__}.")
        if observations.keys() != self._expected:
            unknown, missing = observations.keys() - self._expected, self._expected - observations.keys()
            raise ObservationError(
                f"Missing observations: {sorted(missing)}; unknown: {sorted(unknown, key=str)}."
                + (" The last action is the runtime's own." if unknown & set(self._last_action_names) else "")
            )
        observations = {name: to_array(name, values) for name, values in observations.items()}
        batch = self._batch_of(observations)
        count = math.prod(batch)
        if count == 0:
            raise ObservationError(f"The batch {batch} has no robot.")
        self._check_batch(count)
        if self._last_action_names:
            last = self._last_action
            last = np.zeros((count, len(self._scale)), np.float32) if last is None else last
            observations |= dict.fromkeys(self._last_action_names, last.reshape(*batch, -1))
        samples = [assembler.assemble(observations, batch) for assembler in self._assemblers]
        if self.safety.out_of_range != "ignore":
            for assembler, sample in zip(self._assemblers, samples, strict=True):
                names = assembler.out_of_range(sample)
                if names is not None:
                    self._react(
                        self.safety.out_of_range,
                        ObservationError(f"Observation {names} is beyond what the student saw in training."),
                    )
        # nothing is remembered up to here, and what is, is forgotten if anything goes wrong
        try:
            feed = {
                assembler.name: assembler.remember(sample)
                for assembler, sample in zip(self._assemblers, samples, strict=True)
            }
            actions = self._network.run(feed)
            self.last_inputs, self.last_actions = feed, actions
            if not is_finite(actions):
                raise ActionError("The network gave an action that is not finite.")
            if self._limit is not None:
                actions = actions.clip(-self._limit, self._limit)
            if self._last_action_names:
                self._last_action = actions
            targets = actions * self._scale
            targets += self._offset
            if self._bounded:
                np.minimum(np.maximum(targets, self._low, out=targets), self._high, out=targets)
            if not is_finite(targets):
                finite = np.isfinite(targets).all(axis=0)
                broken = [name for name, fine in zip(self.target_names, finite, strict=True) if not fine]
                raise ActionError(f"The network's action is so large that the targets {broken} are not finite.")
            if self._max_change is not None:
                targets = self._limit_rate(targets, self._max_change)
        except BaseException:
            self.reset()
            raise
        self._batch = count
        return targets.reshape(batch + targets.shape[1:])

    def _targets_of_safety(self) -> np.ndarray:
        """Targets of a zero action, or those that are configured."""
        if self.safety.safe_targets is None:
            return np.clip(self._offset, self._low, self._high)
        targets = np.array(self.safety.safe_targets, dtype=np.float32)
        if targets.shape != self._scale.shape:
            raise ValueError(f"Safety.safe_targets has {targets.size} numbers for {self._scale.size} targets.")
        return targets

    def _batch_of(self, observations: Mapping[str, np.ndarray]) -> tuple[int, ...]:
        """Leading dimensions of the first observation; the others are compared with it."""
        if not self.sensor_names:
            return ()
        shape = observations[self.sensor_names[0]].shape
        return shape[: max(len(shape) - self._rank_of_first, 0)]

    def _check_age(self, observed_at: float) -> None:
        """Look at how old the observations are."""
        try:
            age = time.monotonic() - float(observed_at) if isinstance(observed_at, Real) else math.nan
        except OverflowError:
            age = math.nan
        if not math.isfinite(age):
            raise ObservationError(f"observed_at is {observed_at!r}, and no time as time.monotonic() gives it.")
        if age < -CLOCK_TOLERANCE:
            error = f"The observations seem to be of {-age:.3f} s in the future: observed_at is of another clock."
            self._react(self.safety.stale, StaleObservationError(error))
        if age > self.safety.max_age_periods * self.control_period:
            self._react(self.safety.stale, StaleObservationError(f"The observations are {age:.3f} s old."))

    def _check_batch(self, count: int) -> None:
        """Refuse another number of robots than the past is of."""
        if self._remembers and self._batch not in (None, count):
            raise ObservationError(
                f"The batch has {count} robots, but the past is of {self._batch}. Call reset() in between."
            )

    @staticmethod
    def _react(reaction: str, error: ObservationError) -> None:
        """Ignore, warn or raise."""
        if reaction == "stop":
            raise error
        if reaction == "warn":
            warnings.warn(str(error), SafetyWarning, stacklevel=4)  # who called act()

    def _limit_rate(self, targets: np.ndarray, max_change: np.ndarray) -> np.ndarray:
        """Let targets move only so far from those before."""
        if self._last_targets is None:
            self._last_targets = np.tile(self.safe_targets, (len(targets), 1))
        before = self._last_targets
        self._last_targets = np.clip(targets, before - max_change, before + max_change)
        return self._last_targets.copy()
