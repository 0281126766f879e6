# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The colour maze in the real simulator: what is seen, what ends an episode, and that a detour is always safe."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from types import SimpleNamespace

import gymnasium as gym
import pytest
import torch
from mujoco_twin import compare_worlds

from isaaclab.app import launch_simulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab_rl.rsl_rl import RslRlVecEnvWrapper
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_lab.evaluation import run_episodes
from tsra_tasks.color_maze.drawing import animate_paths, draw_paths, record_episodes
from tsra_tasks.color_maze.mdp import MazeCommand

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

TASK = "TSRA-ColorMaze-Rover"
NUM_ENVS = 64


@pytest.fixture(scope="module")
def env() -> Iterator[RslRlVecEnvWrapper]:
    """The maze with the initial states of evaluation, on the CPU."""
    env_cfg, _ = resolve_task_config(TASK, None, overrides=[])
    env_cfg.evaluation_mode()
    env_cfg.scene.num_envs = NUM_ENVS
    env_cfg.sim.device = "cpu"
    env_cfg.seed = 0
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg)
        yield RslRlVecEnvWrapper(env)
        env.close()


def maze_of(env: RslRlVecEnvWrapper) -> MazeCommand:
    """The maze command of the environment."""
    return env.unwrapped.command_manager.get_term("maze")


def place(env: RslRlVecEnvWrapper, x: float, y: float) -> ManagerBasedRLEnv:
    """Reset, then put all rovers at one place, at rest."""
    env.seed(0)
    env.reset()
    position = torch.tensor([[x, y]]).repeat(NUM_ENVS, 1)
    maze_of(env).robot.write_joint_position_to_sim_index(position=position)
    maze_of(env).robot.write_joint_velocity_to_sim_index(velocity=torch.zeros_like(position))
    maze_of(env).previous_distance[:] = maze_of(env).distance
    return env.unwrapped


def detour(env: RslRlVecEnvWrapper) -> torch.Tensor:
    """Actions that drive around the maze by its upper side, whatever its cells are."""
    maze = maze_of(env)
    x, y = maze.position.unbind(dim=-1)
    corner_x, corner_y = (maze.half_extents + 0.2).tolist()
    corner = torch.stack([torch.full_like(x, -corner_x), torch.full_like(y, corner_y)], dim=-1)
    beside = (y > corner_y - 0.1) & (x < corner_x)
    target = torch.where(beside[:, None], corner * torch.tensor([-1.5, 1.0]), corner)
    target = torch.where(x[:, None] >= corner_x, maze.goal, target)
    return 5.0 * (target - maze.position)


def test_every_maze_has_a_way_through(env: RslRlVecEnvWrapper) -> None:
    for seed in range(4):
        env.seed(seed)
        env.reset()
        free = ~maze_of(env).lava
        reached = torch.zeros_like(free)
        reached[:, :, 0] = free[:, :, 0]
        for _ in range(free.shape[1] * free.shape[2]):
            spread = reached.clone()
            spread[:, 1:] |= reached[:, :-1]
            spread[:, :-1] |= reached[:, 1:]
            spread[:, :, 1:] |= reached[:, :, :-1]
            spread[:, :, :-1] |= reached[:, :, 1:]
            reached = spread & free
        assert reached[:, :, -1].any(dim=1).all()
        assert maze_of(env).lava.flatten(1).any(dim=1).float().mean() > 0.9


def test_a_detour_is_always_safe(env: RslRlVecEnvWrapper) -> None:
    episodes = run_episodes(env, lambda obs: detour(env), 2 * NUM_ENVS, seed=3)
    assert episodes.success.all()
    assert not episodes.outcomes["lava"].any()
    # it takes longer than the straight way, of 4 m at 1.2 m/s
    assert episodes.lengths.min() > 40


def test_straight_ahead_mostly_ends_in_lava(env: RslRlVecEnvWrapper) -> None:
    episodes = run_episodes(env, lambda obs: 5.0 * maze_of(env).command, NUM_ENVS, seed=3)
    assert episodes.outcomes["lava"].float().mean() > 0.5


def test_lava_ends_the_episode_with_a_penalty_and_path_does_not(env: RslRlVecEnvWrapper) -> None:
    maze = maze_of(env)
    center = maze.cell_centers()[2, 1]
    base = place(env, *center.tolist())
    maze.lava[: NUM_ENVS // 2, 2, 1] = True
    maze.lava[NUM_ENVS // 2 :, 2, 1] = False
    _, rewards, dones, _ = env.step(torch.zeros(NUM_ENVS, 2))
    lava = base.termination_manager.get_term("lava")
    assert lava[: NUM_ENVS // 2].all() and not lava[NUM_ENVS // 2 :].any()
    assert torch.equal(dones.bool(), lava)
    assert rewards[0].item() == pytest.approx(-2.0, abs=0.02)
    assert abs(rewards[-1].item()) < 0.1


def test_the_goal_is_success(env: RslRlVecEnvWrapper) -> None:
    place(env, 2.0, 0.0)
    maze = maze_of(env)
    maze.goal[:] = torch.tensor([2.0, 0.1])
    maze.previous_distance[:] = maze.distance
    _, rewards, dones, _ = env.step(torch.zeros(NUM_ENVS, 2))
    assert env.unwrapped.termination_manager.get_term("success").all() and dones.all()
    assert rewards.mean().item() == pytest.approx(3.0, abs=0.02)


def test_progress_sums_to_the_distance_gained(env: RslRlVecEnvWrapper) -> None:
    base = place(env, -2.0, 0.0)
    start = maze_of(env).distance.clone()
    gained = torch.zeros(NUM_ENVS)
    for _ in range(5):
        env.step(torch.tensor([[0.8, 0.0]]).repeat(NUM_ENVS, 1))
        gained += base.reward_manager._step_reward[:, base.reward_manager.active_terms.index("progress")] * base.step_dt
    torch.testing.assert_close(gained, 0.5 * (start - maze_of(env).distance), atol=1e-4, rtol=0)


def test_the_rover_follows_its_velocity_commands(env: RslRlVecEnvWrapper) -> None:
    place(env, -2.0, 0.0)
    for _ in range(10):
        env.step(torch.tensor([[0.5, -0.3]]).repeat(NUM_ENVS, 1))
    velocity = maze_of(env).robot.data.joint_vel.torch
    torch.testing.assert_close(velocity, torch.tensor([[0.5, -0.3]]).repeat(NUM_ENVS, 1), atol=0.02, rtol=0)
    for _ in range(40):  # and it stops at the edge of the arena
        env.step(torch.tensor([[0.0, 5.0]]).repeat(NUM_ENVS, 1))
    assert maze_of(env).position[:, 1].max() < 2.25


def test_the_onboard_view_is_blind_to_lava_and_the_privileged_one_is_not(env: RslRlVecEnvWrapper) -> None:
    base = place(env, -1.0, 0.2)
    manager = base.observation_manager
    observations = []
    for lava in (True, False):
        maze_of(env).lava[:] = lava
        torch.manual_seed(0)  # the same sensor noise
        observations.append(manager.compute())
    assert torch.equal(observations[0]["onboard"], observations[1]["onboard"])
    assert not torch.equal(observations[0]["privileged"], observations[1]["privileged"])
    assert manager.active_terms == {
        "onboard": ["odometry", "velocity", "goal", "occupancy"],
        "privileged": ["position", "velocity", "goal", "cells"],
    }


def test_occupancy_shows_where_the_maze_is(env: RslRlVecEnvWrapper) -> None:
    base = place(env, -1.2, 0.0)  # on the maze's edge: half of the 5 x 5 points lie over it
    grid = base.observation_manager.compute()["onboard"][:, -25:].reshape(-1, 5, 5).mean(dim=0)
    torch.testing.assert_close(grid[:, :2], torch.zeros(5, 2), atol=0.05, rtol=0)
    torch.testing.assert_close(grid[:, 3:], torch.ones(5, 2), atol=0.05, rtol=0)


def test_the_same_seed_gives_the_same_episodes(env: RslRlVecEnvWrapper) -> None:
    first, second, other = (run_episodes(env, lambda obs: detour(env), NUM_ENVS, seed=s) for s in (5, 5, 6))
    assert torch.equal(first.returns, second.returns)
    assert not torch.equal(first.returns, other.returns)


def test_training_starts_anywhere_around_the_maze_and_evaluation_at_the_start(env: RslRlVecEnvWrapper) -> None:
    term = env.unwrapped.event_manager.get_term_cfg("reset_rover")
    env.reset()
    assert (maze_of(env).position[:, 0] + 2.0).abs().max() < 1e-5
    term.params["anywhere_fraction"] = 0.5
    env.reset()
    position = maze_of(env).position.clone()
    term.params["anywhere_fraction"] = 0.0
    anywhere = (position[:, 0] + 2.0).abs() > 1e-5
    assert 0.25 < anywhere.float().mean() < 0.75
    assert not maze_of(env).inside(position).any()


def test_spectators_are_shown_the_lava(env: RslRlVecEnvWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    maze, drawn = maze_of(env), {}
    monkeypatch.setattr(maze, "_markers", SimpleNamespace(visualize=drawn.update), raising=False)
    maze._debug_vis_callback(None)
    lava = list(maze._marker_cfg().markers).index("lava")
    places = drawn["translations"][drawn["marker_indices"] == lava]
    owners, rows, columns = maze.lava.nonzero(as_tuple=True)
    expected = maze.cell_centers()[rows, columns] + env.unwrapped.scene.env_origins[owners, :2]
    assert 0 < len(expected) < maze.lava.numel() and torch.equal(places[:, :2], expected)


def test_pictures_are_drawn_from_recorded_states(env: RslRlVecEnvWrapper, tmp_path) -> None:
    episodes = record_episodes(env, lambda obs: detour(env), 3, seed=1)
    assert [len(path) for path in episodes.paths] == run_episodes(
        env, lambda obs: detour(env), 3, seed=1
    ).lengths.tolist()
    recordings = {
        "around": episodes,
        "straight": record_episodes(env, lambda obs: 5.0 * maze_of(env).command, 3, seed=1),
    }
    assert (recordings["straight"].arenas["lava"] == episodes.arenas["lava"]).all()
    env.seed(1)
    env.reset()
    assert (episodes.arenas["lava"] == maze_of(env).lava[:3].numpy()).all()
    assert (episodes.arenas["goal"] == maze_of(env).goal[:3].numpy()).all()
    draw_paths(recordings, tmp_path / "paths.png")
    animate_paths(recordings, tmp_path / "paths.gif", period=0.1)
    assert (tmp_path / "paths.png").stat().st_size > 5000
    assert (tmp_path / "paths.gif").read_bytes().startswith(b"GIF89a")


def test_mujoco_reads_and_moves_alike(env: RslRlVecEnvWrapper) -> None:
    env.seed(2)
    env.reset()
    found = compare_worlds(env, TASK, ["onboard"], lambda: 5.0 * maze_of(env).command, num_steps=40)
    assert {"lava", "success"} >= set(found.outcomes) and "lava" in found.outcomes
    env.reset()
    aside = torch.tensor([[0.0, 1.2]]).repeat(NUM_ENVS, 1)  # against the edge of the arena, which yields
    edge = compare_worlds(env, TASK, ["onboard"], lambda: aside, num_steps=30)
    assert maze_of(env).position[:, 1].max() > 2.2
    for differences in (found.readings, found.states, edge.readings, edge.states):
        for name, values in differences.items():
            assert values.max() < 1e-4, name
