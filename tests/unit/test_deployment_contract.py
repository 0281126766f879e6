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

from isaaclab.actuators import (
    ActuatorNetMLPCfg,
    DCMotorCfg,
    DelayedPDActuatorCfg,
    IdealPDActuatorCfg,
    ImplicitActuatorCfg,
)
from isaaclab.assets import ArticulationCfg
from isaaclab.envs import mdp
from isaaclab.envs.mdp import (
    BinaryJointPositionAction,
    BinaryJointPositionActionCfg,
    EMAJointPositionToLimitsAction,
    EMAJointPositionToLimitsActionCfg,
    JointEffortAction,
    JointEffortActionCfg,
    JointPositionAction,
    JointPositionActionCfg,
    JointPositionToLimitsAction,
    JointPositionToLimitsActionCfg,
    JointVelocityAction,
    JointVelocityActionCfg,
    RelativeJointPositionAction,
    RelativeJointPositionActionCfg,
)
from isaaclab.managers import ActionTerm, SceneEntityCfg
from isaaclab.utils import configclass, modifiers
from isaaclab.utils.string import resolve_matching_names

from tsra_deploy import FORMAT_VERSION
from tsra_lab.export.isaac_lab import deployment_contract

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

JOINTS = ["left_hip", "left_knee", "right_hip", "right_knee"]
GROUPS = ["proprio", "camera", "command"]


def find_joints(names: str | list[str], preserve_order: bool) -> tuple[list[int], list[str]]:
    """Indices and names of joints, in the robot's own order unless that of the names is to be preserved."""
    return resolve_matching_names(names, JOINTS, preserve_order)


def make_robot(simulated: dict | None = None, **settings: object) -> SimpleNamespace:
    """A robot of these settings; of what the simulator holds it has only what is given."""
    actuators = {
        "hips": ImplicitActuatorCfg(
            joint_names_expr=[".*_hip"],
            stiffness={"left_hip": 20.0, "right_hip": 22.0},
            damping=0.5,
            joint_effort_limit=40.0,
        ),
        "knees": DCMotorCfg(
            joint_names_expr=[".*_knee"],
            stiffness=21.0,
            damping={".*": 0.625},
            actuator_effort_limit={"left_knee": 30.0, "right_knee": 31.0},
            actuator_velocity_limit=12.0,
            saturation_effort=50.0,
        ),
    }
    state = ArticulationCfg.InitialStateCfg(
        joint_pos={".*_hip": 0.125, "left_knee": -0.5, "right_knee": -0.75}, joint_vel={"left_.*": 1.0}
    )
    cfg = ArticulationCfg(prim_path="/robot", init_state=state, actuators=actuators)
    for name, value in settings.items():
        setattr(cfg, name, value)
    data = SimpleNamespace(**{name: SimpleNamespace(torch=values) for name, values in (simulated or {}).items()})
    return SimpleNamespace(joint_names=JOINTS, find_joints=find_joints, cfg=cfg, data=data)


TERMS = {
    JointPositionActionCfg: JointPositionAction,
    JointVelocityActionCfg: JointVelocityAction,
    JointEffortActionCfg: JointEffortAction,
    JointPositionToLimitsActionCfg: JointPositionToLimitsAction,
    EMAJointPositionToLimitsActionCfg: EMAJointPositionToLimitsAction,
    RelativeJointPositionActionCfg: RelativeJointPositionAction,
    BinaryJointPositionActionCfg: BinaryJointPositionAction,
}


def make_term(cfg: object, term_class: type | None = None) -> ActionTerm:
    """The action term of a configuration, as far as a description needs it."""
    term_class = term_class or TERMS[type(cfg)]
    term = term_class.__new__(term_class)
    term._num_joints = len(find_joints(cfg.joint_names, False)[0])
    return term


def term(**settings: object) -> SimpleNamespace:
    """Configuration of an observation term."""
    defaults = {
        "func": None,
        "params": {},
        "noise": None,
        "scale": None,
        "clip": None,
        "modifiers": None,
        "delay_min_lag": 0,
        "delay_max_lag": 0,
        "history_length": 0,
        "flatten_history_dim": True,
        "unit": "m",
        "frame": "body",
    }
    return SimpleNamespace(**defaults | settings)


def group(**settings: object) -> SimpleNamespace:
    """Configuration of an observation group, and its terms."""
    defaults = {
        "concatenate_terms": True,
        "concatenate_dim": -1,
        "enable_corruption": True,
        "history_length": None,
        "flatten_history_dim": True,
        "history_order": "term",
    }
    return SimpleNamespace(**defaults | settings)


def environment(
    actions: dict | None = None,
    robot: SimpleNamespace | None = None,
    terms: dict | None = None,
    commands: SimpleNamespace | None = None,
    **observations: SimpleNamespace,
) -> SimpleNamespace:
    """An environment of three observation groups, with changes to their configuration, and these actions."""
    robot = robot or make_robot()
    observations = {
        "proprio": group(gyro=term(scale=2, clip=(-1.0, 1.0)), speed=term()),
        "camera": group(depth=term(scale=0.25)),
        "command": group(goal=term()),
    } | observations
    actions = actions or {"legs": JointPositionActionCfg(asset_name="robot", joint_names=["left_hip"])}
    terms = terms or {name: make_term(cfg) for name, cfg in actions.items()}
    commands = commands or SimpleNamespace(goal=SimpleNamespace())
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
            action_manager=SimpleNamespace(active_terms=list(actions), get_term=terms.__getitem__),
            command_manager=SimpleNamespace(active_terms=list(vars(commands))),
            scene={"robot": robot, "other": robot},
            cfg=SimpleNamespace(
                decimation=4,
                observations=SimpleNamespace(**observations),
                actions=SimpleNamespace(**actions),
                commands=commands,
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


@pytest.mark.parametrize(
    "cfg_class, kind, offset",
    [
        (JointPositionActionCfg, "joint position", [-0.5, 0.125]),
        (JointVelocityActionCfg, "joint velocity", [1.0, 0.0]),
        (JointEffortActionCfg, "joint effort", [0.0, 0.0]),
    ],
)
def test_kind_and_default_offset_of_actions(cfg_class: type, kind: str, offset: list[float]):
    cfg = cfg_class(asset_name="robot", joint_names=["right_hip", "left_knee"], scale=0.5)
    (action,) = describe(actions={"legs": cfg})["actions"]
    assert action == {
        "name": "legs",
        "type": cfg_class.__name__.removesuffix("Cfg"),
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


LEFT = {"asset_name": "robot", "joint_names": ["left_hip", "left_knee"]}


def test_several_terms_of_one_class_are_told_apart():
    right = {"asset_name": "robot", "joint_names": ["right_.*"]}
    actions = {"left": JointPositionActionCfg(**LEFT, scale=0.5), "right": JointPositionActionCfg(**right, scale=0.25)}
    left, right = describe(actions=actions)["actions"]
    assert (left["name"], left["targets"], left["scale"]) == ("left", JOINTS[:2], [0.5, 0.5])
    assert (right["name"], right["targets"], right["scale"]) == ("right", JOINTS[2:], [0.25, 0.25])


def test_a_joint_that_two_terms_move_is_refused():
    actions = {
        "legs": JointPositionActionCfg(**LEFT),
        "push": JointEffortActionCfg(asset_name="robot", joint_names=[".*_knee"]),
    }
    with pytest.raises(ValueError, match="'legs' and 'push' both move 'left_knee'"):
        describe(actions=actions)


def test_targets_over_the_range_of_a_joint():
    """The scaled action, within its clip and from -1 to 1, spans the joint's limits."""
    cfg = JointPositionToLimitsActionCfg(**LEFT, scale=2.0, clip={"left_knee": (-0.5, 4.0)})
    limits = torch.tensor([[[-1.0, 3.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]] * 2)
    robot = make_robot({"soft_joint_pos_limits": limits})
    (action,) = describe(actions={"legs": cfg}, robot=robot)["actions"]
    assert (action["scale"], action["offset"], action["clip"]) == ([4.0, 1.0], [1.0, 0.5], [[-1.0, 3.0], [0.25, 1.0]])
    limits[1, 0, 0] = -2.0
    with pytest.raises(ValueError, match="Position limits of .*environments differ"):
        describe(actions={"legs": cfg}, robot=robot)
    cfg.rescale_to_limits = False
    (action,) = describe(actions={"legs": cfg}, robot=robot)["actions"]
    assert (action["scale"], action["offset"]) == ([2.0, 2.0], [0.0, 0.0])
    assert action["clip"] == [[None, None], [-0.5, 4.0]]


class Crouching(JointPositionAction):
    """Does not do what it is called."""

    def process_actions(self, actions: torch.Tensor) -> None:
        """Halve the actions."""
        super().process_actions(0.5 * actions)


@configclass
class CrouchingCfg(JointPositionActionCfg):
    """What derives from a known configuration."""

    class_type: type = Crouching
    crouch: float = 0.5


@pytest.mark.parametrize(
    "cfg, term_class",
    [
        (RelativeJointPositionActionCfg(**LEFT), None),
        (EMAJointPositionToLimitsActionCfg(**LEFT), None),
        (BinaryJointPositionActionCfg(**LEFT, open_command_expr={}, close_command_expr={}), None),
        (CrouchingCfg(**LEFT), Crouching),
        (CrouchingCfg(**LEFT), JointPositionAction),  # a setting that the class does not have may still mean something
        (JointPositionActionCfg(**LEFT, class_type=Crouching), Crouching),
    ],
    ids=["relative", "average", "binary", "subclass", "configuration", "class"],
)
def test_classes_that_are_not_known_exactly_are_refused(cfg: object, term_class: type | None):
    with pytest.raises(ValueError, match="'legs' is a .*describe_targets"):
        describe(actions={"legs": cfg}, terms={"legs": make_term(cfg, term_class)})


class Flight(JointPositionAction):
    """Describes itself."""

    def describe_targets(self) -> dict:
        """Two targets of two actions."""
        return {
            "kind": "thrust",
            "targets": ["thrust", "turn"],
            "scale": [0.5, 1.0],
            "offset": [1.0, 0.0],
            "clip": [[0.2, 1.8], [None, None]],
        }


class OtherFlight(Flight):
    """Inherits a description that need not be its own."""


def test_an_action_term_may_tell_its_targets_itself():
    cfg = JointPositionActionCfg(**LEFT)
    contract = describe(actions={"flight": cfg}, terms={"flight": make_term(cfg, Flight)})
    assert contract["actions"] == [{"name": "flight", "type": "Flight"} | Flight.describe_targets(None)]
    with pytest.raises(ValueError, match="'flight' is a OtherFlight"):
        describe(actions={"flight": cfg}, terms={"flight": make_term(cfg, OtherFlight)})


def test_a_description_must_fit_the_actions(monkeypatch: pytest.MonkeyPatch):
    cfg = JointPositionActionCfg(asset_name="robot", joint_names=["left_hip"])
    with pytest.raises(ValueError, match="'flight' has 1 actions"):
        describe(actions={"flight": cfg}, terms={"flight": make_term(cfg, Flight)})
    monkeypatch.setattr(Flight, "describe_targets", lambda self: {"kind": "thrust"})
    with pytest.raises(ValueError, match="describe_targets of 'flight'"):
        describe(actions={"flight": cfg}, terms={"flight": make_term(cfg, Flight)})


def test_a_single_body_has_no_joints():
    env = environment(robot=SimpleNamespace())
    env.unwrapped.action_manager.get_term = lambda name: make_term(JointPositionActionCfg(**LEFT), Flight)
    joints = contract_of(env)["joints"]
    assert joints.pop("sdk_names") is None
    assert all(values == [] for values in joints.values()) and len(joints) == 7


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
