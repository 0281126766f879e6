# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A sweep over an option of the colour maze, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import TASK, Shell, run_directory

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

OPTION = "env.commands.maze.lava_probability"


@pytest.fixture(scope="module")
def run(shell: Shell) -> Path:
    """Run directory of a teacher that hardly learnt."""
    short = ("--num_envs", "16", "--seed", "1", "--max_iterations", "1", "agent.algorithm.encoders.warmup_steps=5")
    return run_directory(shell.run("train.py", *short))


def test_a_sweep_makes_a_file_and_a_picture_and_measures_once(shell: Shell, run: Path) -> None:
    arguments = ["--option", OPTION, "--values", "0", "1", "--episodes", "8", "--output", "sweep"]
    arguments += ["--series", f"ours={run}:teacher"]
    output = shell.run("sweep.py", *arguments)
    assert "2 points, 2 to do" in output and "| ours (teacher) | " in output
    summary = json.loads((shell.directory / "sweep" / "sweep.json").read_text())
    (series,) = summary["series"]
    assert (summary["task"], summary["option"], summary["episodes"], summary["seed"]) == (TASK, OPTION, 8, 1000)
    assert [point["value"] for point in series["points"]] == ["0", "1"]
    assert all(low <= point["success"] <= high for point in series["points"] for low, high in [point["interval_95"]])
    assert series["runs"] == [f"{run.name}/model_1.pt"]
    assert (shell.directory / "sweep" / "sweep.png").is_file()
    assert "2 points, 0 to do" in shell.run("sweep.py", *arguments)
    refused = shell.run("sweep.py", *arguments[2:], "--option", "env.commands.maze.lava", status=2)
    assert "lava" in refused
