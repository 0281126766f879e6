# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The whole benchmark at tiny budgets in the real simulator: from the command line to tables and pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmark_runs import BUDGET, GRID, call, cells_of, run, run_of
from conftest import SCRIPTS, TASK, Shell

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

VIEW_TASK = "TSRA-LimitedView-Rover"
METHODS = {
    TASK: ("bc", "dagger", "sitt", "asymmetric", "tsra", "tsra_no_mask"),
    VIEW_TASK: ("asymmetric", "tsra"),
}
"""Methods that are run, by task: all kinds on the one, and on the other one with and one without a teacher."""

BROKEN = {"name": "broken", "based_on": "tsra", "overrides": ["agent.obs_groups.student=['camera']"]}
"""A trial whose overrides resolve, but the task has no such observations."""


@pytest.fixture(scope="module")
def results(shell: Shell) -> Path:
    """Folder of a benchmark's results."""
    assert "6 cells, 6 to do, in 5 trainings" in run(shell, TASK, *METHODS[TASK])
    assert "2 cells, 2 to do, in 2 trainings" in run(shell, VIEW_TASK, *METHODS[VIEW_TASK])
    return shell.directory / "results"


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
    assert "6 cells, 0 to do" in run(shell, TASK, *METHODS[TASK])
    assert files and all(path.stat().st_mtime_ns == time for path, time in files.items())


def test_a_method_that_fails_is_reported(shell: Shell, results: Path) -> None:
    trials = shell.directory / "trials.json"
    trials.write_text(json.dumps([BROKEN]))
    output = run(shell, TASK, *METHODS[TASK], "trials", more=("--trials", str(trials)), status=1)
    assert "7 cells, 1 to do, in 1 trainings" in output
    assert "broken, seed 1: train failed" in output and "unknown groups ['camera']" in output
    failure = json.loads((results / "cells" / TASK / "broken_1.failed.json").read_text())
    assert failure["stage"] == "train" and any("camera" in line for line in failure["error"])
    assert json.loads((results / "summary.json").read_text())["failed"] == [failure]
    assert f"- {TASK}, broken, seed 1: train" in (results / "table.md").read_text()


def test_policies_are_drawn_and_their_teachers_diagnosed(shell: Shell, results: Path) -> None:
    run = str(run_of(shell, TASK, "tsra"))
    films = ("-m", "tsra_bench.films", "--task", TASK, "--device", "cpu", "--num_envs", "2", "--output", "paths")
    call(shell, *films, "--run", "teacher", run, "--run", "student", f"{run}:student")
    for suffix in ("png", "gif"):
        assert (shell.directory / f"paths.{suffix}").stat().st_size > 10_000
    grid = ("--tasks", TASK, "--methods", "tsra", *GRID, *BUDGET, "--output", "diagnosis")
    call(shell, "-m", "tsra_bench.diagnoses", *grid)
    assert (shell.directory / "diagnosis" / TASK / "tsra_1" / "diagnosis.png").is_file()
    assert f"| {TASK} | TSRA | 1 | " in (shell.directory / "diagnosis" / "table.md").read_text()


def test_costs_count_what_came_before_a_distillation(shell: Shell, results: Path) -> None:
    grid = ("--tasks", TASK, "--methods", "dagger", *GRID, *BUDGET, "--output", "costs")
    call(shell, "-m", "tsra_bench.costs", *grid)
    (point,) = json.loads((shell.directory / "costs" / "curves" / TASK / "dagger_1.json").read_text())
    assert point["env_steps"] == 3 * 24 * 32 and point["rendered_frames"] == 0 and 0.0 <= point["success"] <= 1.0
    assert point["seconds"] > 0.0
    assert "| DAgger | " in (shell.directory / "costs" / "table.md").read_text()
    assert (shell.directory / "costs" / f"costs_{TASK}.png").is_file()


def test_times_are_measured(shell: Shell, results: Path) -> None:
    task = ("--task", TASK, "--device", "cpu", "--num_envs", "32", "--json", "times.json")
    file = shell.directory / "times.json"
    call(shell, str(SCRIPTS / "benchmark_update.py"), *task, "--repeats", "2")
    agents = json.loads(file.read_text())["agents"]
    assert agents["rsl_rl_ppo_cfg_entry_point"]["ratio"] == 1.0
    low, high = agents["rsl_rl_cfg_entry_point"]["ratio_quartiles"]
    assert 0.0 < low <= agents["rsl_rl_cfg_entry_point"]["ratio"] <= high
    call(shell, str(SCRIPTS / "benchmark_throughput.py"), *task, "--steps", "5")
    rates = json.loads(file.read_text())["env_steps_per_s"]
    assert rates.keys() == {"without camera"} and rates["without camera"] > 0.0
    student = run_of(shell, TASK, "tsra") / "student" / "policy.onnx"
    call(shell, str(SCRIPTS / "benchmark_latency.py"), str(student), "--json", str(file))
    assert json.loads(file.read_text())[TASK]["Policy.act"]["p50_us"] > 0.0
