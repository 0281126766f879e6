# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Writing a student to one ONNX file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import onnx
import torch

from .contract import VECTOR_INPUT, memory_of, standard_metadata
from .parity import check_parity

OPSET = 18
"""ONNX operator set of the exported files."""


def export_student(
    policy: torch.nn.Module,
    onboard_groups: list[str],
    contract: dict,
    recorded: dict[str, np.ndarray],
    directory: str | Path,
) -> Path:
    """Write ``policy.onnx`` and ``parity.npz``, and only if the file computes what the student does.

    Args:
        policy: Student, an rsl_rl model.
        onboard_groups: Groups that the robot can observe.
        contract: What the robot must know, as :func:`tsra_lab.export.deployment_contract` gives it.
        recorded: Inputs and outputs of the student, as :func:`tsra_lab.export.record_inputs` gives them.
        directory: Folder for the files.

    Returns:
        Path of the ONNX file.

    Raises:
        ValueError: If the student sees anything that is not onboard, or the file fails the checks.
    """
    seen = [*policy.obs_groups, *getattr(policy, "obs_groups_2d", [])]  # rsl_rl lists image groups apart
    private = [group for group in seen if group not in onboard_groups]
    if private:
        raise ValueError(f"The policy sees {private}, which the robot cannot. Onboard are: {list(onboard_groups)}.")
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    path, parity = directory / "policy.onnx", directory / "parity.npz"
    temporary, temporary_parity = directory / ".policy.onnx.tmp", directory / ".parity.tmp.npz"
    try:
        _write_onnx(policy, contract, temporary)
        check_parity(temporary, recorded)
        np.savez_compressed(temporary_parity, **recorded)
        os.replace(temporary_parity, parity)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
        temporary_parity.unlink(missing_ok=True)
    return path


def _write_onnx(policy: torch.nn.Module, contract: dict, path: Path) -> None:
    """Export, check the graph's inputs and add the metadata."""
    graph = _StudentGraph(policy.as_onnx(verbose=False).to("cpu")).eval()  # as_onnx copies
    expected = [item["name"] for item in contract["inputs"]] + [item["input"] for item in contract["memory"]]
    if list(graph.examples) != expected:
        raise ValueError(f"The student's inputs are {list(graph.examples)}, the contract's {expected}.")
    batch = torch.export.Dim("batch")
    program = torch.onnx.export(
        graph,
        tuple(graph.examples.values()),
        input_names=expected,
        output_names=["actions", *(item["output"] for item in contract["memory"])],
        dynamic_shapes=(tuple({1 if name in graph.states else 0: batch} for name in expected),),
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    model = program.model_proto
    for key, value in (standard_metadata(contract) | {"tsra.contract": json.dumps(contract, allow_nan=False)}).items():
        model.metadata_props.add(key=key, value=value)
    if graph.states:
        # what torch 2.11 notes of an LSTM's shapes is wrong, though the graph is right: a state keeps its shape
        del model.graph.value_info[:]
        types = {item.name: item.type for item in [*model.graph.input, *model.graph.output]}
        for item in contract["memory"]:
            types[item["output"]].CopyFrom(types[item["input"]])
    names = [item.name for item in model.graph.input]
    if names != expected:
        raise ValueError(f"The exported graph's inputs are {names}, the contract's {expected}.")
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


class _StudentGraph(torch.nn.Module):
    """A student's own ONNX module without the empty vector input that rsl_rl gives image-only models."""

    def __init__(self, module: torch.nn.Module) -> None:
        """Wrap the module.

        Args:
            module: What a model's ``as_onnx`` gives.
        """
        super().__init__()
        self.module = module
        inputs = dict(zip(module.input_names, module.get_dummy_inputs(), strict=True))
        self.states = list(memory_of(module))
        """Inputs that are the state of the memory, with the batch as their second dimension."""
        self.images_only = inputs[VECTOR_INPUT].shape[1] == 0
        if self.images_only:
            del inputs[VECTOR_INPUT]
        # a batch of two, because the exporter takes a dimension of one for a constant
        self.examples = {
            name: torch.cat([example, example], dim=1 if name in self.states else 0) for name, example in inputs.items()
        }
        """Example of each input, by name."""

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Act deterministically."""
        if self.images_only:
            inputs = (inputs[0].new_zeros(inputs[0].shape[0], 0), *inputs)
        return self.module(*inputs)
