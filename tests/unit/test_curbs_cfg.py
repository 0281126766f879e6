# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The curbs without a simulator: where they are drawn, how high the ground is, what is seen and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from isaaclab.managers import ObservationTermCfg
from isaaclab_tasks.utils import load_cfg_from_registry, resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_lab.configs import OnboardTermCfg
from tsra_tasks.curbs.curbs_env_cfg import AHEAD, CURBS, LEFT, SENSORS, CurbsEnvCfg
from tsra_tasks.curbs.mdp import draw_curbs, ground_height
from tsra_tasks.curbs.mdp.curbs import SUNKEN
from tsra_tasks.robots import QUADRUPED_ACTION_SCALE, QUADRUPED_JOINTS, go1

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASK = "TSRA-Velocity-Curbs-Quadruped"


def terms(group: Any) -> list[str]:
    """Names of the terms of a group."""
    return [name for name, term in vars(group).items() if isinstance(term, ObservationTermCfg)]


def test_the_ground_is_as_high_as_the_highest_box_there():
    points = torch.tensor([[[0.0, 0.0], [0.9, 0.0], [1.1, 0.0], [2.4, 0.0], [0.0, 5.1]]])
    middles = torch.tensor([[[0.0, 0.0], [2.0, 0.0], [2.0, 0.0]]])
    tops = torch.tensor([[0.1, 0.05, -0.5]])
    sizes = torch.tensor([[2.0, 10.0], [1.0, 10.0], [2.0, 10.0]])
    heights = ground_height(points, middles, torch.zeros(1, 3), tops, sizes)
    torch.testing.assert_close(heights, torch.tensor([[0.1, 0.1, 0.0, 0.05, 0.0]]))


def test_a_turned_box_is_turned():
    yaw = torch.tensor([[0.5]])
    along, across = torch.tensor([math.cos(0.5), math.sin(0.5)]), torch.tensor([-math.sin(0.5), math.cos(0.5)])
    points = torch.stack([0.49 * along, 0.51 * along, 1.9 * across, 2.1 * across])[None] + torch.tensor([3.0, -1.0])
    heights = ground_height(
        points, torch.tensor([[[3.0, -1.0]]]), yaw, torch.tensor([[0.2]]), torch.tensor([[1.0, 4.0]])
    )
    torch.testing.assert_close(heights, torch.tensor([[0.2, 0.0, 0.2, 0.0]]))


def test_curbs_lie_one_behind_the_other_and_some_are_absent():
    torch.manual_seed(0)
    depths = torch.tensor([0.15, 0.3, 0.3, 0.5, 0.8])
    x, y, top, yaw = draw_curbs(2000, depths, (0.05, 0.1), 0.7, 0.7, 6.0, 0.3).unbind(dim=-1)
    near, far = x - 0.5 * depths, x + 0.5 * depths
    assert near.min() >= 0.7 - 1e-5 and far.max() <= 6.7 + 1e-5 and not y.any()
    order = x.argsort(dim=1)
    assert (near.gather(1, order)[:, 1:] >= far.gather(1, order)[:, :-1] - 1e-5).all()
    assert order.unique(dim=0).shape[0] == math.factorial(5)
    there = top > 0.0
    assert there.float().mean().item() == pytest.approx(0.7, abs=0.02)
    assert (top[~there] == SUNKEN).all() and top[there].min() >= 0.05 and top[there].max() <= 0.1
    assert yaw.abs().max() <= 0.3 and yaw.std() > 0.15


def test_the_student_is_blind_and_the_teacher_sees_what_is_hidden():
    cfg = CurbsEnvCfg().observations
    onboard = [*SENSORS[:2], "velocity_commands", *SENSORS[2:], "last_action"]
    hidden = ["base_lin_vel", "height_profile", "feet_contact", "foot_friction", "base_mass", "motor_strength"]
    assert terms(cfg.onboard) == terms(cfg.present) == onboard
    assert terms(cfg.surroundings) == hidden and sorted(terms(cfg.privileged)) == sorted(onboard + hidden)
    assert (cfg.onboard.history_length, cfg.present.history_length) == (10, None)
    assert cfg.onboard.enable_corruption and not cfg.privileged.enable_corruption
    for name in onboard:
        ours, exact = getattr(cfg.onboard, name), getattr(cfg.privileged, name)
        assert isinstance(ours, OnboardTermCfg) and ours.unit and ours.frame
        assert (ours.noise is not None) == (name in SENSORS) and exact.noise is None
        assert (ours.func, ours.params) == (exact.func, exact.params)


def test_the_teacher_sees_the_ground_under_and_ahead_of_the_robot():
    assert min(AHEAD) == -0.3 and max(AHEAD) == 0.8 and max(LEFT) == -min(LEFT) > abs(go1.HIP_POSITION[1] + 0.08)
    assert all(depth > 0.1 for depth, _ in CURBS.values())  # no curb fits between two rows of points


def test_options_reach_the_terms():
    overrides = ["env.curb_heights=[0.02,0.04]", "env.curb_share=0.5", "env.friction_range=[0.6,1.1]"]
    overrides += ["env.push_speed=0.7", "env.observation_delay=[1,2]", "env.base_mass_range=[1.0,1.2]"]
    overrides += ["env.motor_strength_range=[0.9,1.1]"]
    cfg, _ = resolve_task_config(TASK, None, overrides=overrides)
    cfg.validate()
    events = cfg.events
    # training goes from flat ground up
    assert (events.curbs.params["heights"], events.curbs.params["share"]) == ((0.0, 0.04), 0.5)
    assert events.friction.params["static_friction_range"] == (0.6, 1.1)
    assert events.base_mass.params["mass_distribution_params"] == (1.0, 1.2)
    assert events.motor_strength.params["strength_range"] == (0.9, 1.1)
    assert events.push.params["velocity_range"] == {"x": (-0.7, 0.7), "y": (-0.7, 0.7)}
    for group in (cfg.observations.onboard, cfg.observations.present):
        lags = {name: (getattr(group, name).delay_min_lag, getattr(group, name).delay_max_lag) for name in terms(group)}
        assert lags == {name: (1, 2) if name in SENSORS else (0, 0) for name in lags}


@pytest.mark.parametrize("mode", ["evaluation_mode", "play_mode"])
def test_curbs_are_as_high_as_the_task_says_but_in_training(mode: str):
    cfg, _ = resolve_task_config(TASK, None, overrides=["env.curb_heights=[0.02,0.04]"])
    getattr(cfg, mode)()
    cfg.validate()
    assert cfg.events.curbs.params["heights"] == (0.02, 0.04)


@pytest.mark.parametrize("mode", ["evaluation_mode", "play_mode"])
def test_each_episode_of_an_evaluation_has_its_own_mass_and_motors(mode: str):
    cfg, _ = resolve_task_config(TASK, None, overrides=[])
    assert cfg.events.base_mass.mode == cfg.events.motor_strength.mode == "startup"
    getattr(cfg, mode)()
    assert cfg.events.base_mass.mode == cfg.events.motor_strength.mode == "reset"


@pytest.mark.parametrize(
    "option, value, error, message",
    [
        ("curb_heights", (0.1, 0.05), ValueError, r"'curb_heights' must be a range within 0 to 0.2, not \[0.1, 0.05\]"),
        ("curb_heights", (5, 10), ValueError, "within 0 to 0.2"),
        ("curb_heights", 0.1, TypeError, "pair of numbers"),
        ("curb_share", 1.5, ValueError, "'curb_share' must be within 0 to 1, not 1.5"),
        ("curb_share", "half", TypeError, "'curb_share' must be a number, not 'half'"),
        ("push_speed", -0.1, ValueError, "'push_speed' must be within 0 to 2"),
        ("push_speed", float("nan"), ValueError, "within 0 to 2"),
        ("friction_range", (0.0, 1.0), ValueError, "within 0.05 to 3"),
        ("base_mass_range", None, TypeError, "pair of numbers"),
        ("motor_strength_range", (0.9, 9.0), ValueError, "within 0.1 to 3"),
        ("observation_delay", (0.0, 1.0), TypeError, "pair of whole numbers"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(option: str, value: Any, error: type[Exception], message: str):
    cfg = CurbsEnvCfg()
    setattr(cfg, option, value)
    with pytest.raises(error, match=message):
        cfg.validate_config()


def test_the_head_sees_what_the_robot_measures_and_the_teacher_encodes_what_is_hidden():
    agent = load_cfg_from_registry(TASK, "rsl_rl_cfg_entry_point")
    groups = agent.obs_groups
    assert groups["student"] == groups["shared"] == ["onboard"]
    assert groups["teacher"] == ["surroundings"] and groups["critic"] == ["privileged"]


def test_students_that_remember_see_one_sample():
    aligned, asymmetric, distilled = (
        load_cfg_from_registry(TASK, f"rsl_rl_{method}_cfg_entry_point")
        for method in ("memory", "asymmetric_memory", "distillation_memory")
    )
    assert aligned.student.rnn_type == asymmetric.actor.rnn_type == distilled.student.rnn_type == "gru"
    assert aligned.obs_groups == {
        "teacher": ["surroundings"],
        "student": ["present"],
        "critic": ["privileged"],
        "shared": ["present"],
    }
    assert asymmetric.obs_groups == {"student": ["present"], "critic": ["privileged"]}
    assert distilled.obs_groups == {"teacher": ["privileged"], "student": ["present"]}


def test_a_leg_s_bodies_are_mirrored_and_the_foot_is_part_of_the_published_calf():
    published = go1.Inertial.along_axes(
        0.195862,
        (0.00429862, 0.000976676, -0.146197),
        (0.00149767, 0.00148468, 3.58427e-05),
        (0.691246, 0.00357467, 0.00511118, 0.722592),
    )
    for bodies in map(go1.leg_bodies, go1.LEGS):
        calf = bodies["calf"]
        foot = go1.Inertial(go1.FOOT.mass, np.array(go1.FOOT_POSITION), go1.FOOT.tensor)
        center = (calf.mass * calf.center + foot.mass * foot.center) / (calf.mass + foot.mass)
        assert calf.mass + foot.mass == pytest.approx(0.195862)
        np.testing.assert_allclose(center, published.center, atol=1e-12)
        np.testing.assert_allclose(calf.about(center) + foot.about(center), published.tensor, atol=1e-12)
    left, right = go1.leg_bodies("FL"), go1.leg_bodies("FR")
    # the motor of a hip is ahead of it at the rear and behind it in front
    assert left["hip"].center[0] == right["hip"].center[0] == -go1.leg_bodies("RL")["hip"].center[0] < 0.0
    assert left["thigh"].center[1] == -right["thigh"].center[1] < 0.0
    assert left["thigh"].tensor[0, 1] == -right["thigh"].tensor[0, 1] != 0.0


def test_principal_axes_give_the_tensor_back():
    for body in (go1.TRUNK, *go1.leg_bodies("RR").values()):
        moments, axes = body.principal()
        again = go1.Inertial.along_axes(body.mass, tuple(body.center), tuple(moments), tuple(axes))
        np.testing.assert_allclose(again.tensor, body.tensor, atol=1e-12)
        assert moments.min() > 0.0 and 2.0 * moments.max() <= moments.sum() + 1e-12


def test_a_unit_action_commands_a_quarter_of_the_largest_torque():
    assert QUADRUPED_JOINTS[:3] == ["FR_hip_joint", "FR_thigh_joint", "FR_calf_joint"] and len(QUADRUPED_JOINTS) == 12
    for joint in go1.JOINTS:
        torque = QUADRUPED_ACTION_SCALE[f".*_{joint}_joint"] * go1.STIFFNESS[joint]
        assert torque == pytest.approx(0.25 * go1.EFFORT_LIMITS[joint])
