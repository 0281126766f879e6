# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Random observations and actions of the tiny robot."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from hypothesis import strategies as st
from tiny_robot import JOINTS

from isaaclab.envs import ManagerBasedRLEnv, mdp
from isaaclab.managers import ObservationGroupCfg, SceneEntityCfg
from isaaclab.utils.noise import GaussianNoiseCfg
from isaaclab.utils.string import resolve_matching_names

from tsra_lab.configs import OnboardTermCfg

JOINT_TERMS = (mdp.joint_pos, mdp.joint_pos_rel, mdp.joint_vel)

POSITION, VELOCITY, EFFORT, TO_LIMITS, RELATIVE = (
    mdp.JointPositionActionCfg,
    mdp.JointVelocityActionCfg,
    mdp.JointEffortActionCfg,
    mdp.JointPositionToLimitsActionCfg,
    mdp.RelativeJointPositionActionCfg,
)


@dataclass
class Layout:
    """What an environment shows and takes."""

    observations: dict[str, ObservationGroupCfg]
    actions: dict[str, mdp.JointActionCfg]
    clip_actions: float | None


def height(env: ManagerBasedRLEnv) -> torch.Tensor:
    """A sensor that is no joint's. Shape is (num_envs, 1)."""
    return env.scene["robot"].data.joint_pos.torch.cos().sum(dim=-1, keepdim=True)


numbers = st.floats(-3.0, 3.0, width=32)
bounds = st.tuples(st.sampled_from([None, float("-inf"), -0.5, -0.1]), st.sampled_from([float("inf"), 0.05, 0.7]))
selections = st.one_of(
    st.sampled_from([[".*"], ["left_.*"], [".*_knee"], ["right_knee", "left_.*"]]),
    st.lists(st.sampled_from(JOINTS), min_size=1, unique=True),
)


@st.composite
def terms(draw: st.DrawFn, action_names: list[str]) -> OnboardTermCfg:
    """A term: joints, the last action or something else; with what Isaac Lab may do to it."""
    func = draw(st.sampled_from([*JOINT_TERMS, *JOINT_TERMS, height, mdp.last_action]))
    params, width = {}, 1
    if func in JOINT_TERMS:
        names, width = draw(st.none() | selections), len(JOINTS)
        if names is not None:
            params = {"asset_cfg": SceneEntityCfg("robot", joint_names=names, preserve_order=draw(st.booleans()))}
            width = None
    elif func is mdp.last_action:
        params, width = draw(st.sampled_from([{}, {}, {}, {"action_name": action_names[-1]}])), None
    shortest = draw(st.sampled_from([0, 0, 0, 1, 2]))
    longest = shortest + draw(st.sampled_from([0, 0, 2]))
    scale = numbers if width is None else numbers | st.lists(numbers, min_size=width, max_size=width).map(tuple)
    return OnboardTermCfg(
        func=func,
        params=params,
        unit="1",
        frame="any",
        noise=draw(st.sampled_from([None, GaussianNoiseCfg(std=0.1)])),
        clip=draw(st.none() | bounds),
        scale=draw(st.none() | scale),
        delay_min_lag=shortest,
        delay_max_lag=longest,
        delay_hold_prob=draw(st.sampled_from([1.0, 0.5, 0.0])),
        history_length=draw(st.sampled_from([0, 0, 1, 2, 3])),
    )


@st.composite
def groups(draw: st.DrawFn, name: str, action_names: list[str]) -> ObservationGroupCfg:
    """A group of one to four terms."""
    group = ObservationGroupCfg(
        enable_corruption=draw(st.booleans()),
        history_length=draw(st.sampled_from([None, None, 0, 2, 3])),
        history_order=draw(st.sampled_from(["term", "time"])),
    )
    for index, term in enumerate(draw(st.lists(terms(action_names), min_size=1, max_size=4))):
        setattr(group, f"{name}_{index}", term)
    return group


@st.composite
def joint_numbers(draw: st.DrawFn, joints: list[str]) -> float | dict[str, float]:
    """One number, or numbers of some of the joints."""
    if draw(st.booleans()):
        return draw(numbers)
    return {name: draw(numbers) for name in draw(st.lists(st.sampled_from(joints), min_size=1, unique=True))}


def members(names: list[str]) -> list[str]:
    """Joints that a selection holds, in some order."""
    return resolve_matching_names(names, JOINTS)[1]


@st.composite
def action_terms(draw: st.DrawFn) -> dict[str, mdp.JointActionCfg]:
    """One to three action terms, which seldom share a joint."""
    order = draw(st.permutations(JOINTS))
    cut, end = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    selections = draw(
        st.sampled_from(
            [
                [[".*"]],
                [["left_.*"], ["right_.*"]],
                [[".*_knee"], [".*_hip"]],
                [["right_.*", "left_hip"], ["left_knee"]],
                [[order[0]], [order[1]], order[2:]],
                [[".*_hip"], ["left_.*"]],  # both move the left hip
            ]
        )
        | st.just([list(order[:cut]), list(order[cut:end])] if end > cut else [list(order[:end])])
    )
    actions = {}
    for index, names in enumerate(selections):
        kind, joints = (
            draw(st.sampled_from([POSITION] * 3 + [VELOCITY, EFFORT, TO_LIMITS] * 2 + [RELATIVE])),
            members(names),
        )
        cfg = kind(asset_name="robot", joint_names=names, preserve_order=draw(st.booleans()))
        cfg.scale = draw(joint_numbers(joints))
        if kind is TO_LIMITS:
            cfg.rescale_to_limits = draw(st.booleans())
        else:
            cfg.offset = draw(joint_numbers(joints))
        if kind in (POSITION, VELOCITY):
            cfg.use_default_offset = draw(st.booleans())
        if draw(st.booleans()):
            bounded = draw(st.lists(st.sampled_from(joints), min_size=1, unique=True))
            low, high = st.sampled_from([float("-inf"), -0.4, 0.0]), st.sampled_from([float("inf"), 0.1, 0.9])
            cfg.clip = {name: (draw(low), draw(high)) for name in bounded}
        actions[f"term_{index}"] = cfg
    return actions


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    """Everything together."""
    actions = draw(action_terms())
    names = draw(st.sampled_from([["first"], ["first", "second"]]))
    observations = {name: draw(groups(name, list(actions))) for name in names}
    return Layout(observations, actions, draw(st.sampled_from([None, None, 0.8])))
