# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The walking robot in plain MuJoCo: how it stands and falls, its commands, pushes and late sensors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sim2sim_files import make_contract, make_env_cfg
from sim2sim_walks import STANDING, curbs_state, make_curbs, stand

from tsra_sim2sim import Curbs, SensorDelays, SensorNoise, WorldError
from tsra_sim2sim.pushes import Pushes
from tsra_sim2sim.velocity_command import VelocityCommand

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

PERIOD = 0.02


def yawed(angle: float) -> list[float]:
    """Quaternion (x, y, z, w) of a turn about the vertical."""
    return [0.0, 0.0, math.sin(0.5 * angle), math.cos(0.5 * angle)]


def test_it_stands_still_under_its_weight() -> None:
    world = make_curbs()
    world.reset(curbs_state())
    assert stand(world, 3.0)[50:].max() < 0.3
    state = world.state()
    assert 0.23 < state["position"][2] < 0.27 and np.abs(state["position"][:2]).max() < 0.15
    assert world.observe()["projected_gravity"][2] < -0.97
    assert world.outcome() is None


def test_readings_are_in_the_trunk_s_frame() -> None:
    world = make_curbs()
    changes = {"orientation": yawed(math.pi / 2), "velocity": [0.0, 0.4, 0.0], "angular_velocity": [0.0, 0.0, 0.6]}
    world.reset(curbs_state(**changes, joint_pos=STANDING + 0.1))
    readings = world.observe()
    assert readings["base_ang_vel"] == pytest.approx([0.0, 0.0, 0.6])
    assert readings["joint_pos_rel"] == pytest.approx(np.full(12, 0.1))
    assert readings["velocity_commands"].tolist() == [0.5, 0.0, 0.0]
    assert world.heading == pytest.approx(math.pi / 2)
    # that of the centre of mass, which is 22 mm ahead of the frame's origin and 2 mm to its left
    assert world.velocity == pytest.approx([0.4 - 0.6 * 0.002, 0.6 * 0.0223, 0.0])
    state = world.state()
    assert state["angular_velocity"] == pytest.approx([0.0, 0.0, 0.6])
    world.reset(curbs_state(orientation=[math.sin(0.25), 0.0, 0.0, math.cos(0.25)], angular_velocity=[0.0, 0.0, 1.0]))
    assert world.observe()["base_ang_vel"] == pytest.approx([0.0, math.sin(0.5), math.cos(0.5)])
    assert world.observe()["projected_gravity"] == pytest.approx([0.0, -math.sin(0.5), -math.cos(0.5)])


def test_falls_end_an_episode() -> None:
    world = make_curbs()
    upside_down = curbs_state(orientation=[1.0, 0.0, 0.0, 0.0], position=[0.0, 0.0, 0.4])
    world.reset(upside_down)
    assert world.outcome() == "tipped_over"
    folded = curbs_state(position=[0.0, 0.0, 0.048], joint_pos=[0.0, 2.6, -2.7] * 4)
    world.reset(folded)
    world.step(np.array([0.0, 2.6, -2.7] * 4))
    assert world.outcome() == "trunk_contact"
    world.reset(curbs_state())
    world.step(STANDING)
    assert world.outcome() is None  # nothing is left of the fall before


def test_a_curb_below_the_trunk_is_touched_and_one_that_is_away_is_not() -> None:
    world = make_curbs()
    for top, outcome in ((0.25, "trunk_contact"), (0.15, None)):
        curbs = [[0.0, 0.0, top, 0.3]] + [[9.0, 0.0, -0.5, 0.0]] * 4
        world.reset(curbs_state(curbs=curbs))
        world.step(STANDING)
        assert world.outcome() == outcome


def test_success_is_a_followed_command_at_the_end_of_the_time() -> None:
    world = make_curbs()
    for command, success in (([0.0, 0.0, 0.0], "success"), ([0.5, 0.0, 0.0], None), ([0.0, 0.0, 0.6], None)):
        world.reset(curbs_state(command=command))
        for _ in range(world.max_steps):
            assert world.outcome() is None
            world.step(STANDING)
        assert world.max_steps == 500 and world.outcome() == success


def test_what_is_drawn_for_an_episode_changes_the_model_and_is_taken_back() -> None:
    world = make_curbs()
    friction = np.linspace(0.4, 1.2, 14)
    world.reset(curbs_state(trunk_mass=1.5, motor_strength=0.8, friction=friction))
    model = world.model
    heavy, inertia = model.body("trunk").mass[0], model.body("trunk").inertia.copy()
    assert heavy == pytest.approx(1.5 * 5.204) and model.body_subtreemass[1] == pytest.approx(12.743448 + heavy / 3.0)
    gains = model.actuator("FR_calf_joint")
    assert gains.gainprm[0] == pytest.approx(0.8 * 35.764, rel=1e-4) and gains.biasprm[2] < -1.0
    assert model.geom("RL_foot/ball_collision").friction[0] == pytest.approx(1.2)
    assert model.geom("trunk/box_collision").friction[0] == pytest.approx(0.4)
    world.reset(curbs_state())
    assert model.body("trunk").mass[0] == pytest.approx(5.204)
    np.testing.assert_allclose(1.5 * model.body("trunk").inertia, inertia)
    assert model.actuator("FR_calf_joint").gainprm[0] == pytest.approx(35.764, rel=1e-4)
    ice = make_curbs()
    ice.reset(curbs_state(friction=np.full(14, 0.05), velocity=[0.0, 0.5, 0.0], position=[0.0, 0.0, 0.285]))
    world.reset(curbs_state(velocity=[0.0, 0.5, 0.0], position=[0.0, 0.0, 0.285]))
    for _ in range(25):
        ice.step(STANDING)
        world.step(STANDING)
    assert ice.state()["position"][1] > world.state()["position"][1] + 0.05


def test_commands_turn_the_robot_and_are_drawn_anew() -> None:
    cfg = make_env_cfg(Curbs.task)["commands"]["base_velocity"]
    command, random = VelocityCommand(cfg), np.random.default_rng(0)
    command.begin(curbs_state(command=[0.5, 0.1, -0.6], heading_target=0.3))
    assert command.value.tolist() == [0.5, 0.1, -0.6]  # the first is as it was drawn
    command.update(0.1, PERIOD, random)
    assert command.value == pytest.approx([0.5, 0.1, 0.5 * 0.2])
    command.update(-2.5, PERIOD, random)
    assert command.value[2] == 0.6
    command.update(2.0 * math.pi + 0.2, PERIOD, random)
    assert command.value[2] == pytest.approx(0.05)
    drawn = []
    for _ in range(200):
        command.begin(curbs_state())
        for step in range(1, 501):
            command.update(0.0, PERIOD, random)
            if command.value[0] != 0.5:
                drawn.append([step, *command.value])
                break
    steps, ahead, left, turn = np.array(drawn).T
    assert len(drawn) == 200 and len(set(steps)) == 1 and steps[0] in (250, 251)  # after 5 s
    assert 0.3 <= ahead.min() < 0.35 and 0.75 < ahead.max() <= 0.8
    assert -0.15 <= left.min() < -0.12 and 0.12 < left.max() <= 0.15
    assert np.abs(turn).max() <= 0.15 and np.abs(turn).max() > 0.13  # half of the heading's error
    with pytest.raises(WorldError, match="stand still"):
        VelocityCommand(cfg | {"rel_standing_envs": 0.1})


def test_pushes_come_every_4_to_8_seconds() -> None:
    cfg, random = make_env_cfg(Curbs.task)["events"]["push"], np.random.default_rng(0)
    cfg["params"]["velocity_range"] = {"x": [-0.3, 0.3], "y": [-0.3, 0.3]}
    pushes = Pushes(cfg)
    changes = np.array([pushes.draw(PERIOD, random) for _ in range(60_000)])
    pushed = np.flatnonzero(changes.any(axis=1))
    gaps = np.diff(pushed) * PERIOD
    assert 4.0 - 1e-9 <= gaps.min() < 4.3 and 7.7 < gaps.max() <= 8.0 + 1e-9
    assert np.abs(changes).max() <= 0.3 and changes[pushed, :2].std() == pytest.approx(0.3 / math.sqrt(3.0), rel=0.1)
    assert not changes[:, 2].any()
    pushes.reset()
    assert not any(pushes.draw(PERIOD, random).any() for _ in range(199))
    assert not Pushes(None).draw(PERIOD, random).any()
    with pytest.raises(WorldError, match="yaw"):
        Pushes(cfg | {"params": {"velocity_range": {"yaw": [-1.0, 1.0]}}})


def test_a_push_shifts_the_trunk_between_two_steps() -> None:
    env_cfg = make_env_cfg(Curbs.task)
    env_cfg["events"]["push"]["interval_range_s"] = [0.0, 0.0]
    env_cfg["events"]["push"]["params"]["velocity_range"] = {"x": [0.5, 0.5], "y": [0.0, 0.0]}
    world = make_curbs(env_cfg=env_cfg)
    world.reset(curbs_state())
    before = world.state()["velocity"]
    world.between_steps(np.random.default_rng(0))
    assert world.state()["velocity"] - before == pytest.approx([0.5, 0.0, 0.0])


def test_sensors_are_late_by_what_is_drawn_for_an_episode() -> None:
    env_cfg, contract = make_env_cfg(Curbs.task), make_contract(Curbs.task)
    for name in ("base_ang_vel", "joint_pos_rel"):
        env_cfg["observations"]["onboard"][name] |= {"delay_min_lag": 0, "delay_max_lag": 2}
    env_cfg["observations"]["onboard"]["joint_vel_rel"] |= {"delay_min_lag": 1, "delay_max_lag": 1}
    delays = SensorDelays(contract, env_cfg, seed=0)
    lags = set()
    for _ in range(40):
        delays.reset()
        seen = []
        for step in range(6):
            reading = {
                name: np.full(3, float(step)) for name in ("base_ang_vel", "joint_pos_rel", "joint_vel_rel", "other")
            }
            seen.append({name: values[0] for name, values in delays(reading).items()})
        assert [item["other"] for item in seen] == [0, 1, 2, 3, 4, 5]
        assert [item["joint_vel_rel"] for item in seen] == [0, 0, 1, 2, 3, 4]
        pair = tuple(5 - int(seen[5][name]) for name in ("base_ang_vel", "joint_pos_rel"))
        for name, lag in zip(("base_ang_vel", "joint_pos_rel"), pair, strict=True):
            assert [item[name] for item in seen] == [max(0, step - lag) for step in range(6)]
        lags.add(pair)
    assert lags == {(first, second) for first in range(3) for second in range(3)}
    env_cfg["observations"]["onboard"]["joint_pos_rel"]["delay_hold_prob"] = 0.5
    with pytest.raises(ValueError, match="'joint_pos_rel' changes within an episode"):
        SensorDelays(contract, env_cfg, seed=0)


def test_uniform_noise_is_that_of_the_configuration() -> None:
    noise = SensorNoise(make_contract(Curbs.task), make_env_cfg(Curbs.task), seed=0)
    shapes = {
        "base_ang_vel": 3,
        "projected_gravity": 3,
        "velocity_commands": 3,
        "joint_pos_rel": 12,
        "joint_vel_rel": 12,
    }
    draws = [noise({name: np.zeros(size) for name, size in shapes.items()}) for _ in range(500)]
    for name, bound in (
        ("base_ang_vel", 0.2),
        ("projected_gravity", 0.05),
        ("joint_pos_rel", 0.01),
        ("joint_vel_rel", 1.5),
    ):
        values = np.array([draw[name] for draw in draws])
        assert 0.98 * bound < np.abs(values).max() <= bound and abs(values.mean()) < 0.1 * bound
    assert not np.array([draw["velocity_commands"] for draw in draws]).any()
