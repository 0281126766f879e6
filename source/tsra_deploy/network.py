# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The graph of a student, its memory, and what it must be like."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnxruntime

from .errors import ActionError, ContractError, ObservationError

FLOAT = "tensor(float)"
"""ONNX Runtime's name of a 32-bit float tensor, which all of a student's inputs and outputs are."""


class Network:
    """Runs the graph and feeds its memory back."""

    def __init__(self, session: onnxruntime.InferenceSession, contract: dict) -> None:
        """Take a session.

        Args:
            session: Session of the student's graph.
            contract: Contract from the file's metadata, checked.

        Raises:
            ContractError: If the graph is not the one that the contract describes.
        """
        self._session = session
        self._inputs = [(item["name"], tuple(item["shape"])) for item in contract["inputs"]]
        self._memory = [(item["input"], tuple(item["shape"])) for item in contract["memory"]]
        self._num_actions = sum(len(item["targets"]) for item in contract["actions"])
        self._outputs = ["actions", *(item["output"] for item in contract["memory"])]
        self._check_graph()
        self.has_memory = bool(self._memory)
        """Whether there is anything to remember."""
        self._states: dict[str, np.ndarray] = {}

    def reset(self, which: np.ndarray | None = None) -> None:
        """Forget.

        Args:
            which: Which of a batch forget, a mask of shape (batch,); None for all.
        """
        if which is None:
            self._states = {}
        for state in self._states.values():
            state[:, which] = 0.0

    def check_inputs(self, inputs: Mapping[str, np.ndarray]) -> int:
        """Check what is to be fed.

        Args:
            inputs: Arrays of shape (batch, ...), by name.

        Returns:
            The batch.

        Raises:
            ObservationError: If an input is missing, unknown, or of another type or shape, or the batches differ.
        """
        names = [name for name, _ in self._inputs]
        if not isinstance(inputs, Mapping) or inputs.keys() != set(names):
            raise ObservationError(f"The network's inputs are arrays by name: {', '.join(names)}.")
        batches = set()
        for name, shape in self._inputs:
            array = inputs[name]
            if not isinstance(array, np.ndarray) or array.dtype != np.float32 or array.shape[1:] != shape:
                raise ObservationError(f"Input '{name}' must be an array of float32, its shape a batch and {shape}.")
            batches.add(len(array))
        if len(batches) > 1:
            raise ObservationError(f"The inputs are of {sorted(batches)} robots.")
        return batches.pop()

    def run(self, inputs: Mapping[str, np.ndarray], options: onnxruntime.RunOptions | None = None) -> np.ndarray:
        """Run the graph, and remember.

        Args:
            inputs: Arrays of shape (batch, ...), by name, as :meth:`check_inputs` accepts them.
            options: Options of the run, by which it can be stopped.

        Returns:
            Raw actions. Shape is (batch, num_actions).

        Raises:
            ActionError: If the graph fails, or an output is of another shape; nothing is remembered then.
        """
        batch = len(next(iter(inputs.values())))
        shapes = [(batch, self._num_actions), *((layers, batch, size) for _, (layers, size) in self._memory)]
        states = self._states
        if self.has_memory and not states:
            states = {
                name: np.zeros(shape, np.float32) for (name, _), shape in zip(self._memory, shapes[1:], strict=True)
            }
        try:
            results = self._session.run(self._outputs, {**inputs, **states}, options)
        except Exception as error:  # ONNX Runtime has no common base class for its errors
            raise ActionError(f"The network failed: {error}") from error
        for name, result, shape in zip(self._outputs, results, shapes, strict=True):
            if result.shape != shape:
                raise ActionError(f"The network gave '{name}' of shape {result.shape}, not {shape}.")
        self._states = {name: state for (name, _), state in zip(self._memory, results[1:], strict=True)}
        return results[0]

    def answer_zeros(self, options: onnxruntime.RunOptions) -> None:
        """Run once alone and once in a batch, to see that the graph ends and gives what the contract says.

        Args:
            options: Options of the run, by which it can be stopped.

        Raises:
            ContractError: If it does not.
        """
        for batch in (1, 2):
            self.reset()
            try:
                self.run({name: np.zeros((batch, *shape), np.float32) for name, shape in self._inputs}, options)
            except ActionError as error:
                raise ContractError(f"It does not answer zeros. {error}") from error
        self.reset()

    def _check_graph(self) -> None:
        """Refuse a graph whose inputs and outputs are not the contract's."""
        outputs = [("actions", (self._num_actions,))]
        after = [(name, shape) for name, (_, shape) in zip(self._outputs[1:], self._memory, strict=True)]
        for nodes, wanted, remembered in (
            (self._session.get_inputs(), self._inputs, self._memory),
            (self._session.get_outputs(), outputs, after),
        ):
            names, expected_names = [node.name for node in nodes], [name for name, _ in [*wanted, *remembered]]
            if names != expected_names or len(set(names)) < len(names):
                raise ContractError(f"The graph has {names}, the contract {expected_names}.")
            for place, (node, (_, expected)) in enumerate(zip(nodes, [*wanted, *remembered], strict=True)):
                batch_axis = 0 if place < len(wanted) else 1
                shape = list(node.shape)
                batch = shape.pop(batch_axis) if len(shape) == len(expected) + 1 else 0
                if tuple(shape) != expected or isinstance(batch, int) or node.type != FLOAT:
                    raise ContractError(
                        f"'{node.name}' of the graph is a {node.type} of shape {node.shape}, not of {list(expected)}"
                        " and a free batch."
                    )
