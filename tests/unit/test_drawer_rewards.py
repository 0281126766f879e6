# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Rewards of the drawer task that need no simulator."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch

from tsra_tasks.open_drawer.mdp import approach_handle, excess_command

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def test_only_what_exceeds_the_bounds_of_an_action_costs() -> None:
    actions = torch.tensor([[0.9, -1.0, 0.0, 1.0], [1.5, -3.0, 0.5, 0.0]])
    env = SimpleNamespace(action_manager=SimpleNamespace(action=actions))
    assert excess_command(env).tolist() == [0.0, 4.25]


FINGERS = ((-0.04, 0.0, 0.0), (0.04, 0.0, 0.0))
GOALS = ((0.46, 0.0, 0.4), (0.54, 0.0, 0.4))
CLEARANCE = 0.05


class Scene(dict):
    """Assets by name, and where the environments are."""

    env_origins = torch.zeros(1, 3)


def approach(poses: list[tuple[float, float, float, float]]) -> list[float]:
    """Rewards of a gripper with poses to the goal (x, y, z, turn), one after the other; a step takes a second."""
    hand, handle = (
        SimpleNamespace(
            data=SimpleNamespace(
                body_link_pos_w=SimpleNamespace(torch=torch.zeros(1, 1, 3)),
                body_link_quat_w=SimpleNamespace(torch=torch.tensor([[[0.0, 0.0, 0.0, 1.0]]])),
            )
        )
        for _ in range(2)
    )
    env = SimpleNamespace(scene=Scene(robot=hand, cabinet=handle), num_envs=1, device="cpu", step_dt=1.0)
    parts = [SimpleNamespace(name=name, body_ids=[0]) for name in env.scene]
    term = approach_handle(SimpleNamespace(params={}), env)
    rewards = []
    for *place, turn in poses:
        hand.data.body_link_pos_w.torch[:] = torch.tensor(GOALS).mean(dim=0) + torch.tensor(place)
        hand.data.body_link_quat_w.torch[..., 2:] = torch.tensor([math.sin(0.5 * turn), math.cos(0.5 * turn)])
        rewards.append(term(env, parts[0], FINGERS, parts[1], GOALS, CLEARANCE).item())
    return rewards


def test_the_gripper_is_led_over_the_bar() -> None:
    # far away at the goal's height, up, across, down
    way = [(-0.2, 0.1, 0.0, 0.0), (-0.2, 0.1, 0.05, 0.0), (-0.05, 0.0, 0.05, 0.0), (0.0, 0.0, 0.0, 0.0)]
    rewards = approach(way)
    assert rewards[0] == 0.0
    assert min(rewards[1:]) > 0.0
    # before the bar, where the rear finger stops, up is a way on
    assert approach([(0.065, 0.0, 0.0, 0.0), (0.065, 0.0, 0.02, 0.0)])[1] > 0.01


def test_a_gripper_that_is_turned_wrong_gains_by_turning() -> None:
    for turn in (-1.5, -0.5, 0.5, 1.5):
        assert approach([(0.0, 0.0, 0.05, turn), (0.0, 0.0, 0.05, 0.8 * turn)])[1] > 0.003


def test_metres_gained_do_not_depend_on_the_way() -> None:
    start, detour, goal = (0.3, 0.0, 0.1, 0.0), (0.1, -0.3, 0.4, 0.7), (0.0, 0.0, 0.0, 0.0)
    assert sum(approach([start, goal])) == pytest.approx(sum(approach([start, detour, goal])))
    assert sum(approach([start, goal])) == pytest.approx(0.4)
