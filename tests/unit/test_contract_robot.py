# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract tells timing, joints and gains, and what it cannot tell is refused. The managers are stand-ins."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import torch
from stand_in_managers import (
    JOINTS,
    RUN,
    contract_of,
    describe,
    environment,
    group,
    make_robot,
    term,
)
from tiny_student import EVALUATION

from isaaclab.actuators import (
    ActuatorNetMLPCfg,
    DelayedPDActuatorCfg,
    IdealPDActuatorCfg,
    ImplicitActuatorCfg,
)
from isaaclab.envs.mdp import (
    JointPositionActionCfg,
)
from isaaclab.utils import configclass

from tsra_deploy import FORMAT_VERSION

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def test_timing_names_and_joints():
    contract = describe()
    assert (contract["task"], contract["run"], contract["evaluation"]) == ("A-Task", RUN, EVALUATION)
    assert contract["format_version"] == FORMAT_VERSION
    assert contract["timing"] == {"control_period_s": 0.02, "physics_dt_s": 0.005, "decimation": 4}
    assert contract["commands"] == [{"name": "goal", "ranges": None}] and contract["output"] == "actions"
    assert contract["joints"] == {
        "names": JOINTS,
        "stiffness": [20.0, 21.0, 22.0, 21.0],
        "damping": [0.5, 0.625, 0.5, 0.625],
        "default_position": [0.125, -0.5, 0.125, -0.75],
        "effort_limit": [40.0, 30.0, 40.0, 31.0],
        "velocity_limit": [None, 12.0, None, 12.0],
        "actuator": ["ImplicitActuator", "DCMotor", "ImplicitActuator", "DCMotor"],
        "sdk_names": None,
    }


def joints_of(**settings: object) -> dict:
    return describe(robot=make_robot(**settings))["joints"]


def actuator(cfg_class: type = ImplicitActuatorCfg, **settings: object) -> dict:
    """One actuator for the knees; the hips have none."""
    return {"knees": cfg_class(joint_names_expr=[".*_knee"], **{"stiffness": 1.0, "damping": 0.1} | settings)}


def test_a_joint_without_actuator_has_no_gains():
    joints = joints_of(actuators=actuator())
    assert joints["stiffness"] == [None, 1.0, None, 1.0] and joints["actuator"][0] is None


def test_an_actuator_network_has_no_gains_but_limits():
    network = actuator(
        ActuatorNetMLPCfg, stiffness=None, damping=None, saturation_effort=120.0, actuator_effort_limit=80.0
    )
    joints = joints_of(actuators=network)
    assert joints["stiffness"] == joints["damping"] == [None] * 4
    assert joints["effort_limit"][1] == 80.0 and joints["actuator"][1] == "ActuatorNetMLP"


@pytest.mark.parametrize(
    "cfg_class, settings, effort, velocity",
    [
        (ImplicitActuatorCfg, {"effort_limit_sim": 5.0, "velocity_limit_sim": 6.0}, 5.0, 6.0),
        (ImplicitActuatorCfg, {"effort_limit": 5.0, "velocity_limit": 6.0}, 5.0, 6.0),
        # an explicit actuator's own limit is below that of the solver
        (IdealPDActuatorCfg, {"effort_limit": 5.0, "joint_effort_limit": 300.0}, 5.0, None),
        (DelayedPDActuatorCfg, {"actuator_effort_limit": float("inf"), "joint_velocity_limit": 6.0}, None, 6.0),
    ],
)
def test_limits_under_each_of_their_names(cfg_class: type, settings: dict, effort: float | None, velocity: float):
    joints = joints_of(actuators=actuator(cfg_class, **settings))
    assert (joints["effort_limit"][3], joints["velocity_limit"][3]) == (effort, velocity)


def test_gains_of_the_robots_file_are_told_where_environments_agree():
    gains = torch.tensor([[1.0, 2.0, 3.0, 4.0]] * 3)
    left_open = actuator(stiffness=None)
    assert joints_of(actuators=left_open, simulated={"joint_stiffness": gains})["stiffness"] == [None, 2.0, None, 4.0]
    gains[1, 3] = 4.5  # randomised
    for randomised in (gains, gains[:1]):
        with pytest.raises(ValueError, match="Give actuator 'knees' its stiffness"):
            joints_of(actuators=left_open, simulated={"joint_stiffness": randomised})
    with pytest.raises(ValueError, match="Give actuator 'knees' its stiffness"):
        joints_of(actuators=actuator(IdealPDActuatorCfg, stiffness=None))


def test_the_sdks_order_is_told_or_refused():
    order = ["", "left_knee", "right_knee", "left_hip", "", "right_hip"]
    assert joints_of(joint_sdk_names=order)["sdk_names"] == order
    for wrong in (order[1:4], [*order, "left_hip"], ["waist", *order]):
        with pytest.raises(ValueError, match="joint_sdk_names must name each joint once"):
            joints_of(joint_sdk_names=wrong)


def test_ranges_of_commands():
    @configclass
    class Ranges:
        lin_vel_x: tuple[float, float] = (-1.0, 2.0)
        heading: tuple[float, float] | None = None

    commands = SimpleNamespace(
        velocity=SimpleNamespace(ranges=Ranges()), pose=SimpleNamespace(ranges=SimpleNamespace(pos=[(0.0, 1.0)]))
    )
    assert describe(commands=commands)["commands"] == [
        {"name": "velocity", "ranges": {"lin_vel_x": [-1.0, 2.0]}},
        {"name": "pose", "ranges": None},
    ]


def test_the_contract_is_strict_json_even_with_open_bounds():
    """Readers other than Python's refuse Infinity."""
    joints = ["left_hip", "left_knee"]
    cfg = JointPositionActionCfg(asset_name="robot", joint_names=joints, clip={"left_hip": (-1.0, 1.0)})
    contract = describe(actions={"legs": cfg}, proprio=group(gyro=term(clip=(0.0, float("inf"))), speed=term()))
    assert contract["actions"][0]["clip"][0] == [-1.0, 1.0]
    assert json.loads(json.dumps(contract, allow_nan=False)) == contract


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
