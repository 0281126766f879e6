# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Policies side by side: what they meet, how their episodes are counted, and what a user may ask for."""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import yaml
from tensordict import TensorDict
from test_environment_of_run import record
from test_trust import GOOD, write

import tsra_tasks  # noqa: F401
from tsra_lab.commands import play
from tsra_lab.hooks import Marks, TaskHooks
from tsra_lab.runs import check_playback, refusals, resolve_configs, session
from tsra_lab.runs.playback import MatchedParts, requests
from tsra_lab.runs.playback.controls import Controls, Pace
from tsra_lab.runs.playback.overlay import _placed
from tsra_lab.runs.playback.players import Players, Tally
from tsra_lab.runs.playback.viser_page import _picture, viser_server

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


class WayCfg(TaskHooks):
    """Tells the way that is to be gone, and where it begins."""

    def initial_state(self, env: WayEnv) -> dict[str, torch.Tensor]:
        return {"way": env.way, "place": env.place}


class WayEnv:
    """Points that go a way, whose length is drawn at each reset, at the speed of their action."""

    def __init__(self, num_envs: int, place: torch.Tensor | None = None) -> None:
        self.num_envs, self.device, self.max_episode_length = num_envs, "cpu", 40
        self.unwrapped, self.cfg = self, WayCfg()
        self.place = torch.zeros(num_envs) if place is None else place
        self.way, self.gone = torch.zeros(num_envs), torch.zeros(num_envs)
        self.episode_length_buf = torch.zeros(num_envs, dtype=torch.long)

    def _reset_idx(self, env_ids: torch.Tensor) -> None:
        self.way[env_ids] = 1.0 + torch.rand(len(env_ids))
        self.gone[env_ids] = 0.0
        self.episode_length_buf[env_ids] = 0

    def reset(self) -> None:
        self._reset_idx(slice(None))

    def step(self, speed: torch.Tensor) -> torch.Tensor:
        torch.rand(1)  # noise
        self.gone += speed
        self.episode_length_buf += 1
        dones = (self.gone >= self.way) | (self.episode_length_buf >= self.max_episode_length)
        self._reset_idx(dones.nonzero()[:, 0].int())
        return dones.long()


def test_partners_meet_the_same_episodes_at_the_same_time():
    env = WayEnv(6)
    parts = MatchedParts(env, 3, seed=5)
    speed = torch.tensor([0.05, 0.04, 0.2, 0.1, 0.5, 0.3])
    met: list[list[float]] = [[] for _ in range(6)]
    for _ in range(400):
        before, free = env.way.clone(), ~parts.waiting
        for row in range(2):  # those who do not wait are as far in their episode as each other
            lengths = env.episode_length_buf[row::2][free[row::2]]
            assert (lengths == lengths[0]).all()
        parts.hold()
        ended = parts.ended(env.step(speed))
        assert not (ended & ~free).any()
        for index in ended.nonzero()[:, 0].tolist():
            met[index].append(float(before[index]))
    for row in range(2):
        ways = met[row::2]
        count = min(map(len, ways))
        assert count >= 8 and max(map(len, ways)) <= count + 1
        assert ways[0][:count] == ways[1][:count] == ways[2][:count]
        assert len(set(ways[0])) == len(ways[0])
    assert met[0][0] != met[1][0]


def test_what_is_reset_by_hand_begins_together_and_draws_nothing_from_others():
    env = WayEnv(2)
    parts = MatchedParts(env, 2, seed=5)
    speed = torch.tensor([0.01, 0.6])
    while not parts.waiting.any():
        parts.hold()
        parts.ended(env.step(speed))
    state = torch.get_rng_state()
    env._reset_idx(torch.arange(2))
    assert torch.equal(torch.get_rng_state(), state)
    assert env.way[0] == env.way[1]
    parts.ended(torch.ones(2))
    assert not parts.waiting.any()


def test_the_seed_decides():
    ways = []
    for seed in (1, 1, 2):
        env = WayEnv(4)
        MatchedParts(env, 2, seed)
        ways.append(env.way)
    assert torch.equal(ways[0], ways[1]) and not torch.equal(ways[0], ways[2])


def test_parts_that_cannot_be_alike_are_refused():
    with pytest.raises(ValueError, match="5 environments cannot be split into 2 equal parts"):
        MatchedParts(WayEnv(5), 2, 0)
    with pytest.raises(ValueError, match="differ in 'place': the task draws it elsewhere than in its resets"):
        MatchedParts(WayEnv(4, place=torch.arange(4.0)), 2, 0)


def test_nobody_waits_where_nothing_times_out():
    env = WayEnv(2)
    parts = MatchedParts(env, 2, seed=5)
    parts.waiting[1] = True
    with pytest.raises(RuntimeError, match="does not end episodes by time-out"):
        parts.ended(torch.tensor([1, 0]))


class Remembering:
    """Gives one number, and notes what it was told to forget."""

    def __init__(self, number: float) -> None:
        self.number = number
        self.forgotten: list[list[int] | None] = []

    def __call__(self, obs: TensorDict) -> torch.Tensor:
        return torch.full((len(obs), 1), self.number)

    def reset(self, dones: torch.Tensor | None = None) -> None:
        self.forgotten.append(None if dones is None else dones.tolist())


def players() -> Players:
    policies = {name: Remembering(number) for number, name in enumerate(("teacher", "student", "onnx"))}
    return Players(policies, ["teacher", "student"], SimpleNamespace(num_envs=4, device="cpu"))


def test_each_acts_in_its_part_until_it_is_switched():
    cast, obs = players(), TensorDict({"x": torch.zeros(4, 1)}, batch_size=[4])
    assert cast(obs).flatten().tolist() == [0.0, 0.0, 1.0, 1.0]
    cast.reset(torch.tensor([0, 1, 0, 0]))
    assert [policy.forgotten for policy in cast.policies.values()] == [[[0, 1, 0, 0]], [[0, 1, 0, 0]], []]
    cast.switch(0, "onnx")
    assert cast(obs).flatten().tolist() == [2.0, 2.0, 1.0, 1.0]
    assert cast.policies["onnx"].forgotten == [None]
    cast.switch(0, "student")  # acts already: what it remembers is right
    assert cast.policies["student"].forgotten == [[0, 1, 0, 0]]


def test_episodes_are_counted_for_each_part_unless_broken_off():
    cast = players()
    tally = Tally(cast)
    assert tally.lines() == ["teacher: 0 episodes", "student: 0 episodes"]
    none = torch.zeros(4, dtype=torch.bool)
    success, late = torch.tensor([True, False, True, False]), torch.tensor([False, True, False, False])
    tally.add(~none, {"success": success, "time_out": late})  # the last was reset by hand
    assert tally.lines() == ["teacher: 2 episodes, success 1, time_out 1", "student: 1 episode, success 1"]
    cast.switch(0, "onnx")
    tally.restart(0)
    tally.add(success, {"success": success, "time_out": none})
    assert tally.lines() == ["onnx: 0 episodes", "student: 2 episodes, success 2"]
    tally.add(success, {"success": success, "time_out": none})
    assert tally.lines() == ["onnx: 1 episode, success 1", "student: 3 episodes, success 3"]


def test_a_pause_lasts_until_a_step_or_its_end_is_asked_for():
    controls, idle = Controls(), []
    controls.wait(lambda: idle.append(None))
    assert idle == []
    controls.paused = True
    threading.Timer(0.05, controls.step.set).start()
    controls.wait(lambda: idle.append(None), period=0.01)
    assert len(idle) > 1 and controls.paused and not controls.step.is_set()
    threading.Timer(0.05, lambda: setattr(controls, "paused", False)).start()
    controls.wait(lambda: None, period=0.01)


def test_the_pace_is_a_multiple_of_real_time(monkeypatch: pytest.MonkeyPatch):
    now, slept = [100.0], []

    def sleep(duration: float) -> None:
        slept.append(duration)
        now[0] += duration

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", sleep)
    pace = Pace(0.1)
    for speed in (1.0, 1.0, 0.5, None, 4.0):
        pace.keep(speed)
    assert slept == pytest.approx([0.1, 0.1, 0.2, 0.025])
    now[0] += 5.0  # a long step
    pace.keep(1.0)
    pace.keep(1.0)
    assert slept[-2:] == pytest.approx([0.0, 0.1])


def arguments(**changes: object) -> argparse.Namespace:
    return argparse.Namespace(**{"policy": ["teacher", "student"], "num_envs": None, "visualizer": None} | changes)


def test_what_cannot_be_played_is_refused_before_the_simulator_starts(monkeypatch: pytest.MonkeyPatch):
    maze, _ = resolve_configs("TSRA-ColorMaze-Rover", None, [])
    assert check_playback(arguments(), maze) == 4
    assert check_playback(arguments(policy=["student"], num_envs=3), maze) is None
    with pytest.raises(ValueError, match="--num_envs 3: 2 policies side by side need a multiple of 2, such as 4"):
        check_playback(arguments(num_envs=3), maze)
    legs, _ = resolve_configs("TSRA-Velocity-Flat-Go2", None, [])
    assert check_playback(arguments(policy=["onnx"]), legs) is None
    with pytest.raises(ValueError, match=f"{type(legs).__name__} does not tell its initial states"):
        check_playback(arguments(), legs)
    monkeypatch.setattr(requests, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="--viz viser needs a package that is not installed"):
        check_playback(arguments(visualizer=["newton_gl", "viser"]), maze)


class Launched(Exception):
    """Isaac Lab's launcher was called."""


def test_isaac_sim_s_arguments_reach_isaac_lab_s_launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sets = {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]}
    checkpoint = write(record(tmp_path / "run"), yaml.safe_dump(GOOD | {"obs_groups": sets}))
    torch.save({"iter": 1}, checkpoint)
    launched = []

    def launch(env_cfg: object, args: argparse.Namespace) -> None:
        launched.append((env_cfg, args))
        raise Launched

    monkeypatch.setattr(session, "launch_simulation", launch)
    monkeypatch.setattr(refusals, "_simulator_started", False)
    run = ["--task", "TSRA-ColorMaze-Rover", "--checkpoint", str(checkpoint), "--device", "cpu"]
    kit = ["--viz", "kit", "--kit_args=--/app/window/width=640", "physics=isaacsim_physx"]
    monkeypatch.setattr(sys, "argv", ["play.py", *run, "--policy", "teacher", "student", *kit])
    with pytest.raises(Launched):
        play.main()
    ((env_cfg, args),) = launched
    assert args.visualizer == ["kit"] and args.kit_args == "--/app/window/width=640" and args.device == "cpu"
    assert type(env_cfg.sim.physics).__name__ == "PhysxCfg"
    assert env_cfg.scene.num_envs == args.num_envs == 4 and env_cfg.commands.maze.debug_vis


def test_bars_lie_between_their_ends():
    begin, end = torch.tensor([[[0.0, 0.0, 1.0]]]), torch.tensor([[[0.0, 2.0, 1.0]]])
    places, orientations, scales = _placed(Marks(begin, (1.0, 0.0, 0.0), 0.1, ends=end))
    assert places.flatten().tolist() == [0.0, 1.0, 1.0] and scales.flatten().tolist() == [2.0, 1.0, 1.0]
    assert orientations.flatten().tolist() == pytest.approx([0.0, 0.0, 0.5**0.5, 0.5**0.5], abs=1e-6)
    hidden = Marks(begin, (1.0, 0.0, 0.0), 0.1, shown=torch.tensor([[False]]))
    assert _placed(hidden)[2].flatten().tolist() == [0.0, 0.0, 0.0]


def test_an_image_is_shown_in_grey_or_in_colour():
    depth = torch.tensor([[[0.0, 1.0]]])
    assert _picture(depth)[2:-2:4, 2:-2:4].tolist() == [[[0, 0, 0], [255, 255, 255]]]
    color = torch.tensor([[[1.0]], [[0.0]], [[0.5]]])
    assert _picture(color)[2, 2].tolist() == [255, 0, 127]


def test_viser_s_server_is_found_among_the_visualizers():
    def visualizer(name: str) -> SimpleNamespace:
        return SimpleNamespace(cfg=SimpleNamespace(visualizer_type=name), _viewer=SimpleNamespace(_server=name))

    assert viser_server([visualizer("newton_gl"), visualizer("viser")]) == "viser"
    assert viser_server([visualizer("newton_gl")]) is None
