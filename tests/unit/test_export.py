# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The exported file is one file, computes what the student does, and is not written where it does not."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from rsl_rl.models import CNNModel
from tensordict import TensorDict
from tiny_student import (
    CNN,
    EMBEDDING_DIM,
    HEAD,
    IMAGE,
    IMAGE_BETWEEN_VECTORS,
    NUM_ACTIONS,
    TERMS,
    VECTORS,
    build_student,
    describe_student,
    observations,
)

from tsra_deploy import Policy, read_metadata
from tsra_lab.export import OnnxPolicy, assemble_inputs, check_parity, export_student, standard_metadata
from tsra_lab.models import EncodedPolicy

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

KINDS = {"vectors": VECTORS, "image": IMAGE, "both": IMAGE_BETWEEN_VECTORS}


def record(policy: torch.nn.Module, groups: list[str], count: int = 16) -> dict[str, np.ndarray]:
    """Inputs and outputs of a student, as they are recorded in the simulator."""
    torch.manual_seed(11)
    obs = observations(count)
    with torch.no_grad():
        tensors = assemble_inputs(obs, groups) | {"actions": policy(obs)}
    return {name: tensor.numpy() for name, tensor in tensors.items()}


def export(groups: list[str], directory: Path, **changes: np.ndarray) -> Path:
    """Export a student of these groups, with changes to what was recorded."""
    policy = build_student(groups)
    return export_student(policy, groups, describe_student(groups), record(policy, groups) | changes, directory)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An exported file for each of :data:`KINDS`."""
    return {name: export(groups, tmp_path_factory.mktemp(name)) for name, groups in KINDS.items()}


@pytest.fixture(params=KINDS)
def exported(request: pytest.FixtureRequest, files: dict[str, Path]) -> tuple[list[str], Path]:
    """Groups and file of one of them."""
    return KINDS[request.param], files[request.param]


def run(session: onnxruntime.InferenceSession, obs: TensorDict, groups: list[str]) -> torch.Tensor:
    inputs = {name: tensor.numpy() for name, tensor in assemble_inputs(obs, groups).items()}
    return torch.from_numpy(session.run(["actions"], inputs)[0])


def test_inputs_are_the_vectors_joined_in_order_and_the_images():
    obs = observations()
    inputs = assemble_inputs(obs, ["command", "camera", "proprio"])
    assert list(inputs) == ["obs", "camera"]
    assert torch.equal(inputs["obs"], torch.cat([obs["command"], obs["proprio"]], dim=-1))
    assert list(assemble_inputs(obs, IMAGE)) == ["camera"]


def test_exactly_these_files_are_written(exported: tuple[list[str], Path]):
    groups, path = exported
    assert path.name == "policy.onnx"
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "contract.md",
        "parity.npz",
        "policy.onnx",
        "policy_batch1.onnx",
    ]
    with np.load(path.with_name("parity.npz")) as parity:
        expected = record(build_student(groups), groups)
        assert parity.files == list(expected)
        assert all(np.array_equal(parity[name], expected[name]) for name in expected)


def test_beside_it_is_one_for_runtimes_that_make_tensors_of_the_declared_shape(exported: tuple[list[str], Path]):
    groups, path = exported
    single = path.with_name("policy_batch1.onnx")
    sessions = [onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"]) for file in (path, single)]
    assert sessions[0].get_modelmeta().custom_metadata_map == sessions[1].get_modelmeta().custom_metadata_map
    obs = observations(1)
    inputs = assemble_inputs(obs, groups)
    given = {item.name: inputs[item.name].numpy().ravel() for item in sessions[1].get_inputs()}
    feed = {item.name: given[item.name].reshape(item.shape) for item in sessions[1].get_inputs()}
    (output,) = sessions[1].get_outputs()
    (actions,) = sessions[1].run([output.name], feed)
    assert output.shape == [1, NUM_ACTIONS]
    assert torch.allclose(torch.from_numpy(actions), build_student(groups)(obs), atol=1e-5)
    recorded = record(build_student(groups), groups)
    assert check_parity(single, recorded) <= 1e-5
    recorded["actions"][-1] += 0.01  # each sample counts
    with pytest.raises(ValueError, match="differ by"):
        check_parity(single, recorded)


def test_the_one_file_is_enough_and_computes_what_the_student_does(exported: tuple[list[str], Path], tmp_path: Path):
    groups, path = exported
    shutil.copy(path, tmp_path / "alone.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "alone.onnx", providers=["CPUExecutionProvider"])
    policy = build_student(groups)
    for count in (1, 64):
        obs = observations(count)
        with torch.no_grad():
            assert torch.allclose(run(session, obs, groups), policy(obs), atol=1e-5)


def test_the_graph_takes_exactly_the_contracts_inputs(exported: tuple[list[str], Path]):
    groups, path = exported
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    shapes = {"obs": [5], "camera": [1, 8, 8]}
    expected = [item["name"] for item in describe_student(groups)["inputs"]]
    assert [item.name for item in session.get_inputs()] == expected
    assert [item.shape[1:] for item in session.get_inputs()] == [shapes[name] for name in expected]
    assert all(isinstance(item.shape[0], str) for item in session.get_inputs())  # a free batch dimension
    assert [item.name for item in session.get_outputs()] == ["actions"]


def test_observation_statistics_are_baked_in(files: dict[str, Path]):
    """The same student with the statistics of a new one acts differently, and the file acts as the first."""
    fresh, obs = build_student(VECTORS), observations(8)
    fresh.encoder.obs_normalizer = type(fresh.encoder.obs_normalizer)(5)
    session = onnxruntime.InferenceSession(files["vectors"], providers=["CPUExecutionProvider"])
    with torch.no_grad():
        assert (fresh(obs) - build_student(VECTORS)(obs)).abs().max() > 1e-2
        assert (run(session, obs, VECTORS) - fresh(obs)).abs().max() > 1e-2


def test_the_file_carries_the_contract_and_the_standard_keys(exported: tuple[list[str], Path]):
    groups, path = exported
    metadata = {item.key: item.value for item in onnx.load(path).metadata_props}
    assert read_metadata(metadata) == describe_student(groups)
    assert {key: metadata[key] for key in metadata if not key.startswith("tsra.")} == standard_metadata(
        describe_student(groups)
    )


def test_the_file_is_a_policy_in_the_simulator(exported: tuple[list[str], Path]):
    groups, path = exported
    policy, obs = OnnxPolicy(path), observations()
    assert sorted(policy.groups) == sorted(groups)
    with torch.no_grad():
        assert torch.allclose(policy(obs), build_student(groups)(obs), atol=1e-5)


def test_the_robots_runtime_acts_on_raw_terms_as_the_simulator_does(exported: tuple[list[str], Path]):
    """Clip and scale as Isaac Lab's observation manager, scale and offset as its joint actions."""
    groups, path = exported
    raw, prepared = {}, observations(4)
    for group in groups:
        parts = []
        for name, shape, scale, clip in TERMS[group]:
            raw[name] = 4.0 * torch.randn(4, *shape)
            parts.append((raw[name].clip(*clip) if clip else raw[name]) * scale)
        prepared[group] = torch.cat(parts, dim=1)
    with torch.no_grad():
        expected = build_student(groups)(prepared).numpy() * [10.0 / 3.0, 7.1] + [0.1, -0.2]
    targets = Policy.load(path).act({name: term.numpy() for name, term in raw.items()})
    assert targets == pytest.approx(expected, abs=1e-4)


def test_no_file_tells_of_the_machine_that_wrote_it(exported: tuple[list[str], Path]):
    _, path = exported
    torch_folder = str(Path(torch.__file__).parents[1]).encode()
    for file in path.parent.glob("*.onnx"):
        content = file.read_bytes()
        assert torch_folder not in content and str(Path(__file__).parents[2]).encode() not in content
        assert b"stack_trace" not in content and b".py" not in content


def test_a_student_is_exported_right_after_a_training_step_and_stays_as_it_is(tmp_path: Path):
    """The action distribution then still holds tensors of the autograd graph."""
    policy = build_student(VECTORS).train()
    policy(observations(), stochastic_output=True)
    policy.get_output_log_prob(torch.zeros(6, NUM_ACTIONS)).sum().backward()
    before = copy.deepcopy(policy.state_dict())
    assert export_student(policy, VECTORS, describe_student(VECTORS), record(policy, VECTORS), tmp_path).is_file()
    assert all(torch.equal(value, before[name]) for name, value in policy.state_dict().items())
    assert policy.training


@pytest.mark.parametrize("groups", [["proprio", "privileged"], ["privileged"]])
def test_a_policy_that_sees_what_is_not_onboard_is_refused(tmp_path: Path, groups: list[str]):
    policy = build_student(groups)
    with pytest.raises(ValueError, match=r"\['privileged'\].*Onboard are.*proprio"):
        export_student(policy, VECTORS, describe_student(VECTORS), record(policy, groups), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_image_that_is_not_onboard_is_refused_in_rsl_rls_own_model(tmp_path: Path):
    settings = {name: value for name, value in CNN.items() if name != "class_name"}
    policy = CNNModel(observations(2), {"actor": ["proprio", "camera"]}, "actor", NUM_ACTIONS, **settings)
    with pytest.raises(ValueError, match=r"sees \['camera'\]"):
        export_student(policy, VECTORS, describe_student(VECTORS), record(policy, VECTORS), tmp_path)


def test_a_contract_of_other_inputs_is_refused(tmp_path: Path):
    policy = build_student(VECTORS)
    with pytest.raises(ValueError, match="obs.*camera"):
        export_student(policy, VECTORS, describe_student(IMAGE), record(policy, VECTORS), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_recurrent_student_is_refused(tmp_path: Path):
    lstm = {"class_name": "RNNModel", "hidden_dims": [8], "rnn_hidden_dim": 8}
    sets = {"student": VECTORS}
    policy = EncodedPolicy(observations(2), sets, "student", NUM_ACTIONS, lstm, HEAD, EMBEDDING_DIM)
    with pytest.raises(ValueError, match="inputs are.*h_in"):
        export_student(policy, VECTORS, describe_student(VECTORS), record(policy, VECTORS), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_computes_something_else_is_not_written(files: dict[str, Path], tmp_path: Path):
    shutil.copytree(files["vectors"].parent, tmp_path, dirs_exist_ok=True)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(ValueError, match="differ by"):
        export(VECTORS, tmp_path, actions=np.zeros((16, NUM_ACTIONS), np.float32))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_parity_tells_the_largest_difference(files: dict[str, Path]):
    recorded = record(build_student(VECTORS), VECTORS)
    assert check_parity(files["vectors"], recorded) <= 1e-6
    recorded["actions"][3, 1] += 5.0e-6
    assert check_parity(files["vectors"], recorded) == pytest.approx(5.0e-6, abs=1e-6)


@pytest.mark.parametrize("error", [1.0e-4, -1.0e-4, np.nan])
def test_one_wrong_output_is_enough_to_refuse(files: dict[str, Path], error: float):
    recorded = record(build_student(VECTORS), VECTORS)
    recorded["actions"][3, 1] += error
    with pytest.raises(ValueError, match="differ by"):
        check_parity(files["vectors"], recorded)


@pytest.mark.parametrize("recorded_groups", [IMAGE, IMAGE_BETWEEN_VECTORS])
def test_parity_refuses_other_inputs(files: dict[str, Path], recorded_groups: list[str]):
    with pytest.raises(ValueError, match="inputs are.*obs.*sees.*camera"):
        check_parity(files["vectors"], record(build_student(recorded_groups), recorded_groups))


def test_standard_metadata_has_the_keys_that_robots_read():
    metadata = standard_metadata(describe_student(IMAGE_BETWEEN_VECTORS))
    assert metadata.keys() == {
        "run_path",
        "joint_names",
        "joint_stiffness",
        "joint_damping",
        "default_joint_pos",
        "command_names",
        "observation_names",
        "action_scale",
        "observation_terms_scale",
        "observation_terms_clip",
        "observation_terms_history_length",
        "observation_terms_flatten_history_dim",
    }
    assert all(isinstance(value, str) for value in metadata.values())
    assert metadata["run_path"] == "2026-01-01_00-00-00"
    assert metadata["joint_names"] == "left_wheel,right_wheel"
    assert metadata["command_names"] == "goal"
    assert metadata["observation_names"] == "wheel_speed,heading,goal,depth"
    assert metadata["observation_terms_history_length"] == "0,0,0,0"
    assert metadata["observation_terms_flatten_history_dim"] == "True,True,True,True"


def test_standard_metadata_writes_clips_as_pairs():
    clips = standard_metadata(describe_student(IMAGE_BETWEEN_VECTORS))["observation_terms_clip"]
    assert clips == "-5;5,-inf;inf,-inf;inf,0;4"


def test_standard_metadata_keeps_the_precision_of_a_32_bit_float():
    numbers = [1.0 / 3.0, 1.0e-7, -3.14159265358979, 16777217.0, 0.1]
    contract = describe_student(VECTORS)
    joints = [f"joint_{index}" for index in range(len(numbers))]
    contract["joints"] = {"names": joints, "stiffness": numbers, "damping": numbers, "default_position": numbers}
    contract["actions"][0] |= {"targets": joints, "scale": numbers, "offset": numbers}
    contract["inputs"][0]["terms"][0] |= {"scale": [numbers[0]] * 2, "clip": [numbers[2], numbers[0]]}
    metadata = standard_metadata(contract)
    for key in ("joint_stiffness", "joint_damping", "default_joint_pos", "action_scale"):
        assert [np.float32(text) for text in metadata[key].split(",")] == [np.float32(number) for number in numbers]
    assert np.float32(metadata["observation_terms_scale"].split(",")[0]) == np.float32(numbers[0])
    low, high = metadata["observation_terms_clip"].split(",")[0].split(";")
    assert (np.float32(low), np.float32(high)) == (np.float32(numbers[2]), np.float32(numbers[0]))
