# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract tells how observations are made, and what it cannot tell is refused. The managers are stand-ins."""

from __future__ import annotations

import pytest
from stand_in_managers import JOINTS, contract_of, describe, environment, group, term

from isaaclab.envs import mdp
from isaaclab.managers import SceneEntityCfg
from isaaclab.utils import modifiers

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


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
        ([2.0, 2.0, 2.0], [-1.0, 1.0]),
        ([1.0], None),
        ([1.0, 1.0], None),
    ]
    assert image["terms"][0]["scale"] == [0.25]
    each = describe(proprio=group(gyro=term(scale=(1.0, 2.0, 3.0)), speed=term()))["inputs"][0]["terms"][0]
    assert each["scale"] == [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match="'camera/depth' has 6 scales"):
        describe(camera=group(depth=term(scale=(1.0,) * 6)))


def test_the_groups_history_overrides_the_terms():
    env = environment(command=group(goal=term(history_length=2)))
    goal = contract_of(env)["inputs"][0]["terms"][2]
    assert (goal["history_length"], goal["shape"]) == (2, [1])  # two elements are two samples of one
    with pytest.raises(ValueError, match="'proprio/gyro'.*flatten_history_dim"):
        describe(proprio=group(history_length=3, flatten_history_dim=False, gyro=term(history_length=1), speed=term()))


def test_a_history_by_time_is_told_where_it_has_an_effect():
    """Isaac Lab stacks by time only where the group has a history of its own."""
    for length, order in ((1, "time"), (None, "term"), (0, "term")):
        proprio = group(history_length=length, history_order="time", gyro=term(history_length=0), speed=term())
        terms = describe(proprio=proprio)["inputs"][0]["terms"]
        assert [item["history_order"] for item in terms] == [order, order, "term"]


def test_delays_are_told():
    proprio = group(
        gyro=term(delay_min_lag=1, delay_max_lag=3),
        speed=term(func=mdp.last_action, delay_min_lag=2, delay_max_lag=2),
    )
    gyro, speed, goal = describe(proprio=proprio)["inputs"][0]["terms"]
    assert [item["delay_periods"] for item in (gyro, speed, goal)] == [[1, 3], [2, 2], [0, 0]]


def test_a_random_delay_of_the_last_action_is_refused():
    with pytest.raises(ValueError, match="'proprio/speed'.*delay_min_lag=0.*delay_max_lag=2.*equal"):
        describe(proprio=group(gyro=term(), speed=term(func=mdp.last_action, delay_max_lag=2)))


@pytest.mark.parametrize("settings", [{"concatenate_terms": False}, {"concatenate_dim": 0}])
def test_groups_that_are_not_one_vector_are_refused_by_the_settings_name(settings: dict):
    (name,) = settings
    with pytest.raises(ValueError, match=f"'proprio' has {name}="):
        describe(proprio=group(gyro=term(), speed=term(), **settings))


@pytest.mark.parametrize(
    "func, entity, joints",
    [
        (mdp.joint_pos_rel, {"joint_names": ["right_knee", "left_.*"]}, ["left_hip", "left_knee", "right_knee"]),
        (
            mdp.joint_vel,
            {"joint_names": ["right_knee", "left_.*"], "preserve_order": True},
            ["right_knee", "left_hip", "left_knee"],
        ),
        (mdp.joint_vel, {"joint_ids": [3, 0, 1]}, ["right_knee", "left_hip", "left_knee"]),
        (mdp.joint_pos, {"joint_names": ["left_.*"]}, None),  # two joints are not three elements
        (mdp.base_lin_vel, {}, None),
    ],
)
def test_joints_of_observations(func: object, entity: dict, joints: list[str] | None):
    gyro = term(func=func, params={"asset_cfg": SceneEntityCfg("robot", **entity)})
    assert describe(proprio=group(gyro=gyro, speed=term()))["inputs"][0]["terms"][0]["joints"] == joints


def test_all_joints_are_those_of_a_term_that_names_none():
    env = environment(proprio=group(gyro=term(func=mdp.joint_pos_rel), speed=term()))
    env.unwrapped.observation_manager.group_obs_term_dim["proprio"] = [(4,), (0,)]
    assert contract_of(env)["inputs"][0]["terms"][0]["joints"] == JOINTS


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
    by_name = group(gyro=term(func="isaaclab.envs.mdp.observations:last_action"), speed=term())
    assert describe(proprio=by_name)["inputs"][0]["terms"][0]["source"] == "last_action"
    assert (speed["source"], speed["noise_free"]) == ("sensor", False)


@pytest.mark.parametrize(
    "settings", [{"scale": (1.0, 2.0)}, {"modifiers": [modifiers.ModifierCfg(func=modifiers.bias)]}]
)
def test_a_term_whose_processing_cannot_be_told_is_refused(settings: dict):
    with pytest.raises(ValueError, match="gyro"):
        describe(proprio=group(gyro=term(**settings), speed=term()))
