# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The benchmark runs each stage once, goes on where it was stopped, and hides no failure.

Commands of the same names stand in for those that need the simulator: they take the arguments, note that they were
called, and leave the files that the benchmark reads.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import threading
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from tsra_bench import jobs, processes, results
from tsra_bench.command import check_budgets, main, make_parser, plan_cells, run_grid
from tsra_bench.jobs import Cell, Distillation, Training
from tsra_bench.methods import ABLATIONS, FRAMES, all_methods, method_groups, read_trials, select_methods
from tsra_bench.processes import Processes
from tsra_bench.results import rendered_frames
from tsra_lab.agents import METHODS as TRAINABLE
from tsra_lab.runners import save_checkpoint
from tsra_lab.runs import resolve_configs

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASK = "TSRA-ColorMaze-Rover"
ITERATIONS, STEPS, ENVS = 20, 24, 4
METHODS = all_methods(method_groups())
MAIN = method_groups()["main"]
BENCHMARKS = Path(__file__).parents[2] / "docs" / "benchmarks"
PLANAR_TRIALS = BENCHMARKS / "tuning" / "trials.json"
CAMERA_TRIALS = BENCHMARKS / "cameras" / "tuning" / "trials.json"

STAND_IN = """
import json, os, signal, sys, time
from pathlib import Path

name = Path(__file__).stem
argv = sys.argv[1:]
options = {key: value for key, value in zip(argv, argv[1:]) if key.startswith("--")}
with open("calls.txt", "a") as calls:
    calls.write(" ".join([name, *argv, "threads=" + os.environ["OMP_NUM_THREADS"]]) + "\\n")
if Path("broken").exists() and Path("broken").read_text() in " ".join([name, *argv]):
    print("the reason")
    sys.exit(3)
def export(checkpoint):
    exported = checkpoint.parent / "exported"
    exported.mkdir(exist_ok=True)
    (exported / "policy.onnx").write_text(str(checkpoint))
if name == "export":
    export(Path(options["--checkpoint"]))
    sys.exit()
if name == "evaluate":
    assert (Path(options["--checkpoint"]).parent / "exported" / "policy.onnx").read_text() == options["--checkpoint"]
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
run = Path("logs/rsl_rl", name, stamp).absolute()
run.mkdir(parents=True)
iterations, envs = int(options["--max_iterations"]), int(options["--num_envs"])
for iteration in range(start + 1, iterations + 1):
    if Path("slow").exists():
        time.sleep(0.2)
    if stopped or iteration == iterations or (name == "train" and Path("short").exists()):
        break
(run / f"model_{iteration}.pt").write_text(json.dumps({"rendered_frames": iteration * 24 * envs}))
if name == "distill":
    export(run / ("model_best.pt" if Path("best").exists() else f"model_{iteration}.pt"))
evaluation = {"env_steps": 96, "policies": {"teacher": {"success_rate": 0.5}}}
(run / "evaluations.json").write_text(json.dumps([evaluation]))
print(f"Run directory: {run}")
sys.exit(143 if stopped else 0)
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in which stand-ins are the commands, and files of text the checkpoints and students."""
    commands = tmp_path / "stand_ins"
    commands.mkdir()
    for name in ("train", "distill", "export", "evaluate"):
        (commands / f"{name}.py").write_text(STAND_IN)
    monkeypatch.setattr(processes, "COMMANDS", "stand_ins")
    monkeypatch.setattr(results, "load_checkpoint", lambda path, **_: json.loads(path.read_text()))
    monkeypatch.setattr(jobs, "exported_checkpoint", exported_checkpoint)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def exported_checkpoint(run: Path) -> Path | None:
    """Checkpoint whose student a stand-in has exported."""
    file = run / "exported" / "policy.onnx"
    return Path(file.read_text()) if file.is_file() else None


def make_cell(method: str, seed: int = 1, iterations: int = ITERATIONS) -> Cell:
    """A cell of the grid."""
    kind = METHODS[method].distillation
    return Cell(
        method=method,
        training=Training(TASK, METHODS[method].agent, METHODS[method].overrides, iterations, STEPS, ENVS, seed),
        distillation=None if kind is None else Distillation(kind, 5, STEPS),
        file=Path("results", "cells", TASK, f"{method}_{seed}.json").absolute(),
    )


def run(*cells: Cell, parallel: int = 1) -> Processes:
    """Run cells."""
    processes = Processes()
    run_grid(list(cells), Namespace(parallel=parallel, device="cpu", episodes=64), processes)
    return processes


def calls(work: Path) -> list[str]:
    """Commands that were called so far, each with its arguments."""
    file = work / "calls.txt"
    return file.read_text().splitlines() if file.exists() else []


def names(work: Path) -> list[str]:
    """Names of the commands that were called so far."""
    return [line.split()[0] for line in calls(work)]


def test_cells_of_one_teacher_share_its_training(work: Path) -> None:
    run(make_cell("bc"), make_cell("dagger"), make_cell("tsra"))
    assert names(work) == ["train", *2 * ["distill", "evaluate"], "train", "export", "evaluate"]
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
    assert names(work) == ["train", "distill", "evaluate"]
    run(make_cell("bc"), make_cell("dagger"))  # the teacher is there
    assert names(work)[3:] == ["distill", "evaluate"]
    run(make_cell("dagger", seed=2))
    assert names(work)[5:] == ["train", "distill", "evaluate"]


def test_a_teacher_or_a_budget_that_changed_asks_for_a_new_distillation(work: Path) -> None:
    cell = make_cell("bc")
    run(cell)
    longer = replace(cell, distillation=Distillation("bc", 7, STEPS), file=work / "longer.json")
    run(longer)
    assert names(work)[3:] == ["distill", "evaluate"]
    assert json.loads(longer.file.read_text())["distillation_env_steps"] == 7 * STEPS * ENVS
    subprocess.run(["rm", "-r", "logs/rsl_rl/train"], check=True)
    run(replace(longer, file=work / "again.json"))
    assert names(work)[5:] == ["train", "distill", "evaluate"]


def test_a_run_directory_or_a_state_that_was_deleted_is_made_again(work: Path) -> None:
    cell = make_cell("tsra")
    for gone in (work / "logs" / "rsl_rl" / "train", cell.training.folder):
        run(cell)
        cell.file.unlink()
        subprocess.run(["rm", "-r", str(gone)], check=True)
    run(cell)
    assert names(work) == 3 * ["train", "export", "evaluate"]
    assert not any("--checkpoint" in line for line in calls(work) if line.startswith("train "))


def test_a_stopped_training_goes_on_from_its_checkpoint(work: Path) -> None:
    (work / "slow").touch()
    cell, other = make_cell("tsra"), make_cell("tsra", seed=2)

    def stop_during_training() -> None:
        while not list(work.glob("logs/rsl_rl/train/*")):
            time.sleep(0.05)
        time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop_during_training)
    thread.start()
    processes = run(cell, other)
    thread.join()
    assert processes.stop_signal == signal.SIGTERM
    assert names(work) == ["train"]  # neither the evaluation nor the second job was begun
    assert not other.training.folder.joinpath("state.json").exists()
    assert not list(cell.file.parent.glob("*"))  # stopping is no failure
    before = json.loads((cell.training.folder / "state.json").read_text())["stages"]["train"]["seconds"]
    (checkpoint,) = (work / "logs" / "rsl_rl" / "train").glob("*/model_*.pt")
    assert 1 <= int(checkpoint.stem.split("_")[1]) < ITERATIONS

    (work / "slow").unlink()
    run(cell)
    assert f"--checkpoint {checkpoint} " in calls(work)[1]
    assert names(work) == ["train", "train", "export", "evaluate"]
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
    assert names(work) == ["train", "export", "evaluate", "evaluate"]
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
    assert names(work).count("train") == 2

    (work / "broken").write_text("train")
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
    assert names(work)[:2] == 2 * ["train"] and names(work)[2] == "export"
    assert names(work).count("train") == 3


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
    args = make_parser().parse_args(arguments)
    return plan_cells(args, method_groups(args.trials))


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
    assert tsra.budget["env_steps"] == agent.max_iterations * agent.num_steps_per_env * env_cfg.scene.num_envs
    assert (
        long.training.max_iterations == 5 * agent.max_iterations
        and long.budget["env_steps"] == 5 * tsra.budget["env_steps"]
    )
    assert (tsra.distillation, bc.distillation.max_iterations) == (None, distillation.max_iterations)
    budget = ("--max_iterations", "3", "--distillation_iterations", "2", "--num_envs", "8")
    (bc,) = grid("--tasks", TASK, "--methods", "bc", "--seeds", "1", *budget)
    assert bc.budget == {"env_steps": 3 * 24 * 8, "distillation_env_steps": 2 * 24 * 8}


PLANAR = (["all", "trials"], PLANAR_TRIALS)
CAMERA = (["all", "frames", "trials"], CAMERA_TRIALS)


@pytest.mark.parametrize(
    "task, methods, trials",
    [
        (TASK, *PLANAR),
        ("TSRA-LimitedView-Rover", *PLANAR),
        ("TSRA-ObstacleFlight-Quadrotor", *CAMERA),
        ("TSRA-OpenDrawer-Arm", *CAMERA),
    ],
)
def test_methods_fit_our_tasks_and_trainings_differ_where_they_must(
    task: str, methods: list[str], trials: Path
) -> None:
    arguments = ("--tasks", task, "--methods", *methods, "--trials", str(trials), "--seeds", "1")
    cells = {cell.method: cell.training for cell in grid(*arguments)}
    assert list(cells) == select_methods(methods, method_groups(trials))
    assert cells["bc"] == cells["dagger"] and cells["tsra"] == cells["tsra_distilled"]
    assert len({training.folder for training in cells.values()}) == len(cells) - 2


def test_a_quarter_of_the_steps_renders_what_a_quarter_of_the_frames_does() -> None:
    arguments = ("--tasks", "TSRA-ObstacleFlight-Quadrotor", "--methods", "tsra", "asymmetric_quarter", "--seeds", "1")
    tsra, quarter = grid(*arguments)
    _, agent = resolve_configs(tsra.training.task, METHODS["tsra"].agent, [])
    assert quarter.budget["env_steps"] * agent.algorithm.pairs.render_interval == tsra.budget["env_steps"]


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


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--seeds", "1", "-1"], "--seeds: must not be negative, but is -1"),
        (["--seeds", "99999999999"], "--seeds: must be at most 4294967295"),
        (["--device", "gpu"], "--device 'gpu': choose cpu, cuda or cuda:<number>"),
        (["--device", "cuda:0"], "there is no GPU that PyTorch can use"),
        (["--parallel", "0"], "--parallel: must be at least 1, not 0"),
    ],
)
def test_what_no_training_could_begin_with_is_refused_at_once(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, arguments: list[str], message: str
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["benchmark.py", "--tasks", TASK, "--methods", "tsra", *arguments])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert message in capsys.readouterr().err


def write_trials(folder: Path, *trials: dict) -> Path:
    """Write a file of trials."""
    file = folder / "trials.json"
    file.write_text(json.dumps(trials))
    return file


def test_a_method_s_misspelt_override_is_refused(tmp_path: Path) -> None:
    trial = {"name": "misspelt", "based_on": "tsra", "overrides": ["agent.algorithm.encoders.warm_up_steps=0"]}
    with pytest.raises(ValueError, match="no option 'warm_up_steps'"):
        grid("--tasks", TASK, "--methods", "misspelt", "--trials", str(write_trials(tmp_path, trial)))


def test_a_trial_is_the_method_that_it_is_based_on_with_its_overrides(tmp_path: Path) -> None:
    no_warm_up = {"name": "tsra_no_warm_up_narrow", "based_on": "tsra_no_warm_up", "overrides": ["agent.seed=3"]}
    trials = read_trials(write_trials(tmp_path, no_warm_up), METHODS)
    base = METHODS["tsra_no_warm_up"]
    overrides = (*base.overrides, "agent.seed=3")
    assert trials == {
        "tsra_no_warm_up_narrow": replace(base, label="TSRA, no warm-up, narrow", overrides=overrides),
    }


@pytest.mark.parametrize(
    "content, message",
    [
        ("{", "is no file of trials"),
        ('{"name": "a"}', "has the entries name, based_on and overrides"),
        ('[{"name": "a", "based_on": "b", "overrides": []}]', "'a' is based on 'b'. Methods: bc, dagger"),
        ('[{"name": "bc", "based_on": "tsra", "overrides": []}]', "there is a method 'bc' already"),
    ],
)
def test_what_is_no_file_of_trials_is_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "trials.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=message):
        read_trials(file, METHODS)


@pytest.mark.parametrize("trials", [PLANAR_TRIALS, CAMERA_TRIALS])
def test_the_trials_of_our_files_are_those_that_were_measured(trials: Path) -> None:
    measured = {path.stem.rpartition("_")[0] for path in trials.parent.glob("cells/*/*.json")}
    assert set(read_trials(trials, METHODS)) <= measured


def test_every_trainable_method_that_is_compared_is_benchmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAIN.keys() == {"bc", "dagger", "smoothed"} | {key for key, row in TRAINABLE.items() if row.compared}
    added = replace(TRAINABLE["tsra"], key="added", label="added", agent_key="rsl_rl_added_cfg_entry_point")
    monkeypatch.setitem(TRAINABLE, "added", added)
    groups = method_groups()
    assert select_methods(["main"], groups) == [*MAIN, "added"]
    assert all_methods(groups)["added"].agent == "rsl_rl_added_cfg_entry_point"


def test_shorthands_name_groups_of_methods() -> None:
    groups = method_groups(PLANAR_TRIALS)
    assert select_methods(["main"], groups) == list(MAIN)
    assert select_methods(["tsra", "ablations"], groups) == ["tsra", *ABLATIONS]
    assert select_methods(["all", "bc"], groups) == [*MAIN, *ABLATIONS]
    remembering = ["dagger_memory", "asymmetric_memory", "tsra_memory", "tsra_memory_no_imitation"]
    assert select_methods(["memory"], groups) == remembering
    assert select_methods(["frames", "trials"], groups) == [*FRAMES, *read_trials(PLANAR_TRIALS, METHODS)]


def test_rendered_frames_are_those_that_the_checkpoints_count(tmp_path: Path) -> None:
    paths = [tmp_path / f"model_{frames}.pt" for frames in (96, 24)]
    for path in paths:
        save_checkpoint({"rendered_frames": int(path.stem.split("_")[1])}, path)
    assert rendered_frames(paths) == 120
    with pytest.raises(FileNotFoundError, match="model_7.pt"):
        rendered_frames([tmp_path / "model_7.pt"])
    save_checkpoint({}, tmp_path / "model_7.pt")
    with pytest.raises(ValueError, match="model_7.pt' does not count rendered frames"):
        rendered_frames([tmp_path / "model_7.pt"])


def test_the_student_that_is_evaluated_is_the_one_that_is_exported(work: Path) -> None:
    (work / "best").touch()  # the distillation exports its best checkpoint, which is not its last
    run(make_cell("bc"))
    assert names(work) == ["train", "distill", "export", "evaluate"]
    assert make_cell("bc").file.exists()


def test_a_distillation_whose_last_checkpoint_is_gone_is_made_again(work: Path) -> None:
    cell = make_cell("bc")
    run(cell)
    cell.file.unlink()
    (checkpoint,) = work.glob("logs/rsl_rl/distill/*/model_*.pt")
    checkpoint.unlink()
    run(cell)
    assert names(work)[3:] == ["distill", "evaluate"] and cell.file.exists()


def test_a_training_that_ended_early_has_no_result(work: Path) -> None:
    cell = make_cell("bc")
    (work / "short").touch()
    run(cell)
    failure = json.loads(cell.file.with_name("bc_1.failed.json").read_text())
    assert not cell.file.exists() and failure["stage"] == "result"
    assert f"model_{ITERATIONS}.pt" in "".join(failure["error"])
