# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A method of one class and one row, and a task of one suite, go all the way without any other file changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from conftest import Shell, run_directory

from tsra_deploy import Policy

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

AGENT = "rsl_rl_copying_cfg_entry_point"
SMALL = ("--num_envs", "8", "--seed", "3")
# short episodes, for evaluation and export run many
BUDGET = (*SMALL, "agent.num_steps_per_env=8", "agent.save_interval=1", "env.episode_length_s=1.0")


@pytest.fixture(scope="module")
def installed(shell: Shell) -> Shell:
    """A shell in which the package is installed, as pip would have it."""
    folder = Path(__file__).parent / "own_package"
    metadata = shell.directory / "site" / "own_method-0.1.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: own-method\nVersion: 0.1\n")
    (metadata / "entry_points.txt").write_text("[isaaclab.tasks]\nown_method = own_method\n")
    shell.environment["PYTHONPATH"] = f"{folder}:{metadata.parent}"
    return shell


@pytest.mark.parametrize(
    "task",
    [
        "TSRA-ColorMaze-Rover",
        "TSRA-LimitedView-Rover",
        "TSRA-ObstacleFlight-Quadrotor",
        "TSRA-OpenDrawer-Arm",
        "Own-Maze",
    ],
)
def test_a_method_of_one_class_and_one_row_goes_all_the_way(installed: Shell, task: str) -> None:
    installed.task = task
    first = run_directory(installed.run("train.py", *BUDGET, "--agent", AGENT, "--max_iterations", "1"))
    assert first.parent.name.endswith("_copying")
    resume = ("--checkpoint", "latest", "--max_iterations", "2")
    run = run_directory(installed.run("train.py", *BUDGET, "--agent", AGENT, *resume, "agent.evaluation_interval=2"))
    checkpoint = torch.load(run / "model_2.pt", weights_only=True)
    assert (checkpoint["iter"], checkpoint["copies"]) == (2, 2)
    before = torch.load(first / "model_1.pt", weights_only=True)
    # resumed, not begun anew: the optimiser of the method's own has taken its second step
    steps = [int(state["copier_state_dict"]["state"][0]["step"]) for state in (before, checkpoint)]
    assert steps == [1, 2]

    installed.run("export.py", "--checkpoint", str(run))
    assert Policy.load(run / "student" / "policy.onnx").contract["task"] == task
    evaluation = ("--checkpoint", str(run), "--episodes", "8", "--no_imitability", "--json", "own.json")
    installed.run("evaluate.py", *SMALL, *evaluation)
    report = json.loads((installed.directory / "own.json").read_text())
    assert report["policies"].keys() == {"teacher", "student", "onnx"}


def test_a_task_of_one_suite_has_every_method(installed: Shell) -> None:
    installed.task = "Own-Maze"
    for method in ("", "sitt_", "ppo_"):
        agent = f"rsl_rl_{method}cfg_entry_point"
        budget = (*BUDGET, "agent.algorithm.encoders.warmup_steps=5") if method == "" else BUDGET
        run = run_directory(installed.run("train.py", *budget, "--agent", agent, "--max_iterations", "2"))
        assert (run / "model_2.pt").is_file()
