# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract tells what the managers do, and what it cannot tell is refused. The managers are stand-ins."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tiny_student import EVALUATION

from isaaclab.envs import mdp
from isaaclab.envs.mdp.actions.actions_cfg import (
    BinaryJointPositionActionCfg,
    JointEffortActionCfg,
    JointPositionActionCfg,
    JointVelocityActionCfg,
    RelativeJointPositionActionCfg,
)
from isaaclab.utils import modifiers

from tsra_deploy import FORMAT_VERSION
from tsra_lab.export.isaac_lab import deployment_contract

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

JOINTS = ["left_hip", "left_knee", "right_hip", "right_knee"]
GROUPS = ["proprio", "camera", "command"]


def numbers(*values: float) -> SimpleNamespace:
    """One environment's values as the robot's data give them."""
    return SimpleNamespace(torch=torch.tensor([values]))


def find_joints(names: list[str], preserve_order: bool) -> tuple[list[int], list[str]]:
    """Indices and names of joints, in the robot's own order unless that of the names is to be preserved."""
    found = list(names) if preserve_order else sorted(names, key=JOINTS.index)
    return [JOINTS.index(name) for name in found], found


ROBOT = SimpleNamespace(
    joint_names=JOINTS,
    find_joints=find_joints,
    data=SimpleNamespace(
        default_joint_pos=numbers(0.125, -0.5, 0.25, -0.75),
        default_joint_vel=numbers(1.0, 2.0, 3.0, 4.0),
        joint_stiffness=numbers(20.0, 21.0, 22.0, 23.0),
        joint_damping=numbers(0.5, 0.625, 0.75, 0.875),
    ),
)


def term(**settings: object) -> SimpleNamespace:
    """Configuration of an observation term."""
    defaults = {
        "func": None,
        "params": {},
        "noise": None,
        "scale": None,
        "clip": None,
        "modifiers": None,
        "history_length": 0,
        "flatten_history_dim": True,
        "unit": "m",
        "frame": "body",
    }
    return SimpleNamespace(**defaults | settings)


def group(history_length: int | None = None, flatten_history_dim: bool = True, **terms: object) -> SimpleNamespace:
    """Configuration of an observation group."""
    return SimpleNamespace(history_length=history_length, flatten_history_dim=flatten_history_dim, **terms)


def environment(actions: dict | None = None, **observations: SimpleNamespace) -> SimpleNamespace:
    """An environment of three observation groups, with changes to their configuration, and these actions."""
    observations = {
        "proprio": group(gyro=term(scale=2, clip=(-1.0, 1.0)), speed=term()),
        "camera": group(depth=term(scale=0.25)),
        "command": group(goal=term()),
    } | observations
    actions = actions or {"legs": JointPositionActionCfg(asset_name="robot", joint_names=["left_hip"])}
    manager = SimpleNamespace(
        active_terms={"proprio": ["gyro", "speed"], "camera": ["depth"], "command": ["goal"]},
        group_obs_term_dim={"proprio": [(3,), (1,)], "camera": [(1, 4, 6)], "command": [(2,)]},
        group_obs_dim={"proprio": (4,), "camera": (1, 4, 6), "command": (2,)},
    )
    return SimpleNamespace(
        clip_actions=None,
        unwrapped=SimpleNamespace(
            step_dt=0.02,
            physics_dt=0.005,
            observation_manager=manager,
            action_manager=SimpleNamespace(active_terms=list(actions), get_term=lambda name: SimpleNamespace()),
            command_manager=SimpleNamespace(active_terms=["goal"]),
            scene={"robot": ROBOT, "other": ROBOT},
            cfg=SimpleNamespace(
                decimation=4, observations=SimpleNamespace(**observations), actions=SimpleNamespace(**actions)
            ),
        ),
    )


RUN = {"name": "a-run", "iteration": 7, "git": []}


def contract_of(env: SimpleNamespace, groups: list[str] = GROUPS) -> dict:
    """Contract of an environment whose student saw 0 to 5 in the six elements of vectors, and 0 to 95 in pixels."""
    recorded = {
        "obs": np.stack([np.arange(6.0), -np.arange(6.0)]).astype(np.float32),
        "camera": np.arange(96.0, dtype=np.float32).reshape(4, 1, 4, 6),
    }
    return deployment_contract(env, groups, recorded, "A-Task", RUN, EVALUATION)


def describe(**changes: object) -> dict:
    return contract_of(environment(**changes))


def test_timing_names_and_joints():
    contract = describe()
    assert (contract["task"], contract["run"], contract["evaluation"]) == ("A-Task", RUN, EVALUATION)
    assert contract["format_version"] == FORMAT_VERSION
    assert contract["timing"] == {"control_period_s": 0.02, "physics_dt_s": 0.005, "decimation": 4}
    assert contract["commands"] == ["goal"] and contract["output"] == "actions"
    assert contract["joints"] == {
        "names": JOINTS,
        "stiffness": [20.0, 21.0, 22.0, 23.0],
        "damping": [0.5, 0.625, 0.75, 0.875],
        "default_position": [0.125, -0.5, 0.25, -0.75],
    }


def test_inputs_are_all_vectors_in_order_and_then_the_images():
    vectors, image = describe()["inputs"]
    assert (vectors["name"], vectors["shape"]) == ("obs", [6])
    assert [(item["group"], item["name"], item["shape"]) for item in vectors["terms"]] == [
        ("proprio", "gyro", [3]),
        ("proprio", "speed", [1]),
        ("command", "goal", [2]),
    ]
    assert (image["name"], image["shape"]) == ("camera", [1, 4, 6])
    assert [item["name"] for item in image["terms"]] == ["depth"]
    only_image = contract_of(environment(), ["camera"])["inputs"]
    assert only_image == [image]


def test_scale_and_clip_of_observations():
    vectors, image = describe()["inputs"]
    assert [(item["scale"], item["clip"]) for item in vectors["terms"]] == [
        (2.0, [-1.0, 1.0]),
        (1.0, None),
        (1.0, None),
    ]
    assert image["terms"][0]["scale"] == 0.25


def test_the_groups_history_overrides_the_terms():
    env = environment(command=group(goal=term(history_length=2)))
    goal = contract_of(env)["inputs"][0]["terms"][2]
    assert (goal["history_length"], goal["shape"]) == (2, [1])  # two elements are two samples of one
    with pytest.raises(ValueError, match="'proprio/gyro'.*flatten_history_dim"):
        describe(proprio=group(3, False, gyro=term(history_length=1), speed=term()))


def test_ranges_are_what_was_recorded():
    vectors, image = describe()["inputs"]
    ranges = [item["valid_range"] for item in vectors["terms"]]
    assert ranges[0] == {"low": [0.0, -1.0, -2.0], "high": [0.0, 1.0, 2.0]}
    assert ranges[2] == {"low": [-4.0, -5.0], "high": [4.0, 5.0]}
    assert image["terms"][0]["valid_range"] == {"low": [0.0], "high": [95.0]}


def test_a_history_has_one_range_for_all_its_moments():
    goal = describe(command=group(goal=term(history_length=2)))["inputs"][0]["terms"][2]
    assert goal["valid_range"] == {"low": [-5.0], "high": [5.0]}


def test_a_term_without_unit_or_frame_is_refused():
    for missing in ("unit", "frame"):
        with pytest.raises(ValueError, match="'proprio/gyro' tells no unit and frame.*OnboardTermCfg"):
            describe(proprio=group(gyro=term(**{missing: None}), speed=term()))


def test_the_last_action_is_not_a_sensors_and_noise_is_told():
    proprio = group(gyro=term(func=mdp.last_action), speed=term(noise=object()))
    gyro, speed, _ = describe(proprio=proprio)["inputs"][0]["terms"]
    assert (gyro["source"], gyro["noise_free"]) == ("last_action", True)
    assert (speed["source"], speed["noise_free"]) == ("sensor", False)


@pytest.mark.parametrize(
    "settings", [{"scale": (1.0, 2.0, 3.0)}, {"modifiers": [modifiers.ModifierCfg(func=modifiers.bias)]}]
)
def test_a_term_whose_processing_cannot_be_told_is_refused(settings: dict):
    with pytest.raises(ValueError, match="gyro"):
        describe(proprio=group(gyro=term(**settings), speed=term()))


@pytest.mark.parametrize(
    "cfg_class, kind, offset",
    [
        (JointPositionActionCfg, "joint position", [-0.5, 0.25]),
        (JointVelocityActionCfg, "joint velocity", [2.0, 3.0]),
        (JointEffortActionCfg, "joint effort", [0.0, 0.0]),
    ],
)
def test_kind_and_default_offset_of_actions(cfg_class: type, kind: str, offset: list[float]):
    cfg = cfg_class(asset_name="robot", joint_names=["right_hip", "left_knee"], scale=0.5)
    (action,) = describe(actions={"legs": cfg})["actions"]
    assert action == {
        "name": "legs",
        "type": "SimpleNamespace",
        "kind": kind,
        "targets": ["left_knee", "right_hip"],
        "scale": [0.5, 0.5],
        "offset": offset,
        "clip": None,
    }


def test_patterns_give_a_number_to_each_joint():
    cfg = JointPositionActionCfg(
        asset_name="robot",
        joint_names=["right_knee", "right_hip", "left_hip"],
        preserve_order=True,
        scale={".*_hip": 0.25},
        offset={".*_knee": 2.0, "left_hip": 3.0},
        use_default_offset=False,
        clip={".*": (-1.0, 2.0)},
    )
    (action,) = describe(actions={"legs": cfg})["actions"]
    assert action["targets"] == ["right_knee", "right_hip", "left_hip"]
    assert action["scale"] == [1.0, 0.25, 0.25]
    assert action["offset"] == [2.0, 0.0, 3.0]
    assert action["clip"] == [[-1.0, 2.0]] * 3


def test_the_contract_is_strict_json_even_with_open_bounds():
    """Readers other than Python's refuse Infinity."""
    joints = ["left_hip", "left_knee"]
    cfg = JointPositionActionCfg(asset_name="robot", joint_names=joints, clip={"left_hip": (-1.0, 1.0)})
    contract = describe(actions={"legs": cfg}, proprio=group(gyro=term(clip=(0.0, float("inf"))), speed=term()))
    assert contract["actions"][0]["clip"][0] == [-1.0, 1.0]
    assert json.loads(json.dumps(contract, allow_nan=False)) == contract


@pytest.mark.parametrize(
    "actions",
    [
        {"legs": RelativeJointPositionActionCfg(asset_name="robot", joint_names=["left_hip"])},
        {
            "legs": BinaryJointPositionActionCfg(
                asset_name="robot", joint_names=["left_hip"], open_command_expr={}, close_command_expr={}
            )
        },
    ],
    ids=["relative", "binary"],
)
def test_actions_that_are_no_plain_joint_targets_are_refused(actions: dict):
    with pytest.raises(ValueError, match="'legs'"):
        describe(actions=actions)


def test_an_action_term_may_tell_its_targets_itself():
    env = environment(actions={"flight": SimpleNamespace(asset_name="body")})
    targets = {"kind": "thrust", "targets": ["thrust"], "scale": [0.5], "offset": [1.0], "clip": [[0.2, 1.8]]}
    env.unwrapped.action_manager.get_term = lambda name: SimpleNamespace(describe_targets=lambda: targets)
    env.unwrapped.scene["body"] = SimpleNamespace()  # a single body has no joints
    contract = contract_of(env)
    assert contract["actions"] == [{"name": "flight", "type": "SimpleNamespace"} | targets]
    assert contract["joints"] == {"names": [], "stiffness": [], "damping": [], "default_position": []}


def test_actions_on_several_robots_are_refused():
    actions = {
        name: JointPositionActionCfg(asset_name=name, joint_names=["left_hip"], use_default_offset=False)
        for name in ("robot", "other")
    }
    with pytest.raises(ValueError, match="other, robot"):
        describe(actions=actions)


def test_the_wrappers_bound_on_raw_actions_is_told_or_refused():
    """Isaac Lab's wrapper applies the agent's ``clip_actions`` before the action terms, so the robot must too."""
    bounded = environment()
    bounded.clip_actions = 1.0
    try:
        contract = contract_of(bounded)
    except ValueError as error:
        assert "clip_actions" in str(error)
    else:
        assert contract != describe()


def test_an_environment_without_managers_is_refused():
    with pytest.raises(ValueError, match="manager-based"):
        contract_of(SimpleNamespace(unwrapped=SimpleNamespace()))
