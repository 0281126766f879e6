# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The whole benchmark at tiny budgets in the real simulator: from the command line to tables and pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from conftest import SCRIPTS, TASK, Shell

from tsra_lab.runs import agent_of_run

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

BENCHMARK = str(SCRIPTS / "benchmark.py")
GRID = ("--seeds", "1", "--device", "cpu", "--output", "results", "--parallel", "2")
BUDGET = ("--num_envs", "32", "--max_iterations", "2", "--distillation_iterations", "1", "--episodes", "32")
VIEW_TASK = "TSRA-LimitedView-Rover"
METHODS = {
    TASK: ("bc", "dagger", "sitt", "asymmetric", "dwbc", "tsra", "tsra_no_mask"),
    VIEW_TASK: ("asymmetric", "tsra"),
}
"""Methods that are run, by task: all kinds on the one, and on the other one with and one without a teacher."""

CAMERA_TASK = "TSRA-ObstacleFlight-Quadrotor"
CAMERA_METHODS = ("dagger", "asymmetric", "tsra")

BROKEN = {"name": "broken", "based_on": "tsra", "overrides": ["agent.obs_groups.student=['camera']"]}
"""A trial whose overrides resolve, but the task has no such observations."""


def run(shell: Shell, task: str, *methods: str, more: tuple[str, ...] = (), status: int = 0) -> str:
    """Run the benchmark of a task to its end, expecting an exit status; returns what it printed."""
    return call(shell, BENCHMARK, "--tasks", task, "--methods", *methods, *GRID, *BUDGET, *more, status=status)


def call(shell: Shell, *arguments: str, status: int = 0) -> str:
    """Run Python to its end, expecting an exit status; returns what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
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
    assert "7 cells, 7 to do, in 6 trainings" in run(shell, TASK, *METHODS[TASK])
    assert "2 cells, 2 to do, in 2 trainings" in run(shell, VIEW_TASK, *METHODS[VIEW_TASK])
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
    assert "7 cells, 0 to do" in run(shell, TASK, *METHODS[TASK])
    assert files and all(path.stat().st_mtime_ns == time for path, time in files.items())


def test_a_method_that_fails_is_reported(shell: Shell, results: Path) -> None:
    trials = shell.directory / "trials.json"
    trials.write_text(json.dumps([BROKEN]))
    output = run(shell, TASK, *METHODS[TASK], "trials", more=("--trials", str(trials)), status=1)
    assert "8 cells, 1 to do, in 1 trainings" in output
    assert "broken, seed 1: train failed" in output and "unknown groups ['camera']" in output
    failure = json.loads((results / "cells" / TASK / "broken_1.failed.json").read_text())
    assert failure["stage"] == "train" and any("camera" in line for line in failure["error"])
    assert json.loads((results / "summary.json").read_text())["failed"] == [failure]
    assert f"- {TASK}, broken, seed 1: train" in (results / "table.md").read_text()


def run_of(shell: Shell, task: str, method: str) -> Path:
    """Run directory of a method's training."""
    return runs_of(shell, task, method)[0]


def runs_of(shell: Shell, task: str, method: str) -> list[Path]:
    """Run directories of a method: of its training and, if there was one, its distillation."""
    states = [json.loads(file.read_text()) for file in shell.directory.glob(f"logs/benchmark/{task}/*/state.json")]
    (stages,) = (state["stages"] for state in states if f"evaluate_{method}" in state["stages"])
    return [Path(stages[name]["run"]) for name in ("train", f"distill_{method}") if name in stages]


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
    student = run_of(shell, TASK, "tsra") / "exported" / "policy.onnx"
    call(shell, str(SCRIPTS / "benchmark_latency.py"), str(student), "--json", str(file))
    assert json.loads(file.read_text())[TASK]["Policy.act"]["p50_us"] > 0.0


class PlainLoader(yaml.SafeLoader):
    """Reads a configuration that holds Python objects, such as resolved slices, without making them: they are None."""


PlainLoader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)


def consumed(run: Path) -> tuple[int, int]:
    """Environment steps and camera images that a run took, by the configurations it kept."""
    env = yaml.load((run / "params" / "env.yaml").read_text(), PlainLoader)
    agent = agent_of_run(run / "model.pt")
    env_steps = agent["max_iterations"] * agent["num_steps_per_env"] * env["scene"]["num_envs"]
    return env_steps, expected_frames(env, agent, env_steps)


def expected_frames(env: Mapping, agent: Mapping, env_steps: int) -> int:
    """One image for each step and camera that the agent's observation sets read, or for one in ``render_interval``."""
    cameras = {
        name
        for name, entry in env["scene"].items()
        if isinstance(entry, Mapping) and str(entry.get("class_type")).endswith("Camera")
    }
    seen = {group for groups in agent["obs_groups"].values() for group in groups}
    terms = [term for group in seen for term in env["observations"][group].values() if isinstance(term, Mapping)]
    read = {(term.get("params") or {}).get("sensor_cfg", {}).get("name") for term in terms}
    return len(cameras & read) * env_steps // agent["algorithm"].get("pairs", {}).get("render_interval", 1)


def test_on_a_camera_task_checkpoints_count_the_frames_that_configurations_ask_for(shell: Shell) -> None:
    assert "3 cells, 3 to do" in run(shell, CAMERA_TASK, *CAMERA_METHODS, more=("--output", "frames"))
    cells = cells_of(shell.directory / "frames", CAMERA_TASK)
    for method in CAMERA_METHODS:
        runs = runs_of(shell, CAMERA_TASK, method)
        steps, frames = zip(*map(consumed, runs), strict=True)
        cell = cells[method]
        assert (cell["env_steps"], cell["distillation_env_steps"]) == (steps[0], sum(steps[1:]))
        assert cell["rendered_frames"] == sum(frames) > 0
    assert cells["asymmetric"]["rendered_frames"] == 2 * 24 * 32 == 4 * cells["tsra"]["rendered_frames"]
    assert cells["dagger"]["rendered_frames"] == 24 * 32
    film = ("-m", "tsra_bench.films", "--task", CAMERA_TASK, "--device", "cpu", "--num_envs", "1", "--output", "film")
    call(shell, *film, "--run", "student", f"{run_of(shell, CAMERA_TASK, 'tsra')}:student")
    assert (shell.directory / "film.gif").stat().st_size > 10_000


CAMERA_ENV = {
    "scene": {
        "num_envs": 4,
        "robot": {"class_type": "isaaclab.assets.articulation:Articulation"},
        "left": {"class_type": "isaaclab.sensors.camera.camera:Camera"},
        "right": {"class_type": "isaaclab.sensors.camera.tiled_camera:TiledCamera"},
        "light": {"class_type": None},
        "absent": None,
    },
    "observations": {
        "onboard": {"velocity": {"params": {}}, "enable_corruption": True},
        "image": {"depth": {"params": {"sensor_cfg": {"name": "left"}}}},
        "contact": {"force": {"params": {"sensor_cfg": {"name": "robot"}}}},
    },
}


@pytest.mark.parametrize(
    ("groups", "algorithm", "frames"),
    [
        (["onboard", "image"], {}, 1000),
        (["onboard", "image"], {"pairs": {"render_interval": 4}}, 250),
        (["onboard", "contact"], {}, 0),
    ],
)
def test_expected_frames_are_those_of_cameras_that_the_agent_reads(
    groups: list[str], algorithm: dict, frames: int
) -> None:
    agent = {"obs_groups": {"student": groups, "critic": ["onboard"]}, "algorithm": algorithm}
    assert expected_frames(CAMERA_ENV, agent, 1000) == frames


def test_what_a_run_took_is_read_from_configurations_that_hold_python_objects(tmp_path: Path) -> None:
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "agent.yaml").write_text(
        "max_iterations: 3\nnum_steps_per_env: 5\nobs_groups:\n  student: [image]\nalgorithm: {}\n"
    )
    (tmp_path / "params" / "env.yaml").write_text(
        "scene:\n  num_envs: 7\n  camera:\n    class_type: isaaclab.sensors.camera:Camera\n"
        "    offset: !!python/tuple [1, 2]\n"
        "observations:\n  image:\n    depth:\n      params:\n        sensor_cfg:\n          name: camera\n"
        "ids: !!python/object/apply:builtins.slice [null, null, null]\n"
    )
    assert consumed(tmp_path) == (105, 105)
