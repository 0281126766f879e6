# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract tells how actions become targets, and what it cannot tell is refused. The managers are stand-ins."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from stand_in_managers import JOINTS, contract_of, describe, environment, make_robot, make_term

from isaaclab.envs.mdp import (
    BinaryJointPositionActionCfg,
    EMAJointPositionToLimitsActionCfg,
    JointEffortActionCfg,
    JointPositionAction,
    JointPositionActionCfg,
    JointPositionToLimitsActionCfg,
    JointVelocityActionCfg,
    RelativeJointPositionActionCfg,
)
from isaaclab.utils import configclass

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

LEFT = {"asset_name": "robot", "joint_names": ["left_hip", "left_knee"]}


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
