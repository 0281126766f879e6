# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A student on the robot: named observations in, joint targets out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime

FORMAT_VERSION = 2
"""Version of the contract that this runtime reads."""


class ContractError(ValueError):
    """The file is not a student that this runtime can run."""


class ObservationError(ValueError):
    """An observation is missing, unknown, of the wrong shape, or not finite."""


class Policy:
    """An exported student and the contract it carries."""

    def __init__(self, session: onnxruntime.InferenceSession, contract: dict) -> None:
        """Take a session and its contract; :meth:`load` reads both from a file.

        Args:
            session: Session of the student's graph.
            contract: Contract from the file's metadata.

        Raises:
            ContractError: If the contract is of another version or asks for what this runtime lacks.
        """
        if contract.get("format_version") != FORMAT_VERSION:
            raise ContractError(
                f"The contract's format version is {contract.get('format_version')}, not {FORMAT_VERSION}."
            )
        self._session = session
        self.contract = contract
        """The whole contract, as the exporter wrote it."""
        self.inputs: list[dict] = contract["inputs"]
        """ONNX inputs, each with its name, shape and terms in order."""
        self._terms = {term["name"]: term for item in self.inputs for term in item["terms"]}
        if len(self._terms) != sum(len(item["terms"]) for item in self.inputs):
            raise ContractError("Two observation terms share a name.")
        for name, term in self._terms.items():
            if term["history_length"]:
                raise ContractError(f"Term '{name}' has a history, which this runtime does not keep yet.")
        actions = contract["actions"]
        self.target_names = [target for action in actions for target in action["targets"]]
        """What the targets are, in order: joints, or other commands of the robot."""
        self._scale = np.array([x for action in actions for x in action["scale"]], dtype=np.float32)
        self._offset = np.array([x for action in actions for x in action["offset"]], dtype=np.float32)
        bounds = [bound for item in actions for bound in (item["clip"] or [[None, None]] * len(item["targets"]))]
        self._low, self._high = np.array([_open(bound) for bound in bounds], dtype=np.float32).T
        limit = contract["clip_actions"]
        self._limit = np.float32(np.inf if limit is None else limit)
        self.last_action = np.zeros(len(self.target_names), dtype=np.float32)
        """Raw action behind the last targets, for students that observe it. Shape is (..., num_targets)."""
        self._memory: list[dict] = contract["memory"]
        self._states: dict[str, np.ndarray] = {}
        names = [item.name for item in session.get_inputs()]
        if names != [item["name"] for item in self.inputs] + [item["input"] for item in self._memory]:
            raise ContractError(f"The graph's inputs are {names}, not those of the contract.")

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Load a student.

        Args:
            path: ONNX file that :mod:`tsra_lab.export` wrote.

        Returns:
            The policy.

        Raises:
            ContractError: If the file is no such student.
        """
        try:
            session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime has no common base class for its errors
            raise ContractError(f"'{path}' cannot be loaded: {error}") from error
        metadata = session.get_modelmeta().custom_metadata_map
        if "tsra.contract" not in metadata:
            raise ContractError(f"'{path}' carries no contract (metadata key 'tsra.contract').")
        try:
            return cls(session, json.loads(metadata["tsra.contract"]))
        except ContractError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ContractError(f"The contract of '{path}' is broken: {error!r}") from error

    @property
    def control_period(self) -> float:
        """Time between two calls of :meth:`act` [s]."""
        return self.contract["control_period_s"]

    def act(self, observations: Mapping[str, np.ndarray]) -> np.ndarray:
        """Compute joint targets from what the sensors read.

        Args:
            observations: Array of each term, by name, in the units of training and before scale and clip. All may
                have leading batch dimensions, one and the same.

        Returns:
            Targets of :attr:`target_names` in physical units. Shape is (..., num_targets).

        Raises:
            ObservationError: If an observation is missing, unknown, of the wrong shape, or not finite.
        """
        unknown, missing = observations.keys() - self._terms.keys(), self._terms.keys() - observations.keys()
        if unknown or missing:
            raise ObservationError(f"Missing observations: {sorted(missing)}; unknown: {sorted(unknown)}.")
        arrays = {name: self._prepare(name, np.asarray(array, np.float32)) for name, array in observations.items()}
        first = next(iter(self._terms.values()))
        batch = arrays[first["name"]].shape[: arrays[first["name"]].ndim - len(first["shape"])]
        feed = {}
        for item in self.inputs:
            parts = []
            for term in item["terms"]:
                array = arrays[term["name"]]
                if array.shape != (*batch, *term["shape"]):
                    raise ObservationError(
                        f"Observation '{term['name']}' has shape {array.shape}, not {(*batch, *term['shape'])}."
                    )
                parts.append(array.reshape(-1, *term["shape"]))
            feed[item["name"]] = np.concatenate(parts, axis=1) if len(item["shape"]) == 1 else parts[0]
        actions = np.clip(self.infer(feed), -self._limit, self._limit)
        self.last_action = actions.reshape(*batch, -1)
        targets = np.clip(actions * self._scale + self._offset, self._low, self._high)
        return targets.reshape(*batch, -1)

    def reset(self, which: np.ndarray | None = None) -> None:
        """Forget the past, memory and last action: call it before an episode begins.

        Args:
            which: Which of a batch forget, of shape (batch,); None for all.
        """
        if which is None:
            self._states = {}
            self.last_action = np.zeros(len(self.target_names), dtype=np.float32)
        elif self.last_action.ndim > 1:
            self.last_action.reshape(-1, len(self.target_names))[np.asarray(which, dtype=bool)] = 0.0
        for state in self._states.values():
            state[:, np.asarray(which, dtype=bool)] = 0.0

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
            return self._session.run(["actions"], dict(inputs))[0]
        batch = len(next(iter(inputs.values())))
        for item in self._memory:
            layers, features = item["shape"]
            state = self._states.setdefault(item["input"], np.zeros((layers, batch, features), dtype=np.float32))
            if state.shape[1] != batch:
                raise ObservationError(
                    f"The batch has {batch} robots, but the memory is of {state.shape[1]}. Call reset() in between."
                )
        outputs = ["actions", *(item["output"] for item in self._memory)]
        actions, *states = self._session.run(outputs, dict(inputs) | self._states)
        self._states = {item["input"]: state for item, state in zip(self._memory, states, strict=True)}
        return actions

    def _prepare(self, name: str, array: np.ndarray) -> np.ndarray:
        """Check one observation's values, then clip and scale it as in training."""
        term = self._terms[name]
        if not np.isfinite(array).all():
            raise ObservationError(f"Observation '{name}' is not finite.")
        if term["clip"] is not None:
            array = np.clip(array, *_open(term["clip"]))
        return array * np.float32(term["scale"])


def _open(bounds: list[float | None]) -> tuple[float, float]:
    """Bounds with infinity where the contract leaves one open."""
    low, high = bounds
    return (-np.inf if low is None else low, np.inf if high is None else high)
