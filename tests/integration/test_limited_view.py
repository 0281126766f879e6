# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The limited view in the real simulator: how it drives, what is seen, what ends an episode, what may be redrawn."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator

import gymnasium as gym
import numpy as np
import pytest
import torch
from mujoco_twin import compare_worlds

from isaaclab.app import launch_simulation
from isaaclab_rl.rsl_rl import RslRlVecEnvWrapper
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_lab.evaluation import run_episodes
from tsra_lab.export.isaac_lab.actions import describe_actions
from tsra_tasks.limited_view.drawing import animate_paths, draw_paths, record_episodes
from tsra_tasks.limited_view.limited_view_env_cfg import FAN, FAN_RANGE
from tsra_tasks.limited_view.mdp import FieldCommand

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

TASK = "TSRA-LimitedView-Rover"
NUM_ENVS = 1024
FAR = 10.0


@pytest.fixture(scope="module")
def env() -> Iterator[RslRlVecEnvWrapper]:
    """The field on the CPU."""
    env_cfg, _ = resolve_task_config(TASK, None, overrides=[])
    env_cfg.scene.num_envs = NUM_ENVS
    env_cfg.sim.device = "cpu"
    env_cfg.seed = 0
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg)
        yield RslRlVecEnvWrapper(env)
        env.close()


def field_of(env: RslRlVecEnvWrapper) -> FieldCommand:
    """The field command of the environment."""
    return env.unwrapped.command_manager.get_term("field")


def place(env: RslRlVecEnvWrapper, x: float, y: float, heading: float, post: tuple[float, float]) -> FieldCommand:
    """Reset, then put all rovers at one place, at rest, with one post about and the others far away."""
    env.seed(0)
    env.reset()
    field = field_of(env)
    state = torch.zeros(NUM_ENVS, 3)
    state[:, field.drive_ids + field.turn_ids] = torch.tensor([x, y, heading])
    field.robot.write_joint_position_to_sim_index(position=state)
    field.robot.write_joint_velocity_to_sim_index(velocity=torch.zeros_like(state))
    field.posts[:] = FAR
    field.posts[:, 0] = torch.tensor(post)
    field.previous_distance[:] = field.distance
    return field


def groups(env: RslRlVecEnvWrapper) -> dict[str, torch.Tensor]:
    """Noise-free privileged terms by name."""
    manager = env.unwrapped.observation_manager
    values = manager.compute_group("privileged")
    sizes = [dim[0] for dim in manager.group_obs_term_dim["privileged"]]
    return dict(zip(manager.active_terms["privileged"], values.split(sizes, dim=-1), strict=True))


def test_it_drives_where_it_faces(env: RslRlVecEnvWrapper) -> None:
    for action, direction in (([1.0, 0.0, 0.0], 2.0), ([0.0, 0.5, 0.0], 2.0 + math.pi / 2)):
        field = place(env, 0.0, 0.0, 2.0, (FAR, FAR))
        for _ in range(5):
            env.step(torch.tensor([action]).repeat(NUM_ENVS, 1))
        motion = field.position[0]
        assert math.atan2(motion[1], motion[0]) == pytest.approx(math.remainder(direction, 2 * math.pi), abs=0.02)
        assert field.heading[0].item() == pytest.approx(2.0, abs=0.02)


def test_speeds_are_bounded_and_settle(env: RslRlVecEnvWrapper) -> None:
    field = place(env, -2.0, 0.0, 0.0, (FAR, FAR))
    for _ in range(12):
        env.step(torch.tensor([[50.0, 0.0, 0.0]]).repeat(NUM_ENVS, 1))
    assert field.velocity[0, 0].item() == pytest.approx(1.2, abs=0.02)
    field = place(env, 0.0, 0.0, 0.0, (FAR, FAR))
    for _ in range(12):
        env.step(torch.tensor([[0.0, 0.0, -50.0]]).repeat(NUM_ENVS, 1))
    assert field.turn_rate[0].item() == pytest.approx(-2.5, abs=0.05)
    assert field.position[0].norm().item() < 0.01


def test_the_fan_sees_ahead_and_the_privileged_view_all_around(env: RslRlVecEnvWrapper) -> None:
    # one metre to the left of a rover that faces the goal: outside the fan
    place(env, 0.0, -0.5, 0.0, (0.0, 0.5))
    terms = groups(env)
    assert (terms["rays_in_fan"] == 1.0).all()
    assert terms["rays_outside_fan"].min(dim=-1).values[0].item() == pytest.approx(0.8 / 3.0, abs=0.02)
    onboard = env.unwrapped.observation_manager.compute_group("onboard")
    assert (onboard[:, -len(FAN) :] - 1.0).abs().max().item() < 0.15  # noise alone
    # it turns to it
    place(env, 0.0, -0.5, math.pi / 2, (0.0, 0.5))
    terms = groups(env)
    assert terms["rays_in_fan"][0, len(FAN) // 2].item() == pytest.approx(0.8 / 3.0, abs=1e-3)
    onboard = env.unwrapped.observation_manager.compute_group("onboard")
    assert onboard[:, -len(FAN) // 2].mean().item() == pytest.approx(0.8 / FAN_RANGE, abs=0.01)
    # the goal is to its right now
    goal = terms["goal"][0]
    assert goal[1].item() == pytest.approx(-2.3, abs=0.01)


def test_posts_end_the_episode_with_a_penalty(env: RslRlVecEnvWrapper) -> None:
    place(env, 0.0, 0.0, 0.0, (0.31, 0.0))
    _, rewards, dones, _ = env.step(torch.zeros(NUM_ENVS, 3))
    assert dones.all() and env.unwrapped.termination_manager.get_term("collision").all()
    assert rewards.max().item() < -1.9
    place(env, 0.0, 0.0, 0.0, (0.34, 0.0))
    assert not env.step(torch.zeros(NUM_ENVS, 3))[2].any()


def test_the_goal_ends_the_episode_with_success(env: RslRlVecEnvWrapper) -> None:
    field = place(env, 2.2, 0.0, 0.0, (FAR, FAR))
    field.goal[:] = torch.tensor([2.3, 0.0])
    _, rewards, dones, _ = env.step(torch.zeros(NUM_ENVS, 3))
    assert dones.all() and env.unwrapped.termination_manager.get_term("success").all()
    assert rewards.min().item() > 2.8


def test_a_blind_rover_mostly_hits_a_post(env: RslRlVecEnvWrapper) -> None:
    def straight(_: object) -> torch.Tensor:
        return torch.cat([5.0 * field_of(env).command, torch.zeros(NUM_ENVS, 1)], dim=-1)

    episodes = run_episodes(env, straight, NUM_ENVS, seed=3)
    assert episodes.outcomes["collision"].float().mean() > 0.7
    # it drives to the goal at a heading that has nothing to do with it
    assert abs(episodes.metrics["looks_where_it_goes"].nanmean().item()) < 0.1


def test_looking_where_it_goes_is_the_cosine_of_heading_and_motion(env: RslRlVecEnvWrapper) -> None:
    for action, cosine in (([1.0, 0.0, 0.0], 1.0), ([-1.0, 0.0, 0.0], -1.0), ([0.5, 0.5, 0.0], math.sqrt(0.5))):
        field = place(env, 0.0, 0.0, 0.5, (FAR, FAR))
        assert field.looks_where_it_goes().isnan().all()
        for _ in range(5):
            env.step(torch.tensor([action]).repeat(NUM_ENVS, 1))
        assert field.looks_where_it_goes()[0].item() == pytest.approx(cosine, abs=0.01)


def test_redrawn_posts_are_those_that_the_fan_does_not_see(env: RslRlVecEnvWrapper) -> None:
    env.seed(5)
    env.reset()
    for _ in range(15):  # into the field
        env.step(torch.cat([2.0 * field_of(env).command, torch.zeros(NUM_ENVS, 1)], dim=-1))
    field = field_of(env)
    present = field.posts.clone()
    reading = field.post_distances(torch.tensor(FAN), FAN_RANGE)
    before = groups(env)
    with env.unwrapped.cfg.resampled_hidden_state(env.unwrapped) as found:
        assert found.float().mean() > 0.9
        torch.testing.assert_close(field.post_distances(torch.tensor(FAN), FAN_RANGE), reading, atol=0, rtol=0)
        assert not field.touches_post()[found].any()
        inside = groups(env)
        for name in ("position", "heading", "velocity", "goal"):
            torch.testing.assert_close(inside[name], before[name], atol=0, rtol=0)
        changed = (inside["rays_outside_fan"] != before["rays_outside_fan"]).any(dim=-1)
        assert changed[found].float().mean() > 0.9
        assert not changed[~found].any()
    torch.testing.assert_close(field.posts, present, atol=0, rtol=0)


def test_spectators_are_shown_the_fan_and_what_it_does_not_see(env: RslRlVecEnvWrapper) -> None:
    field = place(env, 0.5, 0.0, math.pi / 2, post=(0.5, 1.0))
    field.posts[:, 1] = torch.tensor([0.5, -1.0])
    marks = env.unwrapped.cfg.overlay(env.unwrapped)
    fan, unseen = marks["fan"], marks["unseen_posts"]
    assert fan.ends.shape == fan.points.shape == (NUM_ENVS, len(FAN), 3)
    reach = (fan.ends - fan.points).norm(dim=-1)
    assert torch.allclose(fan.ends[:, 4, :2], torch.tensor([0.5, 1.0 - field.cfg.post_radius]), atol=1e-4)
    assert torch.allclose(reach[:, [0, 8]], torch.tensor(FAN_RANGE))
    assert torch.equal(unseen.points[..., :2], field.posts)
    assert not unseen.shown[:, 0].any() and unseen.shown[:, 1:].all()


def test_pictures_are_drawn_from_recorded_states(env: RslRlVecEnvWrapper, tmp_path) -> None:
    def straight(_: object) -> torch.Tensor:
        return torch.cat([5.0 * field_of(env).command, torch.zeros(NUM_ENVS, 1)], dim=-1)

    episodes = record_episodes(env, straight, 40, seed=3)
    env.seed(3)
    env.reset()
    assert (episodes.arenas["posts"] == field_of(env).posts[:40].numpy()).all()
    assert (episodes.arenas["goal"] == field_of(env).goal[:40].numpy()).all()
    touch = episodes.cfg.post_radius + episodes.cfg.robot_radius
    clearance = [
        np.linalg.norm(path[:, None, :2] - posts, axis=-1).min()
        for path, posts in zip(episodes.paths, episodes.arenas["posts"], strict=True)
    ]
    assert all(distance >= touch for distance in clearance)  # it ends before the step that would touch
    assert 0 < episodes.success.sum() < 40
    assert max(c for c, success in zip(clearance, episodes.success, strict=True) if not success) < touch + 0.2
    few = {"straight": record_episodes(env, straight, 2, seed=3)}
    draw_paths(few, tmp_path / "paths.png")
    animate_paths(few, tmp_path / "paths.gif", period=0.1)
    assert (tmp_path / "paths.png").stat().st_size > 5000
    assert (tmp_path / "paths.gif").read_bytes().startswith(b"GIF89a")


def test_the_contract_tells_the_robot_s_interface(env: RslRlVecEnvWrapper) -> None:
    (action,) = describe_actions(env.unwrapped)
    assert action["kind"] == "body velocity"
    assert (action["scale"], action["offset"]) == ([1.0, 1.0, 2.0], [0.0, 0.0, 0.0])
    assert np.allclose(action["clip"], [[-1.2, 1.2], [-1.2, 1.2], [-2.5, 2.5]])


def test_a_thousand_environments_are_fast_on_a_cpu(env: RslRlVecEnvWrapper) -> None:
    actions = torch.randn(NUM_ENVS, 3)
    start = time.perf_counter()
    for _ in range(30):
        env.step(actions)
    assert 30 * NUM_ENVS / (time.perf_counter() - start) > 5000  # a fraction of what an idle machine reaches


def test_mujoco_reads_and_moves_alike(env: RslRlVecEnvWrapper) -> None:
    env.seed(2)
    env.reset()

    def drive() -> torch.Tensor:
        """Straight to the goal, turning."""
        turn = torch.linspace(-1.0, 1.0, NUM_ENVS)[:, None]
        return torch.cat([field_of(env).command.clamp(-1.0, 1.0), turn], dim=-1)

    found = compare_worlds(env, TASK, ["onboard"], drive, num_steps=60)
    assert {"collision", "success"} == set(found.outcomes)
    for differences in (found.readings, found.states):
        for name, values in differences.items():
            assert values.max() < 1e-3, name
