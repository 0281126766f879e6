# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Whatever is fed to the runtime, it answers with a typed error or a finite action, and soon."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from onnx import TensorProto, helper
from tiny_file import describe_vector, metadata_of, save, vector_graph
from tiny_student import describe_term

from tsra_deploy import ActionError, ContractError, ObservationError, Policy, Safety
from tsra_deploy.contract import ENTRIES

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SECOND = settings(
    deadline=1000,
    max_examples=150,
    # the first text that is drawn waits for Hypothesis's table of characters: seconds, on a busy machine
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

CONTRACT = describe_vector(
    [
        describe_term("gyro", "imu", [2], 2.0, [-1.0, 1.0], history_length=2),
        describe_term("speed", "imu", [6]),
    ],
    10,
)


def recurrent_model() -> onnx.ModelProto:
    """A student with an image, a memory, a condition and some layers, to change things in."""
    node, info, tensor = helper.make_node, helper.make_tensor_value_info, helper.make_tensor
    branch = info("branch", TensorProto.FLOAT, ["batch", 2])
    then, other = (
        helper.make_graph([node(operator, ["mixed"], ["branch"])], operator, [], [branch])
        for operator in ("Tanh", "Elu")
    )
    numbers = np.linspace(-1.0, 1.0, 64).tolist()
    graph = helper.make_graph(
        [
            node("Conv", ["camera", "kernel"], ["features"], kernel_shape=[3, 3], strides=[1, 1]),
            node("Flatten", ["features"], ["flat"], axis=1),
            node("Concat", ["obs", "flat"], ["joined"], axis=1),
            node("Gemm", ["joined", "weight"], ["hidden"], transB=1),
            node("Unsqueeze", ["hidden", "zero"], ["sequence"]),
            node("GRU", ["sequence", "w", "r", "", "", "h"], ["", "h_out"], hidden_size=2, linear_before_reset=1),
            node("Squeeze", ["h_out", "zero"], ["mixed"]),
            node("ReduceMax", ["mixed"], ["largest"], keepdims=0),
            node("Cast", ["largest"], ["which"], to=TensorProto.BOOL),
            node("If", ["which"], ["actions"], then_branch=then, else_branch=other),
        ],
        "student",
        [
            info("obs", TensorProto.FLOAT, ["batch", 2]),
            info("camera", TensorProto.FLOAT, ["batch", 1, 4, 4]),
            info("h", TensorProto.FLOAT, [1, "batch", 2]),
        ],
        [info("actions", TensorProto.FLOAT, ["batch", 2]), info("h_out", TensorProto.FLOAT, [1, "batch", 2])],
        [
            tensor("kernel", TensorProto.FLOAT, [1, 1, 3, 3], numbers[:9]),
            tensor("weight", TensorProto.FLOAT, [2, 6], numbers[:12]),
            tensor("w", TensorProto.FLOAT, [1, 6, 2], numbers[:12]),
            tensor("r", TensorProto.FLOAT, [1, 6, 2], numbers[12:24]),
            tensor("zero", TensorProto.INT64, [1], [0]),
        ],
    )
    contract = describe_vector(
        [describe_term("gyro", "imu", [2])],
        2,
        inputs=[
            {"name": "obs", "shape": [2], "terms": [describe_term("gyro", "imu", [2])]},
            {"name": "camera", "shape": [1, 4, 4], "terms": [describe_term("speed", "camera", [1, 4, 4])]},
        ],
        memory=[{"input": "h", "output": "h_out", "shape": [1, 2]}],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    for key, value in metadata_of(contract).items():
        model.metadata_props.add(key=key, value=value)
    return model


RECURRENT = recurrent_model()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound file."""
    path = tmp_path_factory.mktemp("fuzz") / "policy.onnx"
    save(vector_graph(10), path, metadata_of(CONTRACT))
    Policy.load(path)
    return path


def test_the_graph_that_is_changed_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "policy.onnx"
    path.write_bytes(RECURRENT.SerializeToString())
    Policy.load(path).act({"gyro": np.zeros(2), "speed": np.zeros((1, 4, 4))})


def answers(path: Path) -> None:
    """Load a file; if it loads, act twice on zeros. Nothing is written."""
    try:
        policy = Policy.load(path)
        shapes = {term["name"]: term["shape"] for item in policy.inputs for term in item["terms"]}
        for _ in range(2):
            targets = policy.act({name: np.zeros(shapes[name]) for name in policy.sensor_names})
            assert np.isfinite(targets).all() and len(targets) == len(policy.target_names)
    except (ContractError, ObservationError, ActionError):
        pass
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@SECOND
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.onnx"
    path.write_bytes(content)
    answers(path)


@SECOND
@given(st.data())
def test_a_truncated_file(tmp_path: Path, sound: Path, data: st.DataObject) -> None:
    content = sound.read_bytes()
    path = tmp_path / "policy.onnx"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    answers(path)


@SECOND
@given(st.data())
def test_a_file_with_flipped_bytes(tmp_path: Path, sound: Path, data: st.DataObject) -> None:
    content = bytearray(sound.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "policy.onnx"
    path.write_bytes(content)
    answers(path)


def mutable_fields(message: Message) -> list[tuple[Message, FieldDescriptor]]:
    """All fields that are set in a message and in those within."""
    found = []
    for field, value in message.ListFields():
        found.append((message, field))
        if field.message_type is not None:
            for inner in value if field.is_repeated else [value]:
                found += mutable_fields(inner)
    return found


def mutate(message: Message, field: FieldDescriptor, data: st.DataObject) -> None:
    """Change one field: another value, one element more or less, or none."""
    value = getattr(message, field.name)
    if field.is_repeated:
        place = data.draw(st.integers(0, len(value) - 1))
        if data.draw(st.booleans()):
            del value[place]
        elif field.message_type is not None:
            value.add().CopyFrom(value[data.draw(st.integers(0, len(value) - 1))])
        else:
            value[place] = scalar(field, data)
    elif field.message_type is not None:
        message.ClearField(field.name)
    else:
        setattr(message, field.name, scalar(field, data))


def scalar(field: FieldDescriptor, data: st.DataObject) -> object:
    """Some value of the field's type; of texts, also names that the graph has and operators."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        text = field.type == FieldDescriptor.TYPE_STRING
        known = st.sampled_from(["obs", "h", "actions", "1", "2", "Loop", "Exp", "Reshape", "ConstantOfShape", "TopK"])
        return data.draw(known | st.text(max_size=8) if text else st.binary(max_size=40))
    if field.cpp_type in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
        return data.draw(st.floats(width=32))
    if field.cpp_type == FieldDescriptor.CPPTYPE_INT64:
        return data.draw(st.integers(-3, 20) | st.sampled_from([2**31, 2**62, -(2**62)]))
    if field.enum_type is not None:
        return data.draw(st.sampled_from([value.number for value in field.enum_type.values]))
    return data.draw(st.integers(0, 20))


@SECOND
@given(st.data())
def test_a_graph_with_anything_changed(tmp_path: Path, data: st.DataObject) -> None:
    """Fields of the file's format, not bytes, so that what changes is the graph: operators, edges, sizes, types."""
    model = onnx.ModelProto()
    model.CopyFrom(RECURRENT)
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(*data.draw(st.sampled_from(mutable_fields(model))), data)
    path = tmp_path / "policy.onnx"
    path.write_bytes(model.SerializeToString())
    answers(path)


@SECOND
@given(st.sampled_from(ENTRIES), JSON)
def test_a_contract_with_any_entry(tmp_path: Path, entry: str, value: object) -> None:
    metadata = metadata_of(CONTRACT) | {f"tsra.{entry}": json.dumps(value)}
    answers(save(vector_graph(10), tmp_path / "policy.onnx", metadata))


@SECOND
@given(st.data(), JSON)
def test_a_contract_with_any_detail(tmp_path: Path, data: st.DataObject, value: object) -> None:
    """Somewhere deep inside, one value is another."""
    contract = copy.deepcopy(CONTRACT)
    node = contract
    while True:
        keys = sorted(node) if isinstance(node, dict) else range(len(node))
        key = data.draw(st.sampled_from(list(keys)))
        inner = node[key]
        if not isinstance(inner, (dict, list)) or not inner or data.draw(st.booleans()):
            node[key] = value
            break
        node = inner
    answers(save(vector_graph(10), tmp_path / "policy.onnx", metadata_of(contract)))


ARRAYS = npst.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.bool_, np.complex64, np.dtype("U3")]),
    npst.array_shapes(min_dims=0, max_dims=3, max_side=6),
)


@SECOND
@given(st.dictionaries(st.sampled_from(["gyro", "speed", "noise"]), ARRAYS | JSON, max_size=3))
def test_any_observations(sound: Path, observations: dict) -> None:
    policy = Policy.load(sound, Safety(out_of_range="ignore"))
    try:
        targets = policy.act(observations)
    except (ObservationError, ActionError):
        return
    assert np.isfinite(targets).all()
    assert targets.shape[-1] == 10


@SECOND
@given(npst.arrays(np.float64, 2), npst.arrays(np.float64, 6))
def test_any_numbers_of_the_right_shape(sound: Path, gyro: np.ndarray, speed: np.ndarray) -> None:
    policy = Policy.load(sound, Safety(out_of_range="stop"))
    try:
        targets = policy.act({"gyro": gyro, "speed": speed})
    except (ObservationError, ActionError):
        with np.errstate(over="ignore"):
            single = gyro.astype(np.float32)
        assert not (np.abs(speed) <= 200.0).all() or not np.isfinite(single).all()
        return
    assert np.isfinite(targets).all()
