# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a file could do when it is loaded, and must not: read other files, run for ever, take all memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from tiny_file import describe_vector, metadata_of, save, vector_graph
from tiny_student import describe_term

from tsra_deploy import ContractError, Policy
from tsra_deploy.model_file import MESSAGES, check_model

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

CONTRACT = describe_vector([describe_term("speed", "imu", [2])], 2)
INPUT = helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", 2])
OUTPUT = helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", 2])
OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("ours", 1)]


def model_of(nodes: list, initializers: list = (), functions: list = (), contract: dict = CONTRACT) -> onnx.ModelProto:
    """A student of these nodes, from ``obs`` to ``actions``."""
    graph = helper.make_graph(nodes, "student", [INPUT], [OUTPUT], list(initializers))
    model = helper.make_model(graph, opset_imports=OPSETS, ir_version=9, functions=list(functions))
    for key, value in metadata_of(contract).items():
        model.metadata_props.add(key=key, value=value)
    return model


def write(directory: Path, model: onnx.ModelProto) -> Path:
    path = directory / "policy.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def outside(name: str = "weight") -> TensorProto:
    """Two ones in a file of the working directory."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", "weights.bin"), ("offset", "0"), ("length", "8")):
        tensor.external_data.add(key=key, value=value)
    return tensor


def branches(node: onnx.NodeProto, initializers: list = ()) -> list:
    """Nodes of a graph that runs a node in one branch of a condition."""
    result = helper.make_tensor_value_info("branch", TensorProto.FLOAT, ["batch", 2])
    taken = helper.make_graph([node], "taken", [], [result], list(initializers))
    other = helper.make_graph([helper.make_node("Identity", ["obs"], ["branch"])], "other", [], [result])
    return [
        helper.make_node("ReduceMax", ["obs"], ["largest"], keepdims=0),
        helper.make_node("Cast", ["largest"], ["which"], to=TensorProto.BOOL),
        helper.make_node("If", ["which"], ["actions"], then_branch=taken, else_branch=other),
    ]


MAX = helper.make_node("Max", ["obs", "weight"], ["actions"])
IN_BRANCH = helper.make_node("Max", ["obs", "weight"], ["branch"])


def in_function() -> onnx.ModelProto:
    nodes = [
        helper.make_node("Constant", [], ["weight"], value=outside()),
        helper.make_node("Max", ["x", "weight"], ["y"]),
    ]
    function = helper.make_function("ours", "F", ["x"], ["y"], nodes, OPSETS[:1])
    return model_of([helper.make_node("F", ["obs"], ["actions"], domain="ours")], functions=[function])


def in_default_of_a_function() -> onnx.ModelProto:
    function = helper.make_function("ours", "F", ["x"], ["y"], [helper.make_node("Identity", ["x"], ["y"])], OPSETS[:1])
    function.attribute_proto.append(helper.make_attribute("weight", outside()))
    return model_of([helper.make_node("F", ["obs"], ["actions"], domain="ours")], functions=[function])


def in_training() -> onnx.ModelProto:
    model = model_of([MAX], [helper.make_tensor("weight", TensorProto.FLOAT, [2], [1.0, 1.0])])
    model.training_info.add().initialization.initializer.append(outside("other"))
    return model


def in_sparse_tensor() -> onnx.ModelProto:
    model = model_of([MAX])
    indices = helper.make_tensor("indices", TensorProto.INT64, [2], [0, 1])
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(outside(), indices, [2]))
    return model


def in_list_of_tensors() -> onnx.ModelProto:
    node = helper.make_node("Max", ["obs", "weight"], ["actions"], more=[outside("a"), outside("b")])
    return model_of([node], [helper.make_tensor("weight", TensorProto.FLOAT, [2], [1.0, 1.0])])


def without_location() -> onnx.ModelProto:
    """Only the field that says where the values are."""
    tensor = TensorProto(name="weight", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    return model_of([MAX], [tensor])


def without_flag() -> onnx.ModelProto:
    """Only the name of a file."""
    tensor = outside()
    tensor.ClearField("data_location")
    return model_of([MAX], [tensor])


OUTSIDE = {
    "initializer": lambda: model_of([MAX], [outside()]),
    "initializer of a branch": lambda: model_of(branches(IN_BRANCH, [outside()])),
    "constant": lambda: model_of([helper.make_node("Constant", [], ["weight"], value=outside()), MAX]),
    "function": in_function,
    "default of a function": in_default_of_a_function,
    "training": in_training,
    "sparse tensor": in_sparse_tensor,
    "list of tensors": in_list_of_tensors,
    "flag alone": without_location,
    "name alone": without_flag,
}


@pytest.fixture
def beside_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that holds the weights."""
    monkeypatch.chdir(tmp_path)
    np.ones(2, np.float32).tofile("weights.bin")
    return tmp_path


@pytest.mark.parametrize("where", OUTSIDE)
def test_weights_in_another_file_are_never_read(
    beside_weights: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """ONNX Runtime, which would look for them in the working directory, does not get to see such a file."""
    path = write(beside_weights, OUTSIDE[where]())
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *_, **__: pytest.fail("ONNX Runtime was asked"))
    with pytest.raises(ContractError, match="policy.onnx': It keeps weights in another file"):
        Policy.load(path)


def test_the_walk_follows_every_field_that_can_hold_a_tensor_or_a_node() -> None:
    """By the format's own description, so that a new field of the format is noticed."""
    kinds = {
        "model": onnx.ModelProto,
        "graph": onnx.GraphProto,
        "function": onnx.FunctionProto,
        "training": onnx.TrainingInfoProto,
        "node": onnx.NodeProto,
        "attribute": onnx.AttributeProto,
        "sparse tensor": onnx.SparseTensorProto,
        "tensor": onnx.TensorProto,
    }
    names = {proto.DESCRIPTOR.full_name: kind for kind, proto in kinds.items()}
    for kind, proto in kinds.items():
        fields = [field for field in proto.DESCRIPTOR.fields if field.message_type is not None]
        found = {
            field.number: names[field.message_type.full_name]
            for field in fields
            if field.message_type.full_name in names
        }
        assert MESSAGES[kind] == found


def test_another_format_of_onnx_runtime_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own format may refer to other files too."""
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "policy.onnx")
    options.add_session_config_entry("session.save_model_format", "ORT")
    options.log_severity_level = 4
    content = save(vector_graph(2), tmp_path / "sound.onnx", metadata_of(CONTRACT)).read_bytes()
    onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    with pytest.raises(ContractError, match="no ONNX file"):
        Policy.load(tmp_path / "policy.onnx")
    monkeypatch.setattr("tsra_deploy.model_file.check_model", lambda _: None)  # nor if the walk let it pass
    with pytest.raises(ContractError, match="ONNX Runtime refuses it"):
        Policy.load(tmp_path / "policy.onnx")


def loop(result: str = "actions") -> onnx.NodeProto:
    """A loop without a count whose condition always holds."""
    flag = helper.make_tensor_value_info("go_on", TensorProto.BOOL, [])
    body = helper.make_graph(
        [helper.make_node("Identity", ["before"], ["after"]), helper.make_node("Identity", ["go_on"], ["still"])],
        "body",
        [helper.make_tensor_value_info("step", TensorProto.INT64, []), flag]
        + [helper.make_tensor_value_info("before", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("still", TensorProto.BOOL, [])]
        + [helper.make_tensor_value_info("after", TensorProto.FLOAT, ["batch", 2])],
    )
    return helper.make_node("Loop", ["", "yes", "obs"], [result], body=body)


YES = helper.make_tensor("yes", TensorProto.BOOL, [], [True])


@pytest.mark.parametrize(
    "model",
    [model_of([loop()], [YES]), model_of(branches(loop("branch")), [YES])],
    ids=["in the graph", "in a branch"],
)
def test_a_loop_is_refused(tmp_path: Path, model: onnx.ModelProto) -> None:
    """So act() always ends."""
    onnx.checker.check_model(model)
    start = time.monotonic()
    with pytest.raises(ContractError, match="has a loop"):
        Policy.load(write(tmp_path, model))
    assert time.monotonic() - start < 1.0


def slow_model(constant: bool) -> onnx.ModelProto:
    """Minutes of matrix products, of the observation, or of constants, which are computed as the file is loaded."""
    size = helper.make_tensor("size", TensorProto.INT64, [2], [1500, 1500])
    fill = helper.make_tensor("fill", TensorProto.FLOAT, [1], [1e-3])
    nodes = [helper.make_node("ConstantOfShape", ["size"], ["ones"], value=fill)]
    nodes += [helper.make_node("ReduceMax", ["obs"], ["largest"], keepdims=0)]
    nodes += [helper.make_node("Identity" if constant else "Mul", ["ones"] if constant else ["ones", "largest"], ["0"])]
    nodes += [helper.make_node("MatMul", [str(index), "ones"], [str(index + 1)]) for index in range(500)]
    nodes += [
        helper.make_node("ReduceMax", ["500"], ["end"], keepdims=0),
        helper.make_node("Add", ["obs", "end"], ["actions"]),
    ]
    return model_of(nodes, [size])


LIMITED = """
import sys
from tsra_deploy import ContractError, Policy
try:
    Policy.load(sys.argv[1], time_limit=0.3)
except ContractError as error:
    print(error)
"""


@pytest.mark.parametrize("constant", [False, True])
def test_a_file_that_takes_too_long_is_refused_and_the_process_can_end(tmp_path: Path, constant: bool) -> None:
    path = write(tmp_path, slow_model(constant))
    for _ in range(4):  # the process's end races with the thread's
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, path], capture_output=True, text=True, timeout=60, check=False
        )
        assert "policy.onnx': It did not answer within 0.3 s (time_limit)." in done.stdout
        assert done.returncode == 0 and not done.stderr


@pytest.mark.parametrize("limit", [0, -1.0, float("nan"), float("inf")])
def test_a_time_limit_that_is_none_is_refused(tmp_path: Path, limit: float) -> None:
    path = save(vector_graph(2), tmp_path / "policy.onnx", metadata_of(CONTRACT))
    with pytest.raises(ValueError, match="time_limit"):
        Policy.load(path, time_limit=limit)
    Policy.load(path, time_limit=None)


GATHER = [
    helper.make_node("Cast", ["obs"], ["whole"], to=TensorProto.INT64),
    helper.make_node("Add", ["whole", "five"], ["beyond"]),
    helper.make_node("GatherElements", ["obs", "beyond"], ["actions"], axis=1),
]
FIVE = helper.make_tensor("five", TensorProto.INT64, [1], [5])
FIRST_ROW = [helper.make_node("Compress", ["obs", "first"], ["actions"], axis=0)]
FIRST = helper.make_tensor("first", TensorProto.BOOL, [1], [True])


@pytest.mark.parametrize(
    "nodes, initializer, message",
    [
        (GATHER, FIVE, "does not answer zeros. The network failed"),
        (FIRST_ROW, FIRST, r"does not answer zeros. The network gave 'actions' of shape \(1, 2\), not \(2, 2\)"),
        ([helper.make_node("NoSuchOperator", ["obs"], ["actions"])], FIVE, "ONNX Runtime refuses it"),
        ([helper.make_node("Anything", ["obs"], ["actions"], domain="ours")], FIVE, "ONNX Runtime refuses it"),
        ([helper.make_node("Cast", ["obs"], ["actions"], to=TensorProto.DOUBLE)], FIVE, "ONNX Runtime refuses it"),
        ([helper.make_node("SequenceConstruct", ["obs"], ["actions"])], FIVE, "ONNX Runtime refuses it"),
    ],
    ids=["fails", "one row", "no operator", "foreign operator", "another type", "a sequence"],
)
def test_a_graph_that_does_not_answer_is_refused(
    tmp_path: Path, nodes: list, initializer: TensorProto, message: str
) -> None:
    with pytest.raises(ContractError, match=message):
        Policy.load(write(tmp_path, model_of(nodes, [initializer])))


HUGE = 10**9
IMAGE = describe_term("depth", "camera", [1, HUGE, 1])
WIDE = [
    describe_term("wide", "imu", [5000]) | {"valid_range": {"low": [0.0] * 5000, "high": [1.0] * 5000}},
    describe_term("long", "imu", [1], history_length=5000),
]


@pytest.mark.parametrize(
    "changes, message",
    [
        (
            {"inputs": [{"name": "obs", "shape": [HUGE], "terms": CONTRACT["inputs"][0]["terms"]}]},
            "shape of input 'obs'",
        ),
        ({"inputs": [{"name": "obs", "shape": [1, HUGE, 1], "terms": [IMAGE]}]}, "shape of input 'obs'"),
        (
            {"inputs": [{"name": "obs", "shape": [2], "terms": [describe_term("a", "b", [2, HUGE])]}]},
            "shape of term 'a'",
        ),
        (
            {
                "inputs": [
                    {"name": "obs", "shape": [HUGE], "terms": [describe_term("a", "b", [1], history_length=HUGE)]}
                ]
            },
            "shape of input 'obs'",
        ),
        ({"inputs": [{"name": "obs", "shape": [10000], "terms": WIDE}]}, "samples to keep for input 'obs'"),
        ({"memory": [{"input": "h", "output": "h_out", "shape": [HUGE, HUGE]}]}, "memory.shape"),
        ({"memory": [{"input": "h", "output": "h_out", "shape": [1, 10**400]}]}, "memory.shape"),
    ],
    ids=["vector", "image", "term", "history", "long and wide", "memory", "beyond all bounds"],
)
def test_what_a_file_declares_is_bounded_before_anything_is_allocated(
    tmp_path: Path, changes: dict, message: str
) -> None:
    path = save(vector_graph(2), tmp_path / "policy.onnx", metadata_of(CONTRACT | changes))
    with pytest.raises(ContractError, match=message):
        Policy.load(path)


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe that nobody writes to would be read for ever, a device without end."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for path in (tmp_path / "pipe", "/dev/zero", tmp_path, tmp_path / "nowhere", tmp_path / "circle", "\0", None, 3):
        with pytest.raises(ContractError):
            Policy.load(path)


@pytest.mark.parametrize("content", [b"\x3a", b"\x3a\xff\xff\xff\xff\x7f", b"\x80" * 20, b"\x03", b"\x00", b"\x38\x01"])
def test_damaged_messages_are_refused(content: bytes) -> None:
    """Cut off, too long, a number without end, a group, field 0, and a number in place of the graph."""
    with pytest.raises(ContractError, match="damaged"):
        check_model(content)
