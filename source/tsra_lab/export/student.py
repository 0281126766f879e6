# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Writing a student to one ONNX file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from rsl_rl.models import MLPModel

from tsra_deploy import write_metadata

from .inputs import VECTOR_INPUT
from .memory import memory_of
from .metadata import standard_metadata
from .page import contract_page
from .parity import check_parity
from .replay import check_replay, has_readings
from .unitree import unitree_yaml

OPSET = 18
"""ONNX operator set of the exported files."""

STUDENT_FILE, SINGLE_FILE = "policy.onnx", "policy_batch1.onnx"
"""The student with a free batch, and with a batch of one for runtimes that make their tensors from declared shapes."""

PARITY_FILE, PAGE_FILE, UNITREE_FILE = "parity.npz", "contract.md", "deploy.yaml"
"""Recorded inputs and outputs, the contract for people, and the contract for Unitree's deployment."""


def export_student(
    policy: MLPModel,
    onboard_groups: list[str],
    contract: dict,
    recorded: dict[str, np.ndarray],
    directory: str | Path,
) -> Path:
    """Write the student's files, and only if the ONNX file computes what the student does.

    Beside :data:`STUDENT_FILE` lie :data:`SINGLE_FILE`, :data:`PARITY_FILE`, :data:`PAGE_FILE` and, for a student that
    Unitree's deployment can run, :data:`UNITREE_FILE`.

    Args:
        policy: Student, an rsl_rl model.
        onboard_groups: Groups that the robot can observe.
        contract: What the robot must know, as :func:`tsra_lab.export.isaac_lab.deployment_contract` gives it.
        recorded: Inputs and outputs of the student, as :func:`tsra_lab.export.record_inputs` gives them. A recording
            of :func:`tsra_lab.export.isaac_lab.record_run` is also replayed from what the sensors read.
        directory: Folder for the files.

    Returns:
        Path of the ONNX file.

    Raises:
        ValueError: If the student sees anything that is not onboard, the contract is malformed, or a file fails the
            checks.
    """
    seen = [*policy.obs_groups, *getattr(policy, "obs_groups_2d", [])]  # rsl_rl lists image groups apart
    private = [group for group in seen if group not in onboard_groups]
    if private:
        raise ValueError(f"The policy sees {private}, which the robot cannot. Onboard are: {list(onboard_groups)}.")
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".export") as folder:
        temporary = Path(folder)
        model = _onnx_model(policy, contract)
        for name, proto in ((STUDENT_FILE, model), (SINGLE_FILE, _with_batch_of_one(model))):
            onnx.checker.check_model(proto, full_check=True)
            (temporary / name).write_bytes(proto.SerializeToString())
            check_parity(temporary / name, recorded)
        if has_readings(recorded):
            check_replay(temporary / STUDENT_FILE, recorded)
        np.savez_compressed(temporary / PARITY_FILE, allow_pickle=False, **recorded)
        (temporary / PAGE_FILE).write_text(contract_page(contract))
        # what is left of an earlier export must not describe this one
        (directory / UNITREE_FILE).unlink(missing_ok=True)
        try:
            (temporary / UNITREE_FILE).write_text(unitree_yaml(contract))
        except ValueError as refusal:
            print(f"[INFO] No {UNITREE_FILE}: {refusal}")
        # the student last: where it is, what belongs to it is too
        for file in sorted(temporary.iterdir(), key=lambda file: file.name == STUDENT_FILE):
            os.replace(file, directory / file.name)
    return directory / STUDENT_FILE


def _onnx_model(policy: MLPModel, contract: dict) -> onnx.ModelProto:
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
    assert program is not None  # it is, with dynamo
    model = program.model_proto
    for node in model.graph.node:
        del node.metadata_props[:]  # torch notes source lines there, with paths of the machine that exports
    for key, value in (standard_metadata(contract) | write_metadata(contract)).items():
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
    return model


def _with_batch_of_one(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph, its free batch declared as one."""
    single = onnx.ModelProto()
    single.CopyFrom(model)
    del single.graph.value_info[:]  # they name the free batch
    for item in [*single.graph.input, *single.graph.output]:
        for size in item.type.tensor_type.shape.dim:
            if size.HasField("dim_param"):
                size.dim_value = 1
    return single


class _StudentGraph(torch.nn.Module):
    """A student's own ONNX module without the empty vector input that rsl_rl gives image-only models."""

    def __init__(self, module: Any) -> None:
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
