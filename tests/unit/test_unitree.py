# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What Unitree's deployment reads, and that a student acts through it as through ours, on motors in the SDK's order."""

from __future__ import annotations

import copy
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
import yaml
from tensordict import TensorDict
from tiny_file import describe_action
from tiny_student import (
    EMBEDDING_DIM,
    HEAD,
    IMAGE,
    IMAGE_BETWEEN_VECTORS,
    MLP,
    VECTORS,
    describe_student,
    describe_term,
)
from unitree_deployment import Deployment, compile_reader

from tsra_deploy import Policy, Safety
from tsra_lab.export import export_student, unitree_yaml
from tsra_lab.models import EncodedPolicy

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

JOINTS, MOTORS = ["hip", "ankle", "knee"], ["", "knee", "hip", "ankle"]
"""Joints in the robot's order, and in that of its SDK, whose first motor moves none of them."""

DEFAULT = [0.2, 0.0, 0.1]
"""Default position of each joint."""

RANGES = {"lin_vel_x": [-0.5, 1.0], "lin_vel_y": [-0.25, 0.25], "ang_vel_z": [None, 0.5]}
"""Ranges of the commanded velocities."""


def describe_walker(by_time: bool = False) -> dict:
    """A student of a walking robot: two action terms that follow each other, and what Unitree's deployment observes."""
    history = {"history_length": 3, "history_order": "time"} if by_time else {}
    terms = [
        describe_term("base_ang_vel", "onboard", [3], 0.25, [-5.0, None], **history),
        describe_term("projected_gravity", "onboard", [3], **({"history_length": 2} | history)),
        describe_term("velocity_commands", "onboard", [3], [2.0, 2.0, 0.25], **history),
        describe_term("joint_pos_rel", "onboard", [2], joints=["knee", "hip"], **({"history_length": 4} | history)),
        describe_term("joint_vel_rel", "onboard", [3], 0.05, [-20.0, 20.0], joints=JOINTS, **history),
        describe_term("actions", "onboard", [3], source="last_action", **({"history_length": 2} | history)),
    ]
    width = sum(term["shape"][0] * max(term["history_length"], 1) for term in terms)
    return describe_student(VECTORS) | {
        "inputs": [{"name": "obs", "shape": [width], "terms": terms}],
        "actions": [
            describe_action(["hip", "ankle"], [0.25, 0.5], [0.2, 0.0], [[-0.3, None], [None, 0.4]]),
            describe_action(["knee"], [-0.5], [0.1]),
        ],
        "commands": [{"name": "base_velocity", "ranges": RANGES}, {"name": "height", "ranges": None}],
        "joints": {
            "names": JOINTS,
            "stiffness": [20.0, 21.0, 22.0],
            "damping": [1.0, 1.5, 1.0e-7],
            "default_position": DEFAULT,
            "effort_limit": [None] * 3,
            "velocity_limit": [None] * 3,
            "actuator": ["ImplicitActuator"] * 3,
            "sdk_names": MOTORS,
        },
    }


def changed(change: Callable[[dict], object]) -> dict:
    """The walker's contract with a change."""
    contract = copy.deepcopy(describe_walker())
    change(contract)
    return contract


def term(contract: dict, name: str) -> dict:
    """An observation term."""
    (found,) = (item for item in contract["inputs"][0]["terms"] if item["name"] == name)
    return found


def test_the_form_that_unitrees_deployment_reads() -> None:
    """Names are those of its registries; gains are in the motors' order; every bound is a number."""
    assert yaml.safe_load(unitree_yaml(describe_walker())) == {
        "joint_ids_map": [2, 3, 1],
        "step_dt": 0.02,
        "stiffness": [0.0, 22.0, 20.0, 21.0],
        "damping": [0.0, 1.0e-7, 1.0, 1.5],
        "default_joint_pos": DEFAULT,
        "commands": {
            "base_velocity": {
                "ranges": {"lin_vel_x": [-0.5, 1.0], "lin_vel_y": [-0.25, 0.25], "ang_vel_z": [-np.inf, 0.5]}
            },
            "height": {},
        },
        "actions": {
            "JointPositionAction": {
                "clip": [[-0.3, np.inf], [-np.inf, 0.4], [-np.inf, np.inf]],
                "joint_names": JOINTS,
                "scale": [0.25, 0.5, -0.5],
                "offset": [0.2, 0.0, 0.1],
                "joint_ids": None,
            }
        },
        "observations": {
            "base_ang_vel": {"params": {}, "clip": [-5.0, np.inf], "scale": [0.25] * 3, "history_length": 1},
            "projected_gravity": {"params": {}, "clip": None, "scale": [1.0] * 3, "history_length": 2},
            "velocity_commands": {"params": {}, "clip": None, "scale": [2.0, 2.0, 0.25], "history_length": 1},
            "joint_pos_rel": {
                "params": {"asset_cfg": {"joint_ids": [2, 0]}},
                "clip": None,
                "scale": [1.0] * 2,
                "history_length": 4,
            },
            "joint_vel_rel": {"params": {}, "clip": [-20.0, 20.0], "scale": [0.05] * 3, "history_length": 1},
            "last_action": {"params": {}, "clip": None, "scale": [1.0] * 3, "history_length": 2},
        },
    }


def test_a_history_by_time_is_told_after_the_terms() -> None:
    """The reader takes the first entry for a term."""
    observations = yaml.safe_load(unitree_yaml(describe_walker(by_time=True)))["observations"]
    assert list(observations)[-1] == "use_gym_history" and observations["use_gym_history"] is True


def test_joints_are_in_the_order_of_the_targets() -> None:
    def reverse(contract: dict) -> None:
        contract["actions"].reverse()
        term(contract, "joint_vel_rel").update(joints=["knee", "hip", "ankle"])

    deploy, usual = (yaml.safe_load(unitree_yaml(item)) for item in (changed(reverse), describe_walker()))
    assert deploy["joint_ids_map"] == [1, 2, 3] and deploy["default_joint_pos"] == [0.1, 0.2, 0.0]
    assert all(deploy[key] == usual[key] for key in ("stiffness", "damping"))  # of motors
    assert deploy["actions"]["JointPositionAction"]["scale"] == [-0.5, 0.25, 0.5]
    observed = deploy["observations"]
    assert observed["joint_vel_rel"]["params"] == {}
    assert observed["joint_pos_rel"]["params"] == {"asset_cfg": {"joint_ids": [0, 1]}}


def test_joints_that_are_not_named_are_in_the_robot_s_order() -> None:
    def reverse(contract: dict) -> None:
        contract["actions"].reverse()
        term(contract, "joint_vel_rel").update(joints=["knee", "hip", "ankle"])
        term(contract, "joint_pos_rel").update(joints=None, shape=[3], scale=[1.0] * 3)

    observed = yaml.safe_load(unitree_yaml(changed(reverse)))["observations"]
    assert observed["joint_pos_rel"]["params"] == {"asset_cfg": {"joint_ids": [1, 2, 0]}}


def test_no_bounds_are_no_clip() -> None:
    contract = changed(lambda contract: contract["actions"][0].update(clip=None))
    assert yaml.safe_load(unitree_yaml(contract))["actions"]["JointPositionAction"]["clip"] is None


def test_what_the_robot_must_register_is_told() -> None:
    contract = changed(lambda contract: term(contract, "base_ang_vel").update(name="heading"))
    assert unitree_yaml(contract).startswith("# Observations to register on the robot: heading\n")
    assert not unitree_yaml(describe_walker()).startswith("#")


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda c: c.update(inputs=describe_student(IMAGE_BETWEEN_VECTORS)["inputs"]), "images"),
        (lambda c: c.update(inputs=describe_student(IMAGE)["inputs"]), "images"),
        (lambda c: c.update(memory=[{"input": "h_in", "output": "h_out", "shape": [1, 4]}]), "memory"),
        (lambda c: c["actions"][1].update(kind="joint velocity"), r"actions 'knee' \(joint velocity\)"),
        (lambda c: c.update(clip_actions=1.0), "clip_actions"),
        (lambda c: c["actions"].pop(), "targets are not all joints, each once"),
        (lambda c: c["actions"][0].update(targets=["hip", "hip"]), "targets are not all joints, each once"),
        (lambda c: c["actions"].reverse(), "cannot tell 'joint_vel_rel' of the joints hip, ankle, knee"),
        (lambda c: c["joints"].update(sdk_names=None), "joint_sdk_names"),
        (lambda c: c["joints"].update(damping=[1.0, None, 1.0]), "joints ankle have no damping"),
        (lambda c: term(c, "actions").update(delay_periods=[1, 1]), "'actions' is not the last action as it feeds it"),
        (lambda c: term(c, "base_ang_vel").update(name="last_action"), "several observations"),
        (lambda c: term(c, "actions").update(name="last_action", source="sensor"), "'last_action' is not the last"),
        (lambda c: term(c, "base_ang_vel").update(shape=[2], scale=[1.0] * 2), "'base_ang_vel' has 3 numbers, not 2"),
        (lambda c: term(c, "joint_vel_rel").update(joints=JOINTS[::-1]), "'joint_vel_rel' of the joints knee, ankle"),
        (lambda c: term(c, "joint_pos_rel").update(joints=["lid", "hip"]), "'joint_pos_rel' of the joints lid"),
        (lambda c: term(c, "joint_pos_rel").update(joints=None), "'joint_pos_rel' of the joints hip"),
        (lambda c: term(c, "base_ang_vel").update(name="gait_phase"), "period of 'gait_phase'"),
        (lambda c: c["commands"].pop(0), "ranges lin_vel_x, lin_vel_y, ang_vel_z of a command 'base_velocity'"),
        (lambda c: c["commands"][0].update(ranges={"lin_vel_x": [0.0, 1.0]}), "ranges lin_vel_y, ang_vel_z of"),
        (lambda c: term(c, "joint_pos_rel").update(history_order="time"), "history of group 'onboard' is by time"),
    ],
)
def test_unitrees_deployment_is_refused_what_it_cannot_run(change: Callable[[dict], object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        unitree_yaml(changed(change))


def build_walker(contract: dict, seed: int = 3) -> tuple[EncodedPolicy, dict[str, np.ndarray]]:
    """A student for a walker's contract, and what it was recorded to do."""
    torch.manual_seed(seed)
    obs = TensorDict({"onboard": torch.randn(8, contract["inputs"][0]["shape"][0])}, batch_size=[8])
    sets = {"student": ["onboard"]}
    policy = EncodedPolicy(obs, sets, "student", len(JOINTS), MLP, HEAD, EMBEDDING_DIM)
    with torch.no_grad():
        return policy, {"obs": obs["onboard"].numpy(), "actions": policy(obs).numpy()}


def export_walker(contract: dict, directory: Path) -> Path:
    """Export a student for a walker's contract."""
    policy, recorded = build_walker(contract)
    return export_student(policy, ["onboard"], contract, recorded, directory)


@pytest.fixture(scope="module")
def walkers(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """Exported students, by whether their histories are by time."""
    return {
        by_time: export_walker(describe_walker(by_time), tmp_path_factory.mktemp("walker")) for by_time in (False, True)
    }


def test_an_earlier_deploy_yaml_does_not_outlive_its_student(walkers: dict[bool, Path], tmp_path: Path) -> None:
    shutil.copytree(walkers[False].parent, tmp_path, dirs_exist_ok=True)
    assert (tmp_path / "deploy.yaml").is_file()
    export_walker(describe_walker() | {"clip_actions": 1.0}, tmp_path)
    assert not (tmp_path / "deploy.yaml").exists()


# acting through it


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that reads with yaml-cpp by the deployment's rules."""
    return compile_reader(tmp_path_factory.mktemp("reader"))


@pytest.mark.parametrize("by_time", [False, True])
def test_a_student_acts_through_their_deployment_as_through_ours(
    reader: Path, walkers: dict[bool, Path], by_time: bool
) -> None:
    contract, student = describe_walker(by_time), walkers[by_time]
    ours = Policy.load(student, Safety(out_of_range="ignore"))
    with Deployment(reader, student.with_name("policy_batch1.onnx"), student.with_name("deploy.yaml")) as theirs:
        moved = follow(ours, theirs, contract)
    assert np.std(moved, axis=0).min() > 1e-3


def follow(ours: Policy, theirs: Deployment, contract: dict) -> list[np.ndarray]:
    """Act both ways on what a robot measures; returns the targets."""
    motor_of_joint = [MOTORS.index(joint) for joint in JOINTS]
    gains = contract["joints"]["stiffness"], contract["joints"]["damping"]
    commanded = np.split(theirs.ask("gains"), 2)
    for gain, by_motor in zip(gains, commanded, strict=True):
        assert np.array_equal(by_motor[motor_of_joint], np.array(gain, np.float32)) and by_motor[0] == 0.0
    low = [-np.inf if low is None else low for low, _ in RANGES.values()]
    high = [high for _, high in RANGES.values()]
    rng = np.random.default_rng(0)
    moved = []
    for episode in range(3):
        ours.reset()
        for step in range(6):
            turn, gravity, stick = rng.normal(0.0, 4.0, (3, 3)).astype(np.float32)
            position, velocity = rng.normal(0.0, 15.0, (2, len(MOTORS))).astype(np.float32)
            measured = np.concatenate([turn, gravity, stick, position, velocity])
            if step == 0:
                theirs.ask("reset", measured, answered=False)
            relative = dict(zip(JOINTS, position[motor_of_joint] - np.array(DEFAULT, np.float32), strict=True))
            targets = ours.act(
                {
                    "base_ang_vel": turn,
                    "projected_gravity": gravity,
                    "velocity_commands": np.clip(stick, low, high),
                    "joint_pos_rel": [relative["knee"], relative["hip"]],
                    "joint_vel_rel": velocity[motor_of_joint],
                }
            )
            motors = theirs.act(measured)
            assert np.isnan(motors[0]), "the motor without a joint"
            assert motors[motor_of_joint] == pytest.approx(targets, abs=1e-5), (episode, step)
            moved.append(targets)
    return moved


def test_a_tensor_of_the_declared_shape_needs_the_file_with_a_batch_of_one(walkers: dict[bool, Path]) -> None:
    shapes = {
        name: onnxruntime.InferenceSession(walkers[False].with_name(name)).get_inputs()[0].shape
        for name in ("policy.onnx", "policy_batch1.onnx")
    }
    width = describe_walker()["inputs"][0]["shape"][0]
    assert shapes["policy_batch1.onnx"] == [1, width]
    assert isinstance(shapes["policy.onnx"][0], str)  # -1 in C++


def test_a_name_that_is_not_registered_stops_the_deployment(reader: Path, tmp_path: Path) -> None:
    """So the names matter: that of a term in the task would not do."""
    deploy = yaml.safe_load(unitree_yaml(describe_walker()))
    for key, name in (("actions", "legs"), ("observations", "heading")):
        broken = deploy | {key: {name: next(iter(deploy[key].values()))}}
        (tmp_path / "deploy.yaml").write_text(yaml.safe_dump(broken))
        done = subprocess.run([reader, tmp_path / "deploy.yaml"], input="", capture_output=True, text=True, timeout=20)
        assert done.returncode == 1 and f"'{name}' is not registered" in done.stderr
