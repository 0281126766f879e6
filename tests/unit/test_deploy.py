# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The robot's runtime on hand-made files whose outputs can be worked out by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tiny_student import VECTORS, describe_student, describe_term

from tsra_deploy import ContractError, ObservationError, Policy, read_metadata, write_metadata
from tsra_deploy.contract import ENTRIES

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def action(joints: list[str], scale: list[float], offset: list[float], clip: list[list[float]] | None = None) -> dict:
    return {
        "name": "_".join(joints),
        "type": "JointPositionAction",
        "kind": "joint position",
        "targets": joints,
        "scale": scale,
        "offset": offset,
        "clip": clip,
    }


def describe(**changes: object) -> dict:
    """A contract: three terms of a vector, an image, and three joints in two action terms."""
    vector = [describe_term("gyro", "imu", [2], 2.0, [-1.0, 1.0]), describe_term("speed", "imu", [1], 0.5)]
    image = [describe_term("depth", "camera", [1, 2, 2], 10.0, [0.0, 0.3])]
    return describe_student(VECTORS) | {
        "inputs": [
            {"name": "obs", "shape": [3], "terms": vector},
            {"name": "camera", "shape": [1, 2, 2], "terms": image},
        ],
        "actions": [
            action(["hip", "knee"], [2.0, 3.0], [0.5, -0.5], [[-4.0, 4.0], [-100.0, 100.0]]),
            action(["wheel"], [10.0], [0.0]),
        ],
        **changes,
    }


def write_file(path: Path, metadata: dict[str, str]) -> Path:
    """A graph whose actions are the vector's three elements, plus the sum of the image's pixels on the last one."""
    graph = helper.make_graph(
        [
            helper.make_node("ReduceSum", ["camera", "axes"], ["sum"], keepdims=0),
            helper.make_node("Unsqueeze", ["sum", "one"], ["column"]),
            helper.make_node("Mul", ["column", "last"], ["bright"]),
            helper.make_node("Add", ["obs", "bright"], ["actions"]),
        ],
        "student",
        [
            helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", 3]),
            helper.make_tensor_value_info("camera", TensorProto.FLOAT, ["batch", 1, 2, 2]),
        ],
        [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", 3])],
        [
            helper.make_tensor("axes", TensorProto.INT64, [3], [1, 2, 3]),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("last", TensorProto.FLOAT, [3], [0.0, 0.0, 1.0]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, path)
    return path


def metadata_of(contract: dict) -> dict[str, str]:
    """Metadata of a contract that need not be sound."""
    return {f"tsra.{entry}": json.dumps(value) for entry, value in contract.items()}


def load(directory: Path, **changes: object) -> Policy:
    """Load a file with a changed contract."""
    return Policy.load(write_file(directory / "policy.onnx", metadata_of(describe(**changes))))


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    return load(tmp_path_factory.mktemp("deploy"))


def readings(*batch: int) -> dict[str, np.ndarray]:
    """Random readings of all sensors with these leading dimensions."""
    rng = np.random.default_rng(3)
    shapes = {"depth": (1, 2, 2), "speed": (1,), "gyro": (2,)}  # not the contract's order
    return {name: rng.normal(size=(*batch, *shape)) for name, shape in shapes.items()}


def by_hand(observations: dict[str, np.ndarray]) -> np.ndarray:
    """Targets of one sample: observations clipped, then scaled; actions scaled, shifted, then clipped."""
    raw = np.concatenate([2.0 * observations["gyro"].clip(-1.0, 1.0), 0.5 * observations["speed"]])
    raw[2] += 10.0 * observations["depth"].clip(0.0, 0.3).sum()
    hip, knee, wheel = raw * [2.0, 3.0, 10.0] + [0.5, -0.5, 0.0]
    return np.array([np.clip(hip, -4.0, 4.0), np.clip(knee, -100.0, 100.0), wheel])


def test_observations_are_clipped_before_they_are_scaled(policy: Policy):
    """As Isaac Lab's observation manager does; the other order would give 1 and not 2 for the gyro."""
    observations = {"gyro": [0.4, 50.0], "speed": [8.0], "depth": np.full((1, 2, 2), 0.5)}
    targets = policy.act(observations)
    assert targets == pytest.approx([0.8 * 2.0 + 0.5, 2.0 * 3.0 - 0.5, (4.0 + 4 * 3.0) * 10.0])


def test_actions_are_scaled_and_shifted_and_then_clipped(policy: Policy):
    """A raw action of 2 times 2 plus 0.5 is 4.5, beyond the limit of 4; clipping first would give 4.5."""
    observations = {"gyro": [1.0, -1.0], "speed": [-6.0], "depth": np.zeros((1, 2, 2))}
    assert policy.act(observations) == pytest.approx([4.0, -6.5, -30.0])
    observations["gyro"] = [-1.0, 0.0]
    assert policy.act(observations)[0] == pytest.approx(-3.5)


def test_joints_are_those_of_all_action_terms_in_order(policy: Policy):
    assert policy.target_names == ["hip", "knee", "wheel"]
    assert policy.control_period == 0.02


@pytest.mark.parametrize("batch", [(1,), (5,), (2, 3)])
def test_a_batch_gives_what_its_moments_give(policy: Policy, batch: tuple[int, ...]):
    observations = readings(*batch)
    targets = policy.act(observations)
    assert targets.shape == (*batch, 3)
    for index in np.ndindex(batch):
        sample = {name: array[index] for name, array in observations.items()}
        assert policy.act(sample).shape == (3,)
        assert targets[index] == pytest.approx(policy.act(sample), abs=1e-6)
        assert targets[index] == pytest.approx(by_hand(sample), abs=1e-4)


def test_act_leaves_the_readings_as_they_are(policy: Policy):
    observations = {name: array.astype(np.float32) for name, array in readings(3).items()}
    before = {name: array.copy() for name, array in observations.items()}
    policy.act(observations)
    assert all(np.array_equal(observations[name], before[name]) for name in before)


def test_infer_is_the_network_alone(policy: Policy):
    inputs = {"obs": np.full((2, 3), 7.0, np.float32), "camera": np.ones((2, 1, 2, 2), np.float32)}
    assert policy.infer(inputs).tolist() == [[7.0, 7.0, 11.0]] * 2


@pytest.mark.parametrize("name", ["gyro", "speed", "depth"])
def test_a_missing_observation_is_named(policy: Policy, name: str):
    observations = readings()
    del observations[name]
    with pytest.raises(ObservationError, match=rf"Missing observations: \['{name}'\]"):
        policy.act(observations)


def test_an_unknown_observation_is_named(policy: Policy):
    with pytest.raises(ObservationError, match=r"unknown: \['goal_color'\]"):
        policy.act(readings() | {"goal_color": np.zeros(3)})


@pytest.mark.parametrize(
    "name, shape",
    [
        ("gyro", (3,)),
        ("gyro", ()),
        ("speed", (2,)),
        ("depth", (2, 2)),
        ("depth", (2, 2, 1)),
        ("depth", (4,)),
    ],
)
def test_an_observation_of_the_wrong_shape_is_named(policy: Policy, name: str, shape: tuple[int, ...]):
    for batch in ((), (5,)):
        with pytest.raises(ObservationError, match=f"'{name}' has shape"):
            policy.act(readings(*batch) | {name: np.zeros((*batch, *shape))})


@pytest.mark.parametrize("name", ["gyro", "speed", "depth"])
def test_observations_of_different_batches_are_refused(policy: Policy, name: str):
    with pytest.raises(ObservationError, match="has shape"):
        policy.act(readings() | {name: readings(5)[name]})
    with pytest.raises(ObservationError, match="has shape"):
        policy.act(readings(5) | {name: readings(1)[name]})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["gyro", "speed", "depth"])
def test_an_observation_that_is_not_finite_is_named(policy: Policy, name: str, value: float):
    observations = readings(2)
    observations[name].flat[-1] = value
    with pytest.raises(ObservationError, match=f"'{name}' is not finite"):
        policy.act(observations)


@pytest.mark.parametrize("content", [b"", b"not a graph", None])
def test_what_is_no_onnx_file_is_refused(tmp_path: Path, content: bytes | None):
    path = tmp_path / "policy.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ContractError, match="policy.onnx"):
        Policy.load(path)


def test_an_onnx_file_without_a_contract_is_refused(tmp_path: Path):
    with pytest.raises(ContractError, match="no contract"):
        Policy.load(write_file(tmp_path / "policy.onnx", {"joint_names": "hip,knee,wheel"}))


@pytest.mark.parametrize("text", ["", "{", "NaN", "[" * 100000])
def test_an_entry_that_is_no_json_or_no_timing_is_refused(tmp_path: Path, text: str):
    metadata = metadata_of(describe()) | {"tsra.timing": text}
    with pytest.raises(ContractError, match="timing|control_period_s"):
        Policy.load(write_file(tmp_path / "policy.onnx", metadata))


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry != "format_version"])
def test_a_missing_entry_is_named(tmp_path: Path, entry: str):
    contract = describe()
    del contract[entry]
    with pytest.raises(ContractError, match=entry):
        Policy.load(write_file(tmp_path / "policy.onnx", metadata_of(contract)))


@pytest.mark.parametrize(
    "changes",
    [
        {"evaluation": float("nan")},
        {"evaluation": {1, 2}},
        {"run": {"name": "a", "iteration": 1, "git": object()}},
        {"run": 3},
        {"run": {"name": "a", "iteration": -1}},
        {"run": {"iteration": 1}},
        {"task": None},
    ],
)
def test_a_contract_that_cannot_be_written_or_tells_nothing_is_refused(changes: dict):
    with pytest.raises(ContractError):
        write_metadata(describe(**changes))


def test_what_is_no_contract_is_refused():
    for contract in (None, [], "contract", {}):
        with pytest.raises(ContractError):
            write_metadata(contract)
    with pytest.raises(ContractError, match="'timing' is no JSON"):
        read_metadata(write_metadata(describe()) | {"tsra.timing": 3})


def test_an_unknown_entry_is_named(tmp_path: Path):
    with pytest.raises(ContractError, match="surprise"):
        load(tmp_path, surprise=1)


@pytest.mark.parametrize("version", [0, 3, "4", True, None])
def test_another_format_version_is_refused(tmp_path: Path, version: object):
    with pytest.raises(ContractError, match=f"format version is {version}"):
        load(tmp_path, format_version=version)


def test_terms_that_share_a_name_are_refused(tmp_path: Path):
    terms = [describe_term("gyro", "imu", [1]), describe_term("gyro", "imu", [2])]
    with pytest.raises(ContractError, match="share the names.*gyro"):
        load(tmp_path, inputs=[{"name": "obs", "shape": [3], "terms": terms}, describe()["inputs"][1]])


def by_time(*lengths: int, groups: str) -> list[dict]:
    """Terms of histories by time, each of one element."""
    return [
        describe_term(f"term_{index}", group, [1], history_length=length, history_order="time")
        for index, (length, group) in enumerate(zip(lengths, groups, strict=True))
    ]


@pytest.mark.parametrize(
    "terms, problem",
    [
        ([describe_term("gyro", "imu", [2], scale=[1.0])], "scale of term 'gyro' is not one number for each element"),
        ([describe_term("gyro", "imu", [2], scale=1.0) | {"scale": 1.0}], "scale of term 'gyro'"),
        ([describe_term("gyro", "imu", [2], delay_periods=[2, 1])], "delay of term 'gyro' is malformed"),
        ([describe_term("gyro", "imu", [2], delay_periods=[0, 10**9])], "delay of term 'gyro' is malformed"),
        ([describe_term("action", "imu", [2], source="last_action", delay_periods=[0, 1])], "'action' is random"),
        ([describe_term("gyro", "imu", [2], history_order="frame")], "history order of term 'gyro' is unknown"),
        ([describe_term("gyro", "imu", [2], joints=["hip", 3])], "joints of term 'gyro' are malformed"),
        (by_time(2, 3, groups="aa"), "group 'a' of input 'obs' has a history by time, but not one for all"),
        (by_time(2, 2, 2, groups="aba"), "group 'a' of input 'obs' has a history by time"),
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: list[dict], problem: str):
    width = sum(term["shape"][0] * max(term["history_length"], 1) for term in terms)
    contract = describe()
    with pytest.raises(ContractError, match=problem):
        write_metadata(contract | {"inputs": [{"name": "obs", "shape": [width], "terms": terms}]})


@pytest.mark.parametrize(
    "joints, problem",
    [
        ({"names": ["left_wheel", "left_wheel"]}, "joints.names"),
        ({"stiffness": [1.0]}, "joints.stiffness is not one number"),
        ({"effort_limit": [1.0, float("inf")]}, "joints.effort_limit"),
        ({"actuator": ["DCMotor", 1]}, "joints.actuator"),
        ({"sdk_names": ["left_wheel"]}, "joints.sdk_names"),
        ({"sdk_names": ["left_wheel", "", "right_wheel", "right_wheel"]}, "joints.sdk_names"),
    ],
)
def test_joints_that_mean_nothing_are_refused(joints: dict, problem: str):
    contract = describe()
    with pytest.raises(ContractError, match=problem):
        write_metadata(contract | {"joints": contract["joints"] | joints})


def test_commands_and_targets_that_mean_nothing_are_refused():
    for ranges in ([1.0, 2.0], {"x": [2.0, 1.0]}, {"x": 1.0}):
        with pytest.raises(ContractError, match="ranges of command 'walk'"):
            write_metadata(describe(commands=[{"name": "walk", "ranges": ranges}]))
    twice = [action(["hip", "knee"], [1.0, 1.0], [0.0, 0.0]), action(["knee"], [1.0], [0.0])]
    with pytest.raises(ContractError, match=r"several actions have the targets \['knee'\]"):
        write_metadata(describe(actions=twice))


ON_THE_ROBOT = """
import sys
import numpy as np
from tsra_deploy import Policy
policy = Policy.load(sys.argv[1])
print(policy.act({"gyro": np.zeros(2), "speed": np.ones(1), "depth": np.zeros((1, 2, 2))}).tolist())
print([name for name in ("torch", "isaaclab", "tsra_lab", "rsl_rl", "tensordict", "onnx") if name in sys.modules])
"""


def test_the_robot_needs_neither_torch_nor_the_simulator(tmp_path: Path):
    path = write_file(tmp_path / "policy.onnx", metadata_of(describe()))
    done = subprocess.run([sys.executable, "-c", ON_THE_ROBOT, str(path)], capture_output=True, text=True, check=True)
    targets, loaded = done.stdout.strip().splitlines()
    assert json.loads(targets) == pytest.approx([0.5, -0.5, 5.0])
    assert loaded == "[]"


def test_raw_actions_are_bounded_as_the_wrapper_bounds_them(tmp_path: Path) -> None:
    observations = {"gyro": [0.4, 50.0], "speed": [8.0], "depth": np.full((1, 2, 2), 0.5)}
    targets = load(tmp_path, clip_actions=1.0).act(observations)
    assert targets == pytest.approx([0.8 * 2.0 + 0.5, 1.0 * 3.0 - 0.5, 1.0 * 10.0])


def test_an_open_bound_stays_open(tmp_path: Path) -> None:
    actions = [action(["hip", "knee", "wheel"], [1.0] * 3, [0.0] * 3, [[None, 0.5], [-1.0, None], [None, None]])]
    observations = {"gyro": [0.4, 50.0], "speed": [8.0], "depth": np.full((1, 2, 2), 0.5)}
    assert load(tmp_path, actions=actions).act(observations) == pytest.approx([0.5, 2.0, 16.0])


def test_a_graph_with_other_inputs_than_the_contract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="inputs"):
        load(tmp_path, inputs=describe()["inputs"][:1])
