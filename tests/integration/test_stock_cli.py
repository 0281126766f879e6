# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The tasks and the algorithm under Isaac Lab's own command line, with rsl_rl's own runner."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import TASK, Shell

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

ISAACLAB = str(Path(sys.executable).with_name("isaaclab"))
TRAIN = [ISAACLAB, "train", "--rl_library", "rsl_rl", "--task", TASK, "--device", "cpu", "--num_envs", "32"]


def test_the_task_is_listed(shell: Shell) -> None:
    assert TASK in shell.call([ISAACLAB, "list_envs", "--keyword", "TSRA"])


def test_stock_runner_trains_resumes_and_its_run_is_evaluated(shell: Shell) -> None:
    output = shell.call([*TRAIN, "--max_iterations", "3", "physics=newton_mjwarp"])
    assert "Mean alignment loss" in output and "Mean surrogate loss" in output
    (run,) = (shell.directory / "logs" / "rsl_rl" / "color_maze_aligned").iterdir()
    resumed = shell.call([*TRAIN, "--max_iterations", "2", "--checkpoint", str(run / "model_2.pt")])
    assert "Mean surrogate loss" in resumed

    # its playback exports what it plays; our student would lie elsewhere
    play = [ISAACLAB, "play", "--rl_library", "rsl_rl", "--task", TASK, "--device", "cpu", "--num_envs", "4"]
    shell.call_until([*play, "--checkpoint", str(run / "model_2.pt")], "Policy playback is running")
    assert (run / "exported" / "policy.onnx").is_file() and not (run / "student").exists()
    table = shell.run("evaluate.py", "--checkpoint", str(run), "--episodes", "32")
    assert "teacher" in table and "student" in table and "onnx" not in table


@pytest.mark.parametrize(
    "override, message",
    [
        ("agent.algorithm.alignment.tempratur=0.1", "has no option 'tempratur'. Did you mean 'temperature'?"),
        ("agent.teacher.hiden_dims=[8]", "has no option 'hiden_dims'"),
        ("agent.obs_groups.student=[]", "'student' is empty"),
    ],
)
def test_misspelt_options_are_refused_before_the_simulator_starts(shell: Shell, override: str, message: str) -> None:
    output = shell.call([*TRAIN, "--max_iterations", "1", override], status=1)
    assert message in output
    assert "Setting up the environment" not in output and "Observation Manager" not in output
