# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The benchmark runs each stage once, goes on where it was stopped, and hides no failure.

Scripts of the same names stand in for those that need the simulator: they take the arguments, note that they were
called, and leave the files that the benchmark reads.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))

import benchmark  # noqa: E402
import benchmark_jobs  # noqa: E402
from benchmark import check_budgets, plan_cells, run_grid  # noqa: E402
from benchmark_jobs import Cell, Processes, Training  # noqa: E402
from benchmark_methods import ABLATIONS, FRAMES, MAIN, METHODS, TRIALS, Method, select_methods  # noqa: E402
from benchmark_results import consumed, rendered_frames  # noqa: E402
from task_session import resolve_configs  # noqa: E402

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASK = "TSRA-ColorMaze-Rover"
ITERATIONS, STEPS, ENVS = 20, 24, 4

STAND_IN = """
import json, os, signal, sys, time
from pathlib import Path

name = Path(__file__).name
argv = sys.argv[1:]
options = {key: value for key, value in zip(argv, argv[1:]) if key.startswith("--")}
with open("calls.txt", "a") as calls:
    calls.write(" ".join([name, *argv, "threads=" + os.environ["OMP_NUM_THREADS"]]) + "\\n")
if Path("broken").exists() and Path("broken").read_text() in " ".join([name, *argv]):
    print("the reason")
    sys.exit(3)
if name == "export.py":
    exported = Path(options["--checkpoint"]) / "exported"
    exported.mkdir()
    (exported / "policy.onnx").touch()
    sys.exit()
if name == "evaluate.py":
    rates = {"teacher": 1.0, "student": 0.75}
    policies = {key: {"success_rate": rate, "return_mean": 4.0 * rate} for key, rate in rates.items()}
    report = {"seed": 1000, "episodes": int(options["--episodes"]), "policies": policies}
    report["imitation_gap"] = {"success": 0.25, "return": 1.0}
    Path(options["--json"]).write_text(json.dumps(report))
    sys.exit()
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
part = options.get("--checkpoint")
start = int(Path(part).stem.split("_")[1]) if part else 0
stamp = f"{time.time_ns()}_{options['--run_name']}"
run = Path("logs/rsl_rl", name.split(".")[0], stamp).absolute()
(run / "params").mkdir(parents=True)
iterations, envs = int(options["--max_iterations"]), int(options["--num_envs"])
(run / "params" / "agent.yaml").write_text(
    f"max_iterations: {iterations}\\nnum_steps_per_env: 24\\nobs_groups: {{student: [image]}}\\nalgorithm: {{}}\\n"
)
(run / "params" / "env.yaml").write_text(
    f"scene: {{num_envs: {envs}, eye: {{class_type: 'isaaclab.sensors.camera.tiled_camera:TiledCamera'}}}}\\n"
    "observations: {image: {rgb: {params: {sensor_cfg: {name: eye}}}}}\\n"
)
for iteration in range(start + 1, iterations + 1):
    if Path("slow").exists():
        time.sleep(0.2)
    if stopped or iteration == iterations:
        break
(run / f"model_{iteration}.pt").touch()
evaluation = {"env_steps": 96, "policies": {"teacher": {"success_rate": 0.5}}}
(run / "evaluations.json").write_text(json.dumps([evaluation]))
print(f"Run directory: {run}")
sys.exit(143 if stopped else 0)
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in which the stand-ins are the scripts."""
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    for name in ("train.py", "distill.py", "export.py", "evaluate.py"):
        (scripts / name).write_text(STAND_IN)
    monkeypatch.setattr(benchmark_jobs, "SCRIPTS", scripts)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_cell(method: str, seed: int = 1, iterations: int = ITERATIONS) -> Cell:
    """A cell of the grid."""
    distilled = METHODS[method].distillation is not None
    return Cell(
        method=method,
        training=Training(TASK, METHODS[method].agent, METHODS[method].overrides, iterations, ENVS, seed),
        env_steps=iterations * STEPS * ENVS,
        distillation_iterations=5 if distilled else 0,
        distillation_env_steps=5 * STEPS * ENVS if distilled else 0,
        file=Path("results", "cells", TASK, f"{method}_{seed}.json").absolute(),
    )


def run(*cells: Cell, parallel: int = 1) -> Processes:
    """Run cells."""
    processes = Processes()
    run_grid(list(cells), Namespace(parallel=parallel, device="cpu", episodes=64), processes)
    return processes


def calls(work: Path) -> list[str]:
    """Scripts that were called so far, each with its arguments."""
    file = work / "calls.txt"
    return file.read_text().splitlines() if file.exists() else []


def names(work: Path) -> list[str]:
    """Names of the scripts that were called so far."""
    return [line.split()[0] for line in calls(work)]


def test_cells_of_one_teacher_share_its_training(work: Path) -> None:
    run(make_cell("bc"), make_cell("dagger"), make_cell("tsra"))
    assert names(work) == ["train.py", *2 * ["distill.py", "evaluate.py"], "train.py", "export.py", "evaluate.py"]
    assert all("threads=1" in line and f"--task {TASK} --device cpu" in line for line in calls(work))
    assert "--agent rsl_rl_ppo_cfg_entry_point" in calls(work)[0] and "--max_iterations 20" in calls(work)[0]
    assert "--method bc" in calls(work)[1] and "--max_iterations 5" in calls(work)[1]
    assert "--method dagger" in calls(work)[3]
    assert "--episodes 64" in calls(work)[2]

    cell = json.loads(make_cell("bc").file.read_text())
    assert (cell["task"], cell["method"], cell["seed"]) == (TASK, "bc", 1)
    assert cell["env_steps"] == ITERATIONS * STEPS * ENVS
    assert cell["distillation_env_steps"] == 5 * STEPS * ENVS
    assert cell["rendered_frames"] == (ITERATIONS + 5) * STEPS * ENVS
    assert cell["wall_time_s"] > 0.0
    assert cell["policies"]["student"]["success_rate"] == 0.75
    assert cell["imitation_gap"] == {"success": 0.25, "return": 1.0} and cell["imitability"] is None
    assert cell["curve"] == [{"env_steps": 96, "teacher": 0.5, "student": None}]
    assert (cell["evaluation_seed"], cell["episodes"]) == (1000, 64)
    assert cell["git"].keys() == {"commit", "dirty"} and "1 trainings at once" in cell["hardware"]
    assert json.loads(make_cell("tsra").file.read_text())["distillation_env_steps"] == 0


def test_finished_cells_are_not_run_again_but_new_ones_are(work: Path) -> None:
    run(make_cell("bc"))
    run(make_cell("bc"))
    assert names(work) == ["train.py", "distill.py", "evaluate.py"]
    run(make_cell("bc"), make_cell("dagger"))  # the teacher is there
    assert names(work)[3:] == ["distill.py", "evaluate.py"]
    run(make_cell("dagger", seed=2))
    assert names(work)[5:] == ["train.py", "distill.py", "evaluate.py"]


def test_a_teacher_or_a_budget_that_changed_asks_for_a_new_distillation(work: Path) -> None:
    cell = make_cell("bc")
    run(cell)
    longer = replace(cell, distillation_iterations=7, file=work / "longer.json")
    run(longer)
    assert names(work)[3:] == ["distill.py", "evaluate.py"]
    assert json.loads(longer.file.read_text())["distillation_env_steps"] == 7 * STEPS * ENVS
    subprocess.run(["rm", "-r", "logs/rsl_rl/train"], check=True)
    run(replace(longer, file=work / "again.json"))
    assert names(work)[5:] == ["train.py", "distill.py", "evaluate.py"]


def test_a_run_directory_or_a_state_that_was_deleted_is_made_again(work: Path) -> None:
    cell = make_cell("tsra")
    for gone in (work / "logs" / "rsl_rl" / "train", cell.training.folder):
        run(cell)
        cell.file.unlink()
        subprocess.run(["rm", "-r", str(gone)], check=True)
    run(cell)
    assert names(work) == 3 * ["train.py", "export.py", "evaluate.py"]
    assert not any("--checkpoint" in line for line in calls(work) if line.startswith("train.py"))


def test_a_stopped_training_goes_on_from_its_checkpoint(work: Path) -> None:
    (work / "slow").touch()
    cell, other = make_cell("tsra"), make_cell("tsra", seed=2)

    def stop_during_training() -> None:
        while not list(work.glob("logs/rsl_rl/train/*/params/env.yaml")):
            time.sleep(0.05)
        time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop_during_training)
    thread.start()
    processes = run(cell, other)
    thread.join()
    assert processes.stop_signal == signal.SIGTERM
    assert names(work) == ["train.py"]  # neither the evaluation nor the second job was begun
    assert not other.training.folder.joinpath("state.json").exists()
    assert not list(cell.file.parent.glob("*"))  # stopping is no failure
    before = json.loads((cell.training.folder / "state.json").read_text())["stages"]["train"]["seconds"]
    (checkpoint,) = (work / "logs" / "rsl_rl" / "train").glob("*/model_*.pt")
    assert 1 <= int(checkpoint.stem.split("_")[1]) < ITERATIONS

    (work / "slow").unlink()
    run(cell)
    assert f"--checkpoint {checkpoint} " in calls(work)[1]
    assert names(work) == ["train.py", "train.py", "export.py", "evaluate.py"]
    assert json.loads(cell.file.read_text())["wall_time_s"] > before > 1.0


def test_a_training_that_ended_unnoticed_is_not_run_again(work: Path) -> None:
    cell = make_cell("tsra")
    run(cell)
    cell.file.unlink()
    state = cell.training.folder / "state.json"
    content = json.loads(state.read_text())
    content["stages"] = {"train": {"run": None, "seconds": 7.0}}  # as a killed benchmark leaves it
    state.write_text(json.dumps(content))
    run(cell)
    assert names(work) == ["train.py", "export.py", "evaluate.py", "evaluate.py"]
    assert json.loads(cell.file.read_text())["wall_time_s"] == 7.0


def test_a_failure_is_reported_for_its_cells_and_tried_again(work: Path, capsys: pytest.CaptureFixture) -> None:
    cells = make_cell("bc"), make_cell("dagger"), make_cell("tsra")
    failed = {cell.method: cell.file.with_name(f"{cell.method}_1.failed.json") for cell in cells}
    (work / "broken").write_text("--method bc")
    run(*cells)
    failure = json.loads(failed["bc"].read_text())
    assert failure.items() >= {"task": TASK, "method": "bc", "seed": 1, "stage": "distill_bc"}.items()
    assert "the reason" in failure["error"] and "status 3" in failure["error"][-1]
    assert "the reason" in capsys.readouterr().err
    assert not cells[0].file.exists() and cells[1].file.exists() and cells[2].file.exists()
    assert not failed["dagger"].exists()

    (work / "broken").unlink()
    run(*cells)
    assert cells[0].file.exists() and not failed["bc"].exists()
    assert names(work).count("train.py") == 2

    (work / "broken").write_text("train.py")
    run(make_cell("bc", seed=2), make_cell("dagger", seed=2))
    stages = [json.loads(path.read_text())["stage"] for path in sorted(failed["bc"].parent.glob("*_2.failed.json"))]
    assert stages == ["train", "train"]


def test_a_damaged_state_is_a_failure_that_names_the_file(work: Path) -> None:
    cell = make_cell("tsra")
    cell.training.folder.mkdir(parents=True)
    (cell.training.folder / "state.json").write_text("{")
    run(cell)
    failure = json.loads(cell.file.with_name("tsra_1.failed.json").read_text())
    assert failure["stage"] == "state" and "state.json' is damaged" in failure["error"][0]
    assert calls(work) == []


def test_jobs_run_side_by_side(work: Path) -> None:
    (work / "slow").touch()
    run(*(make_cell("tsra", seed) for seed in (1, 2, 3)), parallel=2)
    assert names(work)[:2] == 2 * ["train.py"] and names(work)[2] == "export.py"
    assert names(work).count("train.py") == 3


def test_a_job_of_another_benchmark_is_left_to_it(work: Path) -> None:
    cell = make_cell("tsra")
    cell.training.folder.mkdir(parents=True)
    other = os.open(cell.training.folder, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    run(cell)
    assert calls(work) == [] and not cell.file.parent.exists()
    os.close(other)
    run(cell)
    assert cell.file.exists()


def test_results_of_another_budget_are_refused_by_name(work: Path) -> None:
    cell = make_cell("bc")
    check_budgets([cell], 64)
    run(cell)
    check_budgets([cell], 64)
    with pytest.raises(ValueError, match=r"bc_1.json' was made with episodes 64, not the 128"):
        check_budgets([cell], 128)
    with pytest.raises(ValueError, match=r"with env_steps 1920, not the 2880 .*another --output"):
        check_budgets([make_cell("bc", iterations=30)], 64)


def grid(*arguments: str) -> list[Cell]:
    """Plan a grid from a command line."""
    return plan_cells(benchmark.make_parser().parse_args(arguments))


def test_the_grid_has_all_methods_of_a_seed_before_the_next_seed() -> None:
    cells = grid("--tasks", TASK, "--methods", "tsra", "bc", "tsra_long", "tsra", "--seeds", "5", "6", "5")
    assert [(cell.method, cell.training.seed) for cell in cells] == [
        *(("tsra", 5), ("bc", 5), ("tsra_long", 5)),
        *(("tsra", 6), ("bc", 6), ("tsra_long", 6)),
    ]
    tsra, bc, long = cells[:3]
    env_cfg, agent = resolve_configs(TASK, METHODS["tsra"].agent, [])
    _, distillation = resolve_configs(TASK, "rsl_rl_distillation_cfg_entry_point", [])
    assert tsra.training.max_iterations == agent.max_iterations
    assert tsra.env_steps == agent.max_iterations * agent.num_steps_per_env * env_cfg.scene.num_envs
    assert long.training.max_iterations == 5 * agent.max_iterations and long.env_steps == 5 * tsra.env_steps
    assert (tsra.distillation_iterations, bc.distillation_iterations) == (0, distillation.max_iterations)
    budget = ("--max_iterations", "3", "--distillation_iterations", "2", "--num_envs", "8")
    (bc,) = grid("--tasks", TASK, "--methods", "bc", "--seeds", "1", *budget)
    assert (bc.env_steps, bc.distillation_env_steps) == (3 * 24 * 8, 2 * 24 * 8)


PLANAR = ["all", "trials"]
CAMERA = ["bc", "dagger", "sitt", "asymmetric", "tsra", "tsra_distilled", "frames"]


@pytest.mark.parametrize(
    "task, methods",
    [(TASK, PLANAR), ("TSRA-LimitedView-Rover", PLANAR), ("TSRA-ObstacleFlight-Quadrotor", CAMERA)],
)
def test_methods_fit_our_tasks_and_trainings_differ_where_they_must(task: str, methods: list[str]) -> None:
    cells = {cell.method: cell.training for cell in grid("--tasks", task, "--methods", *methods, "--seeds", "1")}
    assert list(cells) == select_methods(methods)
    assert cells["bc"] == cells["dagger"] and cells["tsra"] == cells["tsra_distilled"]
    assert len({training.folder for training in cells.values()}) == len(cells) - 2


def test_a_quarter_of_the_steps_renders_what_a_quarter_of_the_frames_does() -> None:
    arguments = ("--tasks", "TSRA-ObstacleFlight-Quadrotor", "--methods", "tsra", "asymmetric_quarter", "--seeds", "1")
    tsra, quarter = grid(*arguments)
    _, agent = resolve_configs(tsra.training.task, METHODS["tsra"].agent, [])
    assert quarter.env_steps * agent.algorithm.render_interval == tsra.env_steps


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "name --tasks. TSRA Lab's tasks: .*TSRA-ColorMaze-Rover"),
        (["--tasks", "TSRA-Nowhere"], "there is no task 'TSRA-Nowhere'. TSRA Lab's tasks: .*TSRA-ColorMaze-Rover"),
        (["--tasks", TASK, "--methods", "tsr"], "there is no method 'tsr'. Methods: bc, dagger"),
        (["--tasks", "Isaac-Cartpole-Direct", "--methods", "sitt"], "has no agent 'rsl_rl_sitt_cfg_entry_point'"),
    ],
)
def test_what_does_not_exist_is_refused(arguments: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grid(*arguments)


def test_a_method_s_misspelt_override_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = benchmark.METHODS | {
        "tsra": Method("rsl_rl_cfg_entry_point", "TSRA", "Misspelt.", overrides=("agent.algorithm.consistency_step=0",))
    }
    monkeypatch.setattr(benchmark, "METHODS", wrong)
    with pytest.raises(ValueError, match="no option 'consistency_step'"):
        grid("--tasks", TASK, "--methods", "tsra")


def test_shorthands_name_groups_of_methods() -> None:
    assert select_methods(["main"]) == list(MAIN)
    assert select_methods(["tsra", "ablations"]) == ["tsra", *ABLATIONS]
    assert select_methods(["all", "bc"]) == [*MAIN, *ABLATIONS]
    assert select_methods(["frames", "trials"]) == [*FRAMES, *TRIALS]


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
        (["onboard", "image"], {"render_interval": 4}, 250),
        (["onboard", "contact"], {}, 0),
    ],
)
def test_rendered_frames_are_those_of_cameras_that_the_agent_reads(
    groups: list[str], algorithm: dict, frames: int
) -> None:
    agent = {"obs_groups": {"student": groups, "critic": ["onboard"]}, "algorithm": algorithm}
    assert rendered_frames(CAMERA_ENV, agent, 1000) == frames


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
