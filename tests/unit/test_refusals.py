# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Wrong input is refused in one line, with exit status 2, before the simulator starts and anything is written."""

from __future__ import annotations

import argparse
import re
import sys
from importlib import import_module
from pathlib import Path

import pytest
import torch
import yaml
from test_environment_of_run import record
from test_trust import GOOD, write
from tiny_file import save, vector_graph

from tsra_lab.runs import refusals, resolve_configs, session
from tsra_lab.runs.environment_limits import check_environment

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASK = ("--task", "TSRA-ColorMaze-Rover")


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    """Runs a command that must be refused; gives the line that it printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "damaged.pt").touch()

    def started(*_: object) -> None:
        raise AssertionError("the simulator started")

    monkeypatch.setattr(session, "launch_simulation", started)

    def run(command: str, *arguments: str) -> str:
        before = sorted(tmp_path.rglob("*"))
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", [f"{command}.py", *TASK, *arguments])
        try:
            status = import_module(f"tsra_lab.commands.{command}").main()
        except SystemExit as stop:
            status = stop.code
        printed = capsys.readouterr().err
        assert status == 2
        assert "Traceback" not in printed
        assert sorted(tmp_path.rglob("*")) == before  # nothing was written
        return printed.strip().splitlines()[-1]

    return run


CHECKPOINT = ("--checkpoint", "damaged.pt")


@pytest.mark.parametrize(
    "command, arguments, message",
    [
        ("train", ["agent.algorithm.alignment.tempratur=0.1"], "has no option 'tempratur'"),
        ("train", ["env.rewards.lava.wieght=1.0"], "has no option 'wieght'"),
        ("train", ["env.seed=5"], "has no effect: the environment takes the agent's seed. Use --seed"),
        ("train", ["agent.obs_groups.student=['camera']"], "unknown groups ['camera']"),
        (
            "train",
            ["agent.algorithm.gamma=2"],
            "'gamma' of AlignedPPOCfg must be a number above 0 and at most 1, not 2",
        ),
        ("train", ["agent.algorithm.consistency=3"], "'consistency' of AlignedPPOCfg must be True or False, not 3"),
        ("train", ["agent.algorithm.encoders=3"], "encoders"),
        ("train", ["agent.algorithm.alignment=constrastive"], "constrastive"),
        ("train", ["agent.algorithm.pairs.render_interval=4"], "has no camera to switch"),
        ("train", ["--max_iteration", "3"], "unrecognised arguments"),
        ("train", ["--max_iterations", "0"], "--max_iterations: must be at least 1, not 0"),
        ("train", ["--num_envs", "0"], "--num_envs: must be at least 1, not 0"),
        ("train", ["--seed", "-1"], "--seed: must not be negative, but is -1"),
        ("train", ["--seed", "99999999999"], "--seed: must be at most 4294967295, not 99999999999"),
        ("train", ["--device", "gpu"], "--device 'gpu': choose cpu, cuda or cuda:<number>"),
        ("train", ["--device", ""], "--device '': choose cpu"),
        ("train", ["--device", "cpu:3"], "--device 'cpu:3': choose cpu"),
        ("train", ["--agent", ""], "--agent: must not be empty"),
        ("train", ["--video", "--video_length", "-1"], "--video_length: must be at least 1, not -1"),
        ("train", ["--video", "--video_interval", "0"], "--video_interval: must be at least 1, not 0"),
        ("train", ["--experiment_name", "../../x"], "'experiment_name' of TeacherStudentRunnerCfg must be a name"),
        ("train", ["--run_name", "a/b"], "'run_name' of TeacherStudentRunnerCfg must be a name"),
        ("train", ["--checkpoint", ""], "--checkpoint: must not be empty"),
        ("train", ["--checkpoint", "nowhere.pt"], "There is no checkpoint or run directory 'nowhere.pt'"),
        ("train", ["--checkpoint", "damaged.pt"], "'damaged.pt' is not a readable checkpoint"),
        ("train", ["--agent", "rsl_rl_distillation_cfg_entry_point"], "use scripts/distill.py"),
        ("train", ["--agent", "rsl_rl_nonsense_cfg_entry_point"], "rsl_rl_nonsense"),
        ("train", ["--distributed"], "needs RANK, LOCAL_RANK, WORLD_SIZE in the environment, which torchrun sets"),
        ("train", ["--task", "TSRA-Nowhere"], "there is no task 'TSRA-Nowhere'"),
        ("evaluate", ["--checkpoint", "latest", "--agent", "rsl_rl_ppo"], "rsl_rl_ppo"),
        ("evaluate", ["--checkpoint", "best"], "holds a checkpoint named model_best"),
        ("evaluate", [*CHECKPOINT, "--episodes", "0"], "--episodes: must be at least 1, not 0"),
        ("evaluate", [*CHECKPOINT, "--json", "damaged.pt/result.json"], "'damaged.pt/result.json' cannot be written"),
        ("evaluate", [*CHECKPOINT, "--json", "."], "'.' cannot be written"),
        ("evaluate", [*CHECKPOINT], "agent.yaml' is missing"),
        ("evaluate", ["--checkpoint", "x" * 300], "File name too long"),
        ("evaluate", [*CHECKPOINT, "--agent", ""], "--agent: must not be empty"),
        ("evaluate", [*CHECKPOINT, "--seed", "-1"], "--seed: must not be negative, but is -1"),
        ("evaluate", [*CHECKPOINT, "--policies", "critic"], "invalid choice: 'critic'"),
        ("diagnose", ["--checkpoint", ""], "--checkpoint: must not be empty"),
        ("play", ["--checkpoint", " "], "--checkpoint: must not be empty"),
        ("play", [*CHECKPOINT, "--seed", "-1"], "--seed: must not be negative, but is -1"),
        ("export", ["--checkpoint", ""], "--checkpoint: must not be empty"),
        ("diagnose", [*CHECKPOINT, "--output", "damaged.pt/folder"], "'damaged.pt/folder' cannot be written to"),
        ("export", [*CHECKPOINT, "--output", "damaged.pt"], "'damaged.pt' cannot be written to"),
        ("export_leapp", [*CHECKPOINT, "--num_envs", "8"], "--num_envs 8: LEAPP looks at one environment"),
        ("distill", ["--teacher", "damaged.pt"], "'damaged.pt' is not a readable checkpoint"),
        ("distill", ["--teacher", ""], "--teacher: must not be empty"),
    ],
)
def test_wrong_input_is_refused_in_one_line(refused, command: str, arguments: list[str], message: str):
    line = refused(command, *arguments)
    assert message in line and line.startswith(f"{command}.py: error: ")


@pytest.mark.parametrize("command", ["train", "distill", "evaluate", "play", "export", "diagnose"])
def test_a_gpu_that_is_not_there_is_refused(refused, monkeypatch: pytest.MonkeyPatch, command: str):
    run = {"train": [], "distill": ["--teacher", "x"]}.get(command, ["--checkpoint", "x"])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert "there is no GPU that PyTorch can use" in refused(command, *run, "--device", "cuda:0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert "there are GPUs up to cuda:1 only" in refused(command, *run, "--device", "cuda:2")


@pytest.mark.parametrize(
    "override, message",
    [
        ("env.decimation=0", "env.decimation is 0; it must be a whole number above 0"),
        ("env.decimation=1.5", "env.decimation is 1.5; it must be a whole number above 0"),
        ("env.sim.dt=-0.1", "env.sim.dt is -0.1; it must be a finite number above 0"),
        ("env.episode_length_s=0", "env.episode_length_s is 0; it must be a finite number above 0"),
        ("env.scene.num_envs=0", "env.scene.num_envs is 0; it must be a whole number above 0"),
        ("env.scene.num_envs=null", "env.scene.num_envs is None"),
    ],
)
def test_an_environment_that_cannot_be_simulated_is_refused(override: str, message: str):
    env_cfg, _ = resolve_configs(TASK[1], None, [override])
    with pytest.raises(ValueError, match=re.escape(message)):
        check_environment(env_cfg)


def test_it_is_looked_at_before_the_simulator_starts(monkeypatch: pytest.MonkeyPatch):
    env_cfg, _ = resolve_configs(TASK[1], None, ["env.decimation=0"])
    monkeypatch.setattr(session, "launch_simulation", lambda *_: pytest.fail("the simulator started"))
    with pytest.raises(ValueError, match="decimation"), session.open_environment(argparse.Namespace(), env_cfg):
        pass


def test_an_export_that_is_missing_is_named_before_the_simulator_starts(refused, tmp_path: Path):
    sets = {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]}
    checkpoint = write(record(tmp_path / "run"), yaml.safe_dump(GOOD | {"obs_groups": sets}))
    torch.save({"iter": 1}, checkpoint)
    asking = {"play": ["--policy", "onnx"], "evaluate": ["--policies", "onnx"], "export_leapp": []}
    for command, arguments in asking.items():
        line = refused(command, "--checkpoint", str(checkpoint), *arguments)
        assert "student/policy.onnx' is missing: export the student first" in line
    # what another program writes there has no contract
    (checkpoint.parent / "student").mkdir()
    save(vector_graph(2), checkpoint.parent / "student" / "policy.onnx", {})
    line = refused("evaluate", "--checkpoint", str(checkpoint))
    assert "carries no contract" in line and "Export the student again" in line


def test_errors_of_the_simulation_keep_their_traceback(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refusals, "_simulator_started", False)

    @refusals.refusing
    def command() -> int:
        refusals.note_start()
        raise ValueError("something deep inside")

    with pytest.raises(ValueError, match="deep inside"):
        command()
