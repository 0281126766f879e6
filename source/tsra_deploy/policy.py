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
from pathlib import Path

import numpy as np
import onnxruntime

from .contract import LAST_ACTION, read_metadata
from .errors import ActionError, ContractError, ObservationError, StaleObservationError
from .latency import Latency
from .observations import InputAssembler, to_array
from .safety import Safety, SafetyWarning

FLOAT = "tensor(float)"
"""ONNX Runtime's name of a 32-bit float tensor, which all of a student's inputs and outputs are."""


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
        self._check_graph(session)
        self._session = session
        self._assemblers = [InputAssembler(item, safety.range_margin) for item in self.inputs]
        terms = [term for item in self.inputs for term in item["terms"]]
        self.sensor_names: list[str] = [term["name"] for term in terms if term["source"] != LAST_ACTION]
        """Terms that :meth:`act` needs."""
        self._expected = frozenset(self.sensor_names)
        self._rank_of_first = len(next((term["shape"] for term in terms if term["source"] != LAST_ACTION), []))
        self._last_action_names = [term["name"] for term in terms if term["source"] == LAST_ACTION]
        self._memory: list[dict] = contract["memory"]
        self._outputs = ["actions", *(item["output"] for item in self._memory)]
        self.safe_targets = self._targets_of_safety()
        """What to command when the policy must not act. Shape is (num_targets,)."""
        self._max_change: np.ndarray | None = None
        if safety.max_target_rate is not None:
            rate = np.asarray(safety.max_target_rate, dtype=np.float32)
            if rate.shape not in ((), self._scale.shape):
                raise ValueError(f"Safety.max_target_rate has {rate.size} numbers for {self._scale.size} targets.")
            self._max_change = rate * np.float32(self.control_period)
        self.reset()

    @classmethod
    def load(cls, path: str | Path, safety: Safety | None = None) -> Policy:
        """Load a student.

        Args:
            path: ONNX file that :mod:`tsra_lab.export` wrote.
            safety: How careful to be; the defaults if None.

        Returns:
            The policy.

        Raises:
            ContractError: If the file is no such student.
            ValueError: If a setting of ``safety`` does not fit the targets.
        """
        options = onnxruntime.SessionOptions()
        # one thread is fastest for small networks and leaves the robot's other cores alone
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong is raised, not printed
        try:
            # from memory: a file that refers to further files is not read, for a student is one file
            model = Path(path).read_bytes()
            session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            metadata = session.get_modelmeta().custom_metadata_map
        except Exception as error:  # ONNX Runtime has no common base class for its errors
            raise ContractError(f"'{path}' cannot be loaded: {error}") from error
        try:
            return cls(session, read_metadata(metadata), safety)
        except (ContractError, UnicodeDecodeError) as error:  # names of a broken graph need not be text
            raise ContractError(f"'{path}': {error}") from error

    @property
    def control_period(self) -> float:
        """Time between two calls of :meth:`act` [s]."""
        return self.contract["timing"]["control_period_s"]

    def reset(self, which: np.ndarray | None = None) -> None:
        """Forget the past: call it before an episode begins.

        Args:
            which: Which of a batch forget, of shape (batch,); None for all.
        """
        if which is None:
            self._states: dict[str, np.ndarray] = {}
            self._last_action: np.ndarray | None = None
            self._last_targets: np.ndarray | None = None
            for assembler in self._assemblers:
                assembler.reset()
            return
        which = np.asarray(which, dtype=bool)
        for state in self._states.values():
            state[:, which] = 0.0
        for assembler in self._assemblers:
            assembler.reset(which)
        if self._last_action is not None:
            self._last_action[which] = 0.0
        if self._last_targets is not None:
            self._last_targets[which] = self.safe_targets

    def act(self, observations: Mapping[str, np.ndarray], observed_at: float | None = None) -> np.ndarray:
        """Compute targets from what the sensors read.

        On an error command :attr:`safe_targets`, and call :meth:`reset` before acting again. A refused observation is
        not remembered, but the step is missing; an action that is not finite resets the policy by itself.

        Args:
            observations: Array of each of :attr:`sensor_names`, in the units of training and before scale and clip.
                All may have leading batch dimensions, one and the same. The last action and earlier observations are
                the runtime's own business.
            observed_at: When the oldest of them was made, by :func:`time.monotonic` [s]; None if unknown.

        Returns:
            Targets of :attr:`target_names` in physical units. Shape is (..., num_targets).

        Raises:
            ObservationError: If an observation is missing, unknown, of the wrong shape or type, not finite, or, where
                :attr:`safety` says so, out of range.
            StaleObservationError: If they are too old, where :attr:`safety` says so.
            ActionError: If the network's answer is not finite.
        """
        begin = time.perf_counter()
        if observed_at is not None:
            self._check_age(observed_at)
        if observations.keys() != self._expected:
            unknown, missing = observations.keys() - self._expected, self._expected - observations.keys()
            raise ObservationError(
                f"Missing observations: {sorted(missing)}; unknown: {sorted(unknown, key=str)}."
                + (" The last action is the runtime's own." if unknown & set(self._last_action_names) else "")
            )
        observations = {name: to_array(name, values) for name, values in observations.items()}
        batch = self._batch_of(observations)
        count = math.prod(batch)
        if self._last_action_names:
            if self._last_action is None:
                self._last_action = np.zeros((count, len(self._scale)), np.float32)
            self._check_batch(len(self._last_action), count, "last action")
            last = self._last_action.reshape(*batch, -1)
            observations |= dict.fromkeys(self._last_action_names, last)
        samples = [assembler.assemble(observations, batch) for assembler in self._assemblers]
        if self.safety.out_of_range != "ignore":
            for assembler, sample in zip(self._assemblers, samples, strict=True):
                names = assembler.out_of_range(sample)
                if names is not None:
                    self._react(
                        self.safety.out_of_range,
                        ObservationError(f"Observation {names} is beyond what the student saw in training."),
                    )
        feed = {
            assembler.name: assembler.remember(sample)
            for assembler, sample in zip(self._assemblers, samples, strict=True)
        }
        actions = self.infer(feed)
        if not math.isfinite(np.add.reduce(actions, axis=None)) and not np.isfinite(actions).all():
            self.reset()  # what made it is in the memory too
            raise ActionError("The network gave an action that is not finite; the policy was reset.")
        if self._limit is not None:
            actions = actions.clip(-self._limit, self._limit)
        if self._last_action_names:
            self._last_action = actions
        targets = actions * self._scale
        targets += self._offset
        if self._bounded:
            np.minimum(np.maximum(targets, self._low, out=targets), self._high, out=targets)
        if self._max_change is not None:
            targets = self._limit_rate(targets, self._max_change)
        self.latency.add(time.perf_counter() - begin)
        return targets.reshape(batch + targets.shape[1:])

    def infer(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Run the network alone, and remember.

        Args:
            inputs: Assembled ONNX inputs of shape (batch, ...), by name.

        Returns:
            Raw actions of shape (batch, num_actions), before scale, offset and clip.

        Raises:
            ObservationError: If the batch is not that of the call before, and nothing was forgotten in between.
        """
        if not self._memory:
            return self._session.run(self._outputs, inputs)[0]
        batch = len(next(iter(inputs.values())))
        for item in self._memory:
            layers, features = item["shape"]
            state = self._states.setdefault(item["input"], np.zeros((layers, batch, features), dtype=np.float32))
            self._check_batch(state.shape[1], batch, "memory")
        actions, *states = self._session.run(self._outputs, dict(inputs) | self._states)
        self._states = {item["input"]: state for item, state in zip(self._memory, states, strict=True)}
        return actions

    def _check_graph(self, session: onnxruntime.InferenceSession) -> None:
        """Refuse a graph whose inputs and outputs are not the contract's."""
        contract = self.contract
        sizes = {item["name"]: item["shape"] for item in contract["inputs"]}
        states = {item["input"]: item["shape"] for item in contract["memory"]}
        results = {"actions": [len(self.target_names)]}
        after = {item["output"]: item["shape"] for item in contract["memory"]}
        for nodes, wanted, remembered in (
            (session.get_inputs(), sizes, states),
            (session.get_outputs(), results, after),
        ):
            names = [node.name for node in nodes]
            if names != [*wanted, *remembered]:
                raise ContractError(f"The graph has {names}, the contract {[*wanted, *remembered]}.")
            for node in nodes:
                expected = wanted.get(node.name) or remembered[node.name]
                place = 1 if node.name in remembered else 0  # of the batch
                shape = list(node.shape)
                batch = shape.pop(place) if len(shape) == len(expected) + 1 else 0
                if shape != list(expected) or isinstance(batch, int) or node.type != FLOAT:
                    raise ContractError(
                        f"'{node.name}' of the graph is a {node.type} of shape {node.shape}, not of {expected} and a"
                        " free batch."
                    )

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
            return () if self._last_action is None else (len(self._last_action),)
        shape = observations[self.sensor_names[0]].shape
        return shape[: max(len(shape) - self._rank_of_first, 0)]

    def _check_age(self, observed_at: float) -> None:
        """Look at how old the observations are."""
        age = time.monotonic() - observed_at
        if not age <= self.safety.max_age_periods * self.control_period:
            self._react(self.safety.stale, StaleObservationError(f"The observations are {age:.3f} s old."))

    @staticmethod
    def _check_batch(before: int, now: int, what: str) -> None:
        if before != now:
            raise ObservationError(
                f"The batch has {now} robots, but the {what} is of {before}. Call reset() in between."
            )

    @staticmethod
    def _react(reaction: str, error: ObservationError) -> None:
        """Ignore, warn or raise."""
        if reaction == "stop":
            raise error
        if reaction == "warn":
            warnings.warn(str(error), SafetyWarning, stacklevel=3)

    def _limit_rate(self, targets: np.ndarray, max_change: np.ndarray) -> np.ndarray:
        """Let targets move only so far from those before."""
        if self._last_targets is None:
            self._last_targets = np.tile(self.safe_targets, (len(targets), 1))
        self._check_batch(len(self._last_targets), len(targets), "last target")
        change = np.clip(targets - self._last_targets, -max_change, max_change)
        self._last_targets = self._last_targets + change
        return self._last_targets.copy()
