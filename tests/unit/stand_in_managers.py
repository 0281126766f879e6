# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Stand-ins for a robot and Isaac Lab's managers, of which a contract is made."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from tiny_student import EVALUATION

from isaaclab.actuators import (
    DCMotorCfg,
    ImplicitActuatorCfg,
)
from isaaclab.assets import ArticulationCfg
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
from isaaclab.managers import ActionTerm
from isaaclab.utils.string import resolve_matching_names

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
