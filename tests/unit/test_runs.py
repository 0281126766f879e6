# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Run directories: which checkpoint a name stands for, what is printed into them, and who may write there."""

from __future__ import annotations

import argparse
import io
import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import yaml

import tsra_tasks  # noqa: F401 - registers the tasks
from tsra_lab.runners import BEST_CHECKPOINT
from tsra_lab.runs import (
    DEFAULT_AGENT,
    EpisodesDone,
    FinishedRun,
    OpenRun,
    ProgressLines,
    Training,
    agent_of_run,
    distillation_agent,
    distillation_agent_key,
    find_checkpoint,
    find_run,
    new_run,
    open_run,
    opening,
    progress_lines,
    resolve_configs,
    write_params,
)
from tsra_lab.runs.log import RunLog
from tsra_lab.runs.ranks import TORCHRUN, join_ranks

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASK = "TSRA-ColorMaze-Rover"
EXPERIMENT = "color_maze_aligned"
AGENT = """
obs_groups: {teacher: [privileged], student: [onboard], critic: [privileged]}
clip_actions: null
"""


@pytest.fixture
def make_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes runs in a fresh working directory, one newer than the other."""
    monkeypatch.chdir(tmp_path)

    def make(name: str, *checkpoints: str, agent: str = DEFAULT_AGENT) -> Path:
        run = new_run(TASK, agent, EXPERIMENT, name)
        write_params(run, resolve_configs(TASK, None, [])[0], yaml.safe_load(AGENT))
        for checkpoint in checkpoints:
            (run / checkpoint).touch()
        return run

    return make


# which checkpoint


def test_a_run_directory_and_latest_stand_for_the_newest_checkpoint(make_run: Callable[..., Path]) -> None:
    old = make_run("old", "model_300.pt", BEST_CHECKPOINT)
    new = make_run("new", "model_20.pt", "model_100.pt", BEST_CHECKPOINT)
    assert find_checkpoint(TASK, str(old)) == old / "model_300.pt"
    assert find_checkpoint(TASK, "latest") == new / "model_100.pt"


def test_best_is_the_best_checkpoint_of_the_newest_run_that_has_one(make_run: Callable[..., Path]) -> None:
    make_run("oldest", "model_5.pt", BEST_CHECKPOINT)
    evaluated = make_run("evaluated", "model_5.pt", BEST_CHECKPOINT)
    make_run("never_evaluated", "model_9.pt")
    make_run("another", "model_9.pt", BEST_CHECKPOINT, agent="rsl_rl_ppo_cfg_entry_point")
    assert find_checkpoint(TASK, "best") == evaluated / BEST_CHECKPOINT


def test_best_does_not_fall_back_on_another_checkpoint(make_run: Callable[..., Path]) -> None:
    make_run("never_evaluated", "model_9.pt")
    with pytest.raises(FileNotFoundError, match=f"No run of {TASK} .* holds a checkpoint named model_best"):
        find_checkpoint(TASK, "best")


def test_a_run_that_has_only_begun_is_not_the_latest(make_run: Callable[..., Path]) -> None:
    """So ranks that look after the first one has made the new run's directory find what it found."""
    begun = make_run("trained", "model_4.pt")
    make_run("begun")
    assert find_checkpoint(TASK, "latest") == begun / "model_4.pt"


def test_a_file_is_taken_as_it_is(make_run: Callable[..., Path]) -> None:
    run = make_run("run", "model_4.pt", BEST_CHECKPOINT)
    for name in ("model_4.pt", BEST_CHECKPOINT):
        for prefer_best in (False, True):
            assert find_checkpoint(TASK, str(run / name), prefer_best=prefer_best) == run / name


def test_the_best_checkpoint_is_preferred_where_there_is_one(make_run: Callable[..., Path]) -> None:
    with_best = make_run("with_best", "model_4.pt", BEST_CHECKPOINT)
    assert find_checkpoint(TASK, "latest", prefer_best=True) == with_best / BEST_CHECKPOINT
    without = make_run("without", "model_7.pt", "model_8.pt")
    assert find_checkpoint(TASK, str(with_best), prefer_best=True) == with_best / BEST_CHECKPOINT
    for name in ("latest", str(without)):
        assert find_checkpoint(TASK, name, prefer_best=True) == without / "model_8.pt"


@pytest.mark.parametrize(
    "name, message",
    [
        ("nowhere.pt", "There is no checkpoint or run directory 'nowhere.pt'"),
        (".", "holds no checkpoint"),
        ("latest", "No run of"),
    ],
)
def test_what_is_not_there_is_named(make_run: Callable[..., Path], name: str, message: str) -> None:
    with pytest.raises(FileNotFoundError, match=message):
        find_checkpoint(TASK, name)


def test_latest_looks_in_the_experiment_that_is_named(make_run: Callable[..., Path]) -> None:
    make_run("ours", "model_4.pt")
    other = new_run(TASK, DEFAULT_AGENT, "another", "run")
    (other / "model_2.pt").touch()
    assert find_checkpoint(TASK, "latest", experiment="another") == other / "model_2.pt"
    with pytest.raises(FileNotFoundError, match="nowhere"):
        find_checkpoint(TASK, "latest", experiment="nowhere")


def test_a_run_tells_where_it_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sys, "orig_argv", ["python", "scripts/train.py", "--task", TASK, "agent.obs_groups.student=['a b']"]
    )
    metadata = json.loads((new_run(TASK, DEFAULT_AGENT, EXPERIMENT, "") / "run.json").read_text())["metadata"]
    assert shlex.split(metadata["command"]) == sys.orig_argv
    assert metadata["versions"]["torch"] == torch.__version__.split("+")[0]
    assert {"python", "tsra-lab", "isaaclab", "newton", "rsl-rl-lib"} <= metadata["versions"].keys()


def test_runs_that_begin_within_one_second_have_directories_of_their_own(make_run: Callable[..., Path]) -> None:
    runs = [new_run(TASK, DEFAULT_AGENT, EXPERIMENT, "same") for _ in range(5)]
    assert len(set(runs)) == 5
    (runs[-1] / "model_1.pt").touch()
    assert find_checkpoint(TASK, "latest") == runs[-1] / "model_1.pt"


# finding and opening a finished run


def test_finding_a_run_prints_the_checkpoint_that_was_taken(
    make_run: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run("run", "model_4.pt", BEST_CHECKPOINT)
    found = find_run(TASK, str(run), prefer_best=True)
    assert f"[INFO] Checkpoint: {run / BEST_CHECKPOINT}" in capsys.readouterr().out.splitlines()
    assert found.agent == agent_of_run(run / BEST_CHECKPOINT)
    assert found.exported == run / "student" / "policy.onnx"


def test_the_environment_is_in_the_mode_that_is_asked_for(
    make_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = str(make_run("run", "model_4.pt"))
    cfg = type(resolve_configs(TASK, None, [])[0])
    called: list[str] = []
    monkeypatch.setattr(cfg, "evaluation_mode", lambda _: called.append("evaluation"))
    monkeypatch.setattr(cfg, "play_mode", lambda _: called.append("play"))
    find_run(TASK, run, mode="training")
    assert called == []
    find_run(TASK, run)
    assert called == ["evaluation"]
    find_run(TASK, run, mode="play")
    assert set(called[1:]) == {"play"}


def test_a_run_on_groups_that_the_task_lacks_is_refused(make_run: Callable[..., Path]) -> None:
    run = make_run("run", "model_4.pt")
    (run / "params" / "agent.yaml").write_text("obs_groups: {student: [camera]}")
    with pytest.raises(ValueError, match=r"unknown groups \['camera'\]"):
        find_run(TASK, str(run))


def test_a_damaged_checkpoint_is_refused_before_the_simulator_starts(
    make_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = find_run(TASK, str(make_run("run", "model_4.pt")))
    monkeypatch.setattr(opening, "open_environment", lambda *_: pytest.fail("the simulator was started"))
    args = argparse.Namespace(seed=None, num_envs=None, device="cpu")
    with pytest.raises(ValueError, match="model_4.pt' is not a readable checkpoint"), open_run(run, args):
        pass


def test_policies_that_a_run_lacks_are_named(tmp_path: Path) -> None:
    runner = SimpleNamespace(policies=lambda: {"teacher": "a teacher", "student": "a student"})
    run = OpenRun(TASK, tmp_path / "model_4.pt", {}, None, None, runner)
    assert run.policies() == {"teacher": "a teacher", "student": "a student"}
    assert run.policies(["student"]) == {"student": "a student"}
    with pytest.raises(ValueError, match="this run has no onnx; it has teacher, student"):
        run.policies(["onnx", "teacher"])


def test_an_exported_student_of_another_iteration_is_told(
    make_run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_run("run", "model_4.pt")
    (folder / "student").mkdir()
    (folder / "student" / "policy.onnx").touch()
    contract = {"run": {"iteration": 2}}
    monkeypatch.setattr(opening, "OnnxPolicy", lambda _: SimpleNamespace(runtime=SimpleNamespace(contract=contract)))
    runner = SimpleNamespace(policies=dict, current_learning_iteration=4)
    run = OpenRun(TASK, folder / "model_4.pt", {}, None, None, runner)
    assert run.policies(["onnx"]).keys() == {"onnx"}
    assert "[WARNING] onnx is the student of iteration 2; the checkpoint that of 4." in capsys.readouterr().out
    contract["run"]["iteration"] = 4
    run.policies()
    assert "[WARNING]" not in capsys.readouterr().out


@pytest.mark.parametrize("sets, expected", [({"student": ["camera"]}, ["camera"]), ({"actor": ["x"]}, ["onboard"])])
def test_what_the_student_sees_is_told_by_the_run_or_the_task_s_default_agent(sets: dict, expected: list) -> None:
    assert opening.onboard_groups(FinishedRun(TASK, Path("model_1.pt"), {"obs_groups": sets}, None)) == expected


# distillation

ENCODED = {
    "obs_groups": {
        "teacher": ["privileged"],
        "student": ["onboard"],
        "critic": ["privileged"],
        "shared": ["onboard"],
    },
    "teacher": {"hidden_dims": [1]},
    "student": {"hidden_dims": [2]},
    "actor": {"hidden_dims": [3]},
    "algorithm": {"embedding_dim": 5},
}
CONTRACT = {
    "groups": {
        "onboard": {"shape": [6], "terms": [["rates", [4]], ["yaw", [2]]], "settings": {"history_length": 2}},
    }
}
DISTILLATION = {"obs_groups": {}, "algorithm": {"class_name": "Distillation", "learning_rate": 0.1}}


@pytest.mark.parametrize("method, acting", [("dagger", "student"), ("bc", "teacher")])
def test_a_zero_shot_student_is_refined_as_the_models_that_it_and_its_teacher_are(method: str, acting: str) -> None:
    assert distillation_agent_key(ENCODED) == "rsl_rl_aligned_distillation_cfg_entry_point"
    agent = distillation_agent(DISTILLATION, ENCODED, CONTRACT, method)
    assert agent["obs_groups"] == {"teacher": ["privileged"], "student": ["onboard"]}
    assert agent["algorithm"] == DISTILLATION["algorithm"] | {"rollout_policy": acting}
    for name in ("teacher", "student"):
        assert (agent[name]["encoder"], agent[name]["head"]) == (ENCODED[name], ENCODED["actor"])
        assert agent[name]["embedding_dim"] == 5 and agent[name]["shared"] == {"onboard": [2, 3, 5]}


@pytest.mark.parametrize(
    "method, algorithm", [("dagger", "Distillation"), ("bc", "tsra_lab.algorithms:BehaviorCloning")]
)
def test_a_plain_teacher_gets_the_control(method: str, algorithm: str) -> None:
    plain = {"obs_groups": {"actor": ["privileged"]}, "actor": {}}
    assert distillation_agent_key(plain) == "rsl_rl_distillation_cfg_entry_point"
    agent = distillation_agent(DISTILLATION, plain, None, method)
    assert agent == DISTILLATION | {"algorithm": DISTILLATION["algorithm"] | {"class_name": algorithm}}


def test_a_training_goes_back_to_its_best_checkpoint_if_it_has_one(tmp_path: Path) -> None:
    loaded: list[str] = []
    training = Training(None, SimpleNamespace(load=loaded.append, stop_signal=None), tmp_path)
    training.load_best()
    assert loaded == []
    (tmp_path / BEST_CHECKPOINT).touch()
    training.load_best()
    assert loaded == [str(tmp_path / BEST_CHECKPOINT)]


# the log


def test_what_is_printed_goes_to_the_log_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RunLog(tmp_path / "train.log"):
        print("one")
        print("two", file=sys.stderr)
    print("three")
    assert (tmp_path / "train.log").read_text() == "one\ntwo\n"
    assert capsys.readouterr() == ("one\nthree\n", "two\n")


def test_an_error_is_noted_in_the_log(tmp_path: Path) -> None:
    streams = sys.stdout, sys.stderr
    with pytest.raises(RuntimeError), RunLog(tmp_path / "train.log"):
        raise RuntimeError("out of luck")
    assert "RuntimeError: out of luck" in (tmp_path / "train.log").read_text()
    assert streams == (sys.stdout, sys.stderr)


def test_on_a_terminal_the_noise_of_start_up_goes_to_the_log_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    with RunLog(tmp_path / "train.log") as log:
        print("a model")
        log.started()
        print("an iteration")
        sys.stdout.write("\rlive line")
        assert sys.stdout.isatty()
        held = sys.stdout
    print("by who still holds it", file=held)
    assert (tmp_path / "train.log").read_text() == "a model\nan iteration\n"
    shown = terminal.getvalue()
    assert f"The full log is {tmp_path / 'train.log'}" in shown and "a model" not in shown
    assert "an iteration\n\rlive lineby who still holds it\n" in shown


# several processes


def ranks(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], **args: object) -> argparse.Namespace:
    """Arguments of a process with these environment variables of torchrun, its rank among them."""
    for name in TORCHRUN:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    namespace = argparse.Namespace(**args)
    namespace.rank = join_ranks(namespace)
    return namespace


SECOND = {"RANK": "5", "LOCAL_RANK": "1", "WORLD_SIZE": "8"}


def test_alone_a_process_is_rank_0(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ranks(monkeypatch, {}, device="cuda:0").rank == 0
    args = ranks(monkeypatch, {"WORLD_SIZE": "1"}, device="cuda:0", distributed=False)
    assert (args.rank, args.device) == (0, "cuda:0")


def test_each_rank_has_its_own_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    args = ranks(monkeypatch, SECOND, device="cuda:0", distributed=True)
    assert (args.rank, args.device, args.distributed) == (5, "cuda:1", True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    with pytest.raises(ValueError, match="local rank 1 has no GPU of its own"):
        ranks(monkeypatch, SECOND, device="cuda:0", distributed=True)


def test_ranks_share_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    args = ranks(monkeypatch, SECOND, device="cpu", distributed=True)
    assert (args.rank, args.device, args.distributed) == (5, "cpu", False)


def test_distributed_and_torchrun_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="--distributed needs LOCAL_RANK in the environment, which torchrun sets"):
        ranks(monkeypatch, {"RANK": "0", "WORLD_SIZE": "2"}, device="cpu", distributed=True)
    with pytest.raises(ValueError, match=r"one of 8 processes \(WORLD_SIZE\), but '--distributed' is missing"):
        ranks(monkeypatch, SECOND, device="cpu", distributed=False)
    with pytest.raises(ValueError, match="'--distributed' is missing"):
        ranks(monkeypatch, SECOND, device="cpu")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda algorithm: None, None),
        (lambda algorithm: algorithm.pop("student_share"), "its algorithm lacks student_share"),
        (
            lambda algorithm: [algorithm["encoders"].pop(name) for name in ("constant_steps", "stability_weight")],
            "its algorithm lacks encoders.constant_steps, lacks encoders.stability_weight",
        ),
        (lambda algorithm: algorithm.update(penalty=1.0), "has an unknown penalty"),
        (lambda algorithm: algorithm["alignment"].pop("temperature"), "lacks alignment.temperature"),
        (lambda algorithm: algorithm.update(pairs=64), "has no options pairs"),
    ],
)
def test_a_run_of_another_version_is_refused_by_what_differs(
    make_run: Callable[..., Path], change: Callable[[dict], object], told: str | None
) -> None:
    run = make_run("run", "model_4.pt")
    agent = resolve_configs(TASK, DEFAULT_AGENT, [])[1].to_dict()
    change(agent["algorithm"])
    (run / "params" / "agent.yaml").write_text(yaml.safe_dump(agent))
    if told is None:
        assert agent_of_run(run / "model_4.pt")["algorithm"] == agent["algorithm"]
    else:
        with pytest.raises(
            ValueError, match=f"written by another version of TSRA Lab: .*{re.escape(told)}.*train anew"
        ):
            agent_of_run(run / "model_4.pt")


def test_episodes_that_are_over_are_told_over_batches(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    now = iter(range(0, 1000, 11))  # each line is due
    monkeypatch.setattr(progress_lines.time, "monotonic", lambda: next(now))
    told = EpisodesDone(ProgressLines(), "student", 6)
    for running in ([True] * 4, [True, False, True, False], [False] * 3 + [True], [True, True, False, False], [True]):
        told(torch.tensor(running))
    done = [line.split()[2] for line in capsys.readouterr().out.splitlines()]
    assert done == ["0", "2", "3", "4", "5"]


def test_lines_are_seconds_apart(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    seconds = [0.0]
    monkeypatch.setattr(progress_lines.time, "monotonic", lambda: seconds[0])
    lines = ProgressLines()
    for seconds[0] in (1.0, 9.0, 10.0, 12.0, 20.5):
        lines.say(f"at {seconds[0]:g}")
    assert capsys.readouterr().out.splitlines() == ["[INFO] at 10", "[INFO] at 20.5"]
