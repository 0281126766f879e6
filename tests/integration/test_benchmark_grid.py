# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The whole benchmark at tiny budgets in the real simulator: from the command line to tables and pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCRIPTS, TASK, Shell

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

BENCHMARK = str(SCRIPTS / "benchmark.py")
GRID = ("--seeds", "1", "--device", "cpu", "--output", "results", "--parallel", "2")
BUDGET = ("--num_envs", "32", "--max_iterations", "2", "--distillation_iterations", "1", "--episodes", "32")
METHODS = {
    TASK: ("bc", "dagger", "sitt", "asymmetric", "dwbc", "tsra", "tsra_no_mask"),
    "TSRA-LimitedView-Rover": ("asymmetric", "tsra"),
}
"""Methods that are run, by task: all kinds on the one, and on the other one with and one without a teacher."""

BROKEN = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
import benchmark, benchmark_methods
benchmark_methods.METHODS["broken"] = benchmark_methods.Method(
    "rsl_rl_cfg_entry_point", "broken", "Sees what is not there.", overrides=("agent.obs_groups.student=['camera']",)
)
sys.exit(benchmark.main())
"""
"""The benchmark with one more method: its overrides resolve, but the task has no such observations."""


def run(shell: Shell, task: str, *more: str, program: tuple[str, ...] = (BENCHMARK,), status: int = 0) -> str:
    """Run the benchmark of a task to its end, expecting an exit status; returns what it printed."""
    done = subprocess.run(
        [sys.executable, *program, "--tasks", task, "--methods", *METHODS[task], *more, *GRID, *BUDGET],
        cwd=shell.directory,
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=1200,  # fifteen starts of the simulator
    )
    assert done.returncode == status, f"status {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stderr + done.stdout


@pytest.fixture(scope="module")
def results(shell: Shell) -> Path:
    """Folder of a benchmark's results."""
    assert "7 cells, 7 to do, in 6 trainings" in run(shell, TASK)
    assert "2 cells, 2 to do, in 2 trainings" in run(shell, "TSRA-LimitedView-Rover")
    return shell.directory / "results"


def cells_of(results: Path, task: str) -> dict[str, dict]:
    """Results of a task by the method's name."""
    return {path.stem.removesuffix("_1"): json.loads(path.read_text()) for path in (results / "cells" / task).iterdir()}


@pytest.mark.parametrize("task", METHODS)
def test_every_cell_has_its_result(results: Path, task: str) -> None:
    cells = cells_of(results, task)
    assert cells.keys() == set(METHODS[task])
    for method, cell in cells.items():
        assert cell["env_steps"] == 2 * 24 * 32 and cell["episodes"] == 32 and cell["evaluation_seed"] == 1000
        assert cell["distillation_env_steps"] == (24 * 32 if method in ("bc", "dagger") else 0)
        assert cell["rendered_frames"] == 0 and cell["wall_time_s"] > 0.0
        assert cell["git"].keys() == {"commit", "dirty"} and "torch" in cell["hardware"]
        assert [point["env_steps"] for point in cell["curve"]] == [2 * 24 * 32]
        # distillation comes after the curve, and asymmetric PPO knows no teacher
        assert (cell["curve"][0]["student"] is None) == (method in ("bc", "dagger"))
        if method == "asymmetric":
            assert "teacher" not in cell["policies"] and cell["imitation_gap"] is cell["imitability"] is None
            continue
        assert cell["policies"].keys() >= {"teacher", "student"}
        assert cell["imitation_gap"].keys() == {"return", "success"}
        assert cell["imitability"]["action_sensitivity"]["method"] == "task hook"
        # a plain teacher has no embedding that could be probed
        assert (cell["imitability"]["leakage"] is None) == (method in ("bc", "dagger"))
        metrics = cell["policies"]["student"]["metrics"].keys()
        assert metrics == (set() if task == TASK else {"looks_where_it_goes"})


def test_methods_that_need_the_same_teacher_share_it(results: Path) -> None:
    cells = cells_of(results, TASK)
    assert len(list(results.parent.glob("logs/rsl_rl/color_maze_ppo/*"))) == 1
    assert cells["bc"]["policies"]["teacher"] == cells["dagger"]["policies"]["teacher"]
    assert cells["bc"]["policies"]["student"] != cells["dagger"]["policies"]["student"]


def test_the_results_are_summarised(results: Path) -> None:
    summary = json.loads((results / "summary.json").read_text())
    assert summary["failed"] == [] and summary["tasks"].keys() == METHODS.keys()
    for task, methods in METHODS.items():
        assert summary["tasks"][task].keys() == set(methods)
        assert summary["tasks"][task]["tsra"]["student"]["success"]["interval_95"] is None
    sections = (results / "table.md").read_text().split("## ")[1:]
    assert [section.splitlines()[0] for section in sections] == list(METHODS)
    for section, methods in zip(sections, METHODS.values(), strict=True):
        successes = section.split("\n\n")[1]  # what follows are details and notes
        assert successes.count("| asymmetric PPO") == 1 and len(successes.splitlines()) == 2 + len(methods)
    pictures = {path.name for path in results.iterdir() if path.suffix in (".png", ".svg")}
    drawn = {f"{kind}_{task}" for kind in ("bars", "curves") for task in METHODS} | {f"ablations_{TASK}"}
    assert pictures == {f"{name}.{suffix}" for name in drawn for suffix in ("png", "svg")}


def test_a_second_call_runs_nothing(shell: Shell, results: Path) -> None:
    files = {path: path.stat().st_mtime_ns for path in (*results.rglob("*_1.json"), *shell.directory.rglob("*.log"))}
    assert "7 cells, 0 to do" in run(shell, TASK)
    assert files and all(path.stat().st_mtime_ns == time for path, time in files.items())


def test_a_method_that_fails_is_reported(shell: Shell, results: Path) -> None:
    output = run(shell, TASK, "broken", program=("-c", BROKEN), status=1)
    assert "8 cells, 1 to do, in 1 trainings" in output
    assert "broken, seed 1: train failed" in output and "unknown groups ['camera']" in output
    failure = json.loads((results / "cells" / TASK / "broken_1.failed.json").read_text())
    assert failure["stage"] == "train" and any("camera" in line for line in failure["error"])
    assert json.loads((results / "summary.json").read_text())["failed"] == [failure]
    assert f"- {TASK}, broken, seed 1: train" in (results / "table.md").read_text()
