# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Hand-made ONNX files whose outputs can be worked out by hand, and their contracts, for tests of the runtime."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from tiny_student import VECTORS, describe_student

from tsra_deploy import Policy, Safety


def describe_action(
    joints: list[str], scale: list[float], offset: list[float], clip: list[list[float | None]] | None = None
) -> dict:
    """An action term of the contract."""
    return {
        "name": "_".join(joints),
        "type": "JointPositionAction",
        "kind": "joint position",
        "targets": joints,
        "scale": scale,
        "offset": offset,
        "clip": clip,
    }


def describe_vector(terms: list[dict], width: int, **changes: object) -> dict:
    """Contract of a student of one vector, whose action is that vector: one joint for each element."""
    joints = [f"joint_{index}" for index in range(width)]
    return describe_student(VECTORS) | {
        "inputs": [{"name": "obs", "shape": [width], "terms": terms}],
        "actions": [describe_action(joints, [1.0] * width, [0.0] * width)],
        **changes,
    }


def metadata_of(contract: dict) -> dict[str, str]:
    """Metadata of a contract that need not be sound."""
    return {f"tsra.{entry}": json.dumps(value) for entry, value in contract.items()}


def save(graph: onnx.GraphProto, path: Path, metadata: dict[str, str]) -> Path:
    """Write a graph and its metadata."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, path)
    return path


def vector_graph(width: int, sums: bool = False) -> onnx.GraphProto:
    """A graph whose actions are its vector, or one action that is the vector's sum."""
    node = helper.make_node("Identity", ["obs"], ["actions"])
    if sums:
        node = helper.make_node("ReduceSum", ["obs", "axes"], ["actions"], keepdims=1)
    return helper.make_graph(
        [node],
        "student",
        [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", width])],
        [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", 1 if sums else width])],
        [helper.make_tensor("axes", TensorProto.INT64, [1], [1])] if sums else [],
    )


def load_vector(directory: Path, contract: dict, safety: Safety | None = None, sums: bool = False) -> Policy:
    """Load a student whose actions are its vector, or its vector's sum."""
    graph = vector_graph(contract["inputs"][0]["shape"][0], sums)
    return Policy.load(save(graph, directory / "policy.onnx", metadata_of(contract)), safety)
