# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The diagnosis of a plain PPO teacher, as a user runs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import Shell, run_directory

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

SMALL = ("--num_envs", "32", "--seed", "3")


@pytest.fixture(scope="module")
def teacher_run(shell: Shell) -> Path:
    """Run directory of a plain PPO teacher."""
    budget = ("--max_iterations", "2", "agent.evaluation_interval=0")
    return run_directory(shell.run("train.py", *SMALL, "--agent", "rsl_rl_ppo_cfg_entry_point", *budget))


def test_a_teacher_is_diagnosed(shell: Shell, teacher_run: Path) -> None:
    output = shell.run("diagnose.py", *SMALL, "--checkpoint", str(teacher_run), "--output", "found")
    folder = shell.directory / "found"
    assert sorted(path.name for path in folder.iterdir()) == ["diagnosis.json", "diagnosis.png"]
    diagnosis = json.loads((folder / "diagnosis.json").read_text())
    assert (diagnosis["task"], diagnosis["seed"]) == ("TSRA-ColorMaze-Rover", 3)
    assert diagnosis["onboard"] == ["onboard"]  # from the task's default agent: plain PPO knows no student
    assert diagnosis["action_sensitivity"]["samples"] > 0
    rows = {row["term"]: row for row in diagnosis["terms"]}
    assert rows.keys() == {"position", "velocity", "goal", "cells"}
    assert {row["group"] for row in diagnosis["terms"]} == {"privileged"}
    # known before any training: the sensors tell position and goal, and nothing of the cells
    assert rows["cells"]["unpredictability"] > 0.9
    assert max(rows["position"]["unpredictability"], rows["goal"]["unpredictability"]) < 0.2
    for name, row in rows.items():
        assert f"{name} " in output and f"{row['score']:.3f}" in output
    assert "cannot infer: " in output or "Nothing to blame" in output


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--checkpoint", "nowhere.pt"], "There is no checkpoint"),
        (["--onboard", "camera"], "unknown groups ['camera']"),
    ],
)
def test_wrong_input_is_refused_before_the_simulator_starts(
    shell: Shell, teacher_run: Path, arguments: list[str], message: str
) -> None:
    output = shell.run("diagnose.py", "--checkpoint", str(teacher_run), *arguments, status=2)
    assert message in output
    assert "Starting the simulation" not in output


def test_a_checkpoint_without_a_teacher_is_refused(shell: Shell, teacher_run: Path) -> None:
    run = shell.directory / "onboard_only"
    shutil.copytree(teacher_run / "params", run / "params")
    (run / "params" / "agent.yaml").write_text("obs_groups: {student: [onboard], critic: [privileged]}")
    (run / "model_1.pt").touch()
    output = shell.run("diagnose.py", "--checkpoint", str(run), status=2)
    assert "holds no teacher, only a policy of ['onboard']" in output
    assert "Starting the simulation" not in output
