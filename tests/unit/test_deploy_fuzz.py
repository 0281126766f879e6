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
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from tiny_file import describe_vector, metadata_of, save, vector_graph
from tiny_student import describe_term

from tsra_deploy import ActionError, ContractError, ObservationError, Policy, Safety
from tsra_deploy.contract import ENTRIES

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SECOND = settings(deadline=1000, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

CONTRACT = describe_vector(
    [
        describe_term("gyro", "imu", [2], 2.0, [-1.0, 1.0], history_length=2),
        describe_term("speed", "imu", [6]),
    ],
    10,
)
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


def answers(path: Path) -> None:
    """Load a file; if it loads, act once on zeros."""
    try:
        policy = Policy.load(path)
        targets = policy.act({"gyro": np.zeros(2), "speed": np.zeros(6)})
    except (ContractError, ObservationError, ActionError):
        return
    assert np.isfinite(targets).all()


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
