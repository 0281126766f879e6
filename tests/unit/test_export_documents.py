# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What lies beside the exported student, who else can read the file, and checking it again."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
from rsl_rl.runners import OnPolicyRunner
from test_export import record
from tiny_file import describe_action
from tiny_student import VECTORS, build_student, describe_student, describe_term

from tsra_deploy import ContractError
from tsra_lab.export import contract_page, export_student, verify_student
from tsra_lab.runs import OpenRun

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def describe_legs() -> dict:
    """A student of two joint positions out of three, in another order than the robot's."""
    contract = describe_student(VECTORS)
    contract["actions"] = [describe_action(["knee", "hip"], [0.25, 0.5], [0.1, 0.2], [[-1.0, 1.0], [None, 2.0]])]
    contract["joints"] = {
        "names": ["hip", "ankle", "knee"],
        "stiffness": [20.0, 21.0, 22.0],
        "damping": [1.0, 1.5, 2.0],
        "default_position": [0.2, 0.0, 0.1],
        "effort_limit": [40.0, None, 45.0],
        "velocity_limit": [20.0, 21.0, None],
        "actuator": ["DCMotor", None, "DCMotor"],
        "sdk_names": ["", "knee", "hip", "ankle"],
    }
    terms = contract["inputs"][0]["terms"]
    terms[0] = describe_term("gyro", "proprio", [1], 0.25, [-5.0, 5.0], history_length=2)
    return contract


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    policy, directory = build_student(VECTORS), tmp_path_factory.mktemp("exported")
    return export_student(policy, VECTORS, describe_legs(), record(policy, VECTORS), directory)


def test_the_page_tells_every_term_target_and_joint() -> None:
    contract = describe_legs() | {"memory": [{"input": "h_in", "output": "h_out", "shape": [1, 4]}]}
    terms = contract["inputs"][0]["terms"]
    terms[1]["delay_periods"], terms[2]["scale"] = [1, 3], [0.5, 0.25]
    contract["run"]["git"] = [{"repository": "robot", "commit": "abc", "changed": True}]
    page = contract_page(contract)
    for told in (
        "| gyro | 1 | m | body | -5 to 5 | 0.25 | - | 2 by term | yes | -100 to 100 |",
        "| heading | 1 | m | body | - | 1 | 1 to 3 | - | yes |",
        "| goal | 2 | m | body | - | 0.5, 0.25 | - | - | yes |",
        "| knee | joint position | 0.25 | 0.1 | -1 to 1 |",
        "| hip | joint position | 0.5 | 0.2 | open to 2 |",
        "| ankle | - | 21 | 1.5 | 0 | - | 21 |",
        "| knee | DCMotor | 22 | 2 | 0.1 | 45 | - |",
        "SDK: (none), knee, hip, ankle.",
        "goal (distance 0.5 to 2)",
        "`h_in` from `h_out`, shape (1, batch, 4)",
        "success 0.750 (95 %: 0.630 to 0.840), 64 episodes",
        "0.02 s (4 physics steps of 0.005 s in training)",
        "robot at abc, changed",
    ):
        assert told in page, told


def read_as_others_do(path: Path) -> dict:
    """Parse the standard keys by the rules that whole_body_tracking's and mjlab's consumers follow.

    All values are text; lists are separated by commas, bounds within one by a semicolon; names stay text and the rest
    are numbers.
    """
    metadata = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map
    names = ("joint_names", "command_names", "observation_names")
    numbers = ("joint_stiffness", "joint_damping", "default_joint_pos", "action_scale", "observation_terms_scale")
    parsed: dict = {name: metadata[name].split(",") for name in names}
    parsed |= {name: np.array([np.float32(text) for text in metadata[name].split(",")]) for name in numbers}
    parsed["clip"] = [
        tuple(float(text) for text in pair.split(";")) for pair in metadata["observation_terms_clip"].split(",")
    ]
    parsed["history"] = [int(text) for text in metadata["observation_terms_history_length"].split(",")]
    parsed["flatten"] = [text == "True" for text in metadata["observation_terms_flatten_history_dim"].split(",")]
    return parsed


def test_the_file_is_read_by_others_rules(exported: Path) -> None:
    parsed, contract = read_as_others_do(exported), describe_legs()
    joints, terms = contract["joints"], contract["inputs"][0]["terms"]
    assert parsed["joint_names"] == joints["names"]
    for key, name in (
        ("joint_stiffness", "stiffness"),
        ("joint_damping", "damping"),
        ("default_joint_pos", "default_position"),
    ):
        assert np.array_equal(parsed[key], np.array(joints[name], np.float32))
    assert parsed["observation_names"] == [term["name"] for term in terms]
    assert np.array_equal(parsed["observation_terms_scale"], np.array([term["scale"][0] for term in terms], np.float32))
    assert parsed["clip"] == [(-5.0, 5.0), (-np.inf, np.inf), (-np.inf, np.inf)]
    assert parsed["history"] == [2, 0, 0]
    assert all(parsed["flatten"])
    assert parsed["action_scale"] == pytest.approx([0.25, 0.5])


def test_a_sound_file_is_found_sound(exported: Path) -> None:
    result = verify_student(exported)
    assert result["parity"] <= 1e-5
    assert (result["steps"], result["opset"]) == (16, 18)


def copy_of(exported: Path, directory: Path) -> Path:
    shutil.copytree(exported.parent, directory, dirs_exist_ok=True)
    return directory / exported.name


def tamper(path: Path, key: str, value: str) -> None:
    """Change one metadata key."""
    model = onnx.load(path)
    (entry,) = (item for item in model.metadata_props if item.key == key)
    entry.value = value
    onnx.save(model, path)


def test_what_was_changed_since_is_found(exported: Path, tmp_path: Path) -> None:
    path = copy_of(exported, tmp_path / "scale")
    tamper(path, "action_scale", "0.25,0.6")
    with pytest.raises(ValueError, match="action_scale"):
        verify_student(path)
    path = copy_of(exported, tmp_path / "version")
    tamper(path, "tsra.format_version", "2")
    with pytest.raises(ContractError, match="format version"):
        verify_student(path)
    path = copy_of(exported, tmp_path / "weights")
    model = onnx.load(path)
    weight = next(item for item in model.graph.initializer if len(item.dims) == 2)
    weight.CopyFrom(onnx.numpy_helper.from_array(1.5 * onnx.numpy_helper.to_array(weight), weight.name))
    onnx.save(model, path)
    with pytest.raises(ValueError, match="differ by"):
        verify_student(path)
    path = copy_of(exported, tmp_path / "single")
    tamper(path.with_name("policy_batch1.onnx"), "run_path", "another")
    with pytest.raises(ValueError, match="policy_batch1.onnx' is of another export"):
        verify_student(path)
    path = copy_of(exported, tmp_path / "parity")
    path.with_name("parity.npz").unlink()
    with pytest.raises(FileNotFoundError, match="parity.npz"):
        verify_student(path)


def test_a_range_that_the_recording_leaves_is_found(tmp_path: Path) -> None:
    policy, contract = build_student(VECTORS), describe_legs()
    contract["inputs"][0]["terms"][1]["valid_range"] = {"low": [-0.001], "high": [0.001]}
    path = export_student(policy, VECTORS, contract, record(policy, VECTORS), tmp_path)
    with pytest.raises(ValueError, match="leaves the valid range of 'heading'"):
        verify_student(path)


def test_what_isaac_labs_own_playback_writes_does_not_pass_for_ours(exported: Path, tmp_path: Path) -> None:
    """``isaaclab play`` writes a file without contract to the run's folder ``exported`` whenever it plays."""
    policy = build_student(VECTORS)
    runner = SimpleNamespace(policies=lambda: {"student": policy}, current_learning_iteration=3)
    run = OpenRun("TSRA-Tiny", tmp_path / "model_3.pt", {}, None, None, runner)
    copy_of(exported, run.exported.parent)
    stock = SimpleNamespace(alg=SimpleNamespace(get_policy=lambda: policy))
    OnPolicyRunner.export_policy_to_onnx(stock, path=str(tmp_path / "exported"))
    run.check_exported(None)
    assert run.policies().keys() == {"student", "onnx"}

    shutil.copy(tmp_path / "exported" / "policy.onnx", run.exported)
    run.check_exported(["student"])
    assert run.policies(["student"]).keys() == {"student"}
    for names in (None, ["onnx"]):
        with pytest.raises(ContractError, match=r"carries no contract .* Export the student again"):
            run.check_exported(names)

    run.exported.unlink()
    run.check_exported(None)
    with pytest.raises(FileNotFoundError, match="export the student first"):
        run.check_exported(["onnx"])
