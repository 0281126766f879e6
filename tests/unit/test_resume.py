# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a resumed run does before it learns."""

from __future__ import annotations

from pathlib import Path

import pytest
from hidden_env import LENGTH, HiddenEnv
from tiny_agent import NUM_STEPS, aligned_cfg

from tsra_lab.runners import AlignedRunner

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def build_runner(directory: Path, steps: list[int]) -> AlignedRunner:
    """A runner of a tiny agent, which notes for each update how many steps the environment took before it."""
    env = HiddenEnv(8)
    env.reset()  # as Isaac Lab's wrapper does
    cfg = aligned_cfg() | {"save_interval": 100, "logger": "tensorboard", "run_name": "", "experiment_name": "tiny"}
    runner = AlignedRunner(env, cfg, str(directory), "cpu")
    taken = 0
    step, update = env.step, runner.alg.update

    def count(actions: object) -> object:
        nonlocal taken
        taken += 1
        return step(actions)

    def note() -> dict:
        steps.append(taken)
        return update()

    env.step, runner.alg.update = count, note
    return runner


def test_a_resumed_run_sees_a_whole_episode_before_it_learns(tmp_path: Path) -> None:
    steps: list[int] = []
    runner = build_runner(tmp_path / "first", steps)
    runner.learn(3)
    assert steps == [NUM_STEPS, 2 * NUM_STEPS, 3 * NUM_STEPS]
    runner.save(str(tmp_path / "model.pt"))

    steps.clear()
    runner = build_runner(tmp_path / "second", steps)
    runner.load(str(tmp_path / "model.pt"))
    runner.learn(5)
    assert len(steps) == 2
    assert steps[0] - NUM_STEPS >= LENGTH and (steps[0] - NUM_STEPS) % NUM_STEPS == 0
    assert steps[1] == steps[0] + NUM_STEPS
