# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""From training to an exported student with the scripts, at a tiny budget: that each stage hands on to the next."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import yaml
from browser import browser_page, drive_until_counted, undecoded, watched
from conftest import SCRIPTS, TASK, Shell, run_directory
from playwright.sync_api import Page

from tsra_browser import page_server
from tsra_browser.serving import address_of
from tsra_deploy import Policy, read_metadata
from tsra_lab.evaluation import format_table

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

SMALL = ("--num_envs", "64", "--seed", "3")


@pytest.fixture(scope="module")
def teacher_run(shell: Shell) -> Path:
    """Run directory of an aligned teacher."""
    output = shell.run(
        "train.py", *SMALL, "--max_iterations", "6", "agent.save_interval=2", "agent.evaluation_interval=3"
    )
    assert output.rstrip().splitlines()[-1].startswith("Run directory: ")
    return run_directory(output)


@pytest.fixture(scope="module")
def student_run(shell: Shell, teacher_run: Path) -> Path:
    """Run directory of its distilled and exported student."""
    return run_directory(shell.run("distill.py", *SMALL, "--teacher", str(teacher_run), "--max_iterations", "2"))


def test_training_leaves_a_complete_run_directory(teacher_run: Path) -> None:
    checkpoints = sorted(path.name for path in teacher_run.glob("*.pt"))
    assert checkpoints == ["model_2.pt", "model_4.pt", "model_6.pt", "model_best.pt"]
    assert json.loads((teacher_run / "run.json").read_text())["metadata"]["agent"] == "rsl_rl_cfg_entry_point"
    assert (teacher_run / "params" / "env.yaml").is_file() and (teacher_run / "params" / "agent.yaml").is_file()
    evaluations = json.loads((teacher_run / "evaluations.json").read_text())
    assert [item["iteration"] for item in evaluations] == [3, 6]
    assert evaluations[0]["env_steps"] == 3 * 24 * 64
    assert evaluations[0]["policies"].keys() == {"teacher", "student"}
    leftovers = [path.name for path in teacher_run.rglob("*") if "tmp" in path.name]
    assert leftovers == []
    assert not (teacher_run / "student").exists()
    log = (teacher_run / "train.log").read_text()
    assert "Learning iteration 5/6" in log and log.endswith(f"Run directory: {teacher_run}\n")


def test_the_best_checkpoint_is_that_of_the_best_evaluation(shell: Shell, teacher_run: Path) -> None:
    evaluations = json.loads((teacher_run / "evaluations.json").read_text())
    best = max(evaluations, key=lambda item: (item["policies"]["student"]["success_rate"], item["iteration"]))
    assert torch.load(teacher_run / "model_best.pt", weights_only=True)["iter"] == best["iteration"]
    output = shell.run("evaluate.py", "--checkpoint", "best", "--episodes", "64", "--no_imitability")
    assert f"[INFO] Checkpoint: {teacher_run / 'model_best.pt'}" in output


def test_checkpoints_hold_everything_and_no_code(teacher_run: Path) -> None:
    checkpoint = torch.load(teacher_run / "model_6.pt", weights_only=True)
    expected = {"teacher_state_dict", "student_state_dict", "actor_state_dict", "critic_state_dict", "iter"}
    expected |= {"optimizer_state_dict", "aligner_state_dict", "learning_rate"}
    assert expected | {"random_state", "observation_contract"} <= checkpoint.keys()
    contract = checkpoint["observation_contract"]
    assert contract["sets"]["student"] == ["onboard"]
    assert contract["groups"]["privileged"]["terms"][-1] == ["cells", [20]]


def test_evaluation_writes_the_promised_json(shell: Shell, teacher_run: Path) -> None:
    output = shell.run(
        "evaluate.py", "--checkpoint", str(teacher_run), "--episodes", "96", "--num_envs", "64", "--json", "zero.json"
    )
    report = json.loads((shell.directory / "zero.json").read_text())
    keys = {"task", "seed", "episodes", "outcomes_known", "policies", "imitation_gap", "imitability"}
    assert report.keys() == keys and report["outcomes_known"]
    assert report["imitability"]["action_sensitivity"]["to"] == "hidden state"
    assert report["imitability"]["action_sensitivity"]["method"] == "task hook"
    assert report["imitability"]["leakage"].keys() == {"position", "velocity", "goal", "cells"}
    assert (report["task"], report["episodes"]) == (TASK, 96)
    for numbers in report["policies"].values():
        assert numbers.keys() >= {"return_mean", "return_std", "success_rate", "success_ci95", "episode_length_mean"}
        assert numbers["success_ci95"][0] <= numbers["success_rate"] <= numbers["success_ci95"][1]
    gap = report["policies"]["teacher"]["return_mean"] - report["policies"]["student"]["return_mean"]
    assert report["imitation_gap"]["return"] == pytest.approx(gap)
    assert "imitation gap" in output


def test_the_exported_student_is_the_distilled_one(shell: Shell, student_run: Path) -> None:
    exported = student_run / "student"
    files = {"contract.md", "parity.npz", "policy.onnx", "policy_batch1.onnx"}
    assert {path.name for path in exported.iterdir()} == files
    model = onnx.load(exported / "policy.onnx", load_external_data=False)
    assert [item.name for item in model.graph.input] == ["obs"]
    metadata = {item.key: item.value for item in model.metadata_props}
    assert metadata["observation_names"] == "odometry,velocity,goal,occupancy"
    assert metadata["joint_names"] == "drive_x,drive_y"
    assert metadata["joint_damping"] == "25,25"
    contract = read_metadata(metadata)
    assert contract["inputs"][0]["shape"] == [31]
    assert contract["timing"]["control_period_s"] == pytest.approx(0.1)
    assert contract["actions"][0]["clip"] == [[-1.2, 1.2], [-1.2, 1.2]]
    assert contract["evaluation"]["episodes"] >= 64
    assert contract["run"]["name"] == student_run.name
    assert len(np.load(exported / "parity.npz")["obs"]) >= 200
    verify = [sys.executable, str(SCRIPTS / "export.py"), "--verify", str(exported / "policy.onnx")]
    assert "is sound" in shell.call(verify)

    policies = ("--policies", "student", "onnx")
    arguments = ("--checkpoint", str(student_run), "--episodes", "64", *policies, "--json", "onnx.json")
    shell.run("evaluate.py", *arguments)
    numbers = json.loads((shell.directory / "onnx.json").read_text())["policies"]
    assert numbers["onnx"]["success_rate"] == pytest.approx(numbers["student"]["success_rate"], abs=0.02)
    assert numbers["onnx"]["return_mean"] == pytest.approx(numbers["student"]["return_mean"], abs=0.02)


def test_the_exported_student_becomes_a_leapp_pipeline_that_isaac_lab_deploys(shell: Shell, student_run: Path) -> None:
    leapp = Path(sys.prefix) / "leapp"
    if not leapp.is_dir():
        pytest.skip("LEAPP is not installed (make install)")
    with_leapp = Shell(shell.directory)
    with_leapp.environment |= {"PYTHONPATH": str(leapp)}
    output = with_leapp.run("export_leapp.py", "--checkpoint", str(student_run))
    difference = re.search(r"its targets differ by (\S+)\.$", output, re.MULTILINE)
    assert difference is not None and float(difference[1]) < 1e-5
    assert "'isaaclab leapp deploy' cannot read onboard_occupancy" in output

    pipeline = student_run / "leapp" / f"{TASK}.yaml"
    description = yaml.safe_load(pipeline.read_text())
    assert description["pipeline"]["inputs"] == {
        TASK: ["robot_joint_pos", "robot_joint_vel", "onboard_goal", "onboard_occupancy"]
    }
    inputs = {item["name"]: item for item in description["models"][TASK]["inputs"]}
    assert inputs["robot_joint_pos"]["isaaclab_connection"] == "state:robot:joint_pos"
    assert inputs["onboard_goal"]["isaaclab_connection"] == "command:maze" and inputs["onboard_goal"]["unit"] == "m"
    assert "isaaclab_connection" not in inputs["onboard_occupancy"]
    assert description["pipeline"]["configs"]["tsra"] == Policy.load(student_run / "student" / "policy.onnx").contract

    isaaclab = str(Path(sys.executable).with_name("isaaclab"))
    deploy = [isaaclab, "leapp", "deploy", "--task", TASK, "--pipeline", str(pipeline), "--device", "cpu"]
    assert with_leapp.call_until([*deploy, "physics=newton_mjwarp"], "Num envs: 1") == 0


def test_the_exported_student_runs_in_mujoco(shell: Shell, student_run: Path) -> None:
    recording = (
        "--checkpoint",
        str(student_run),
        "--policies",
        "onnx",
        "--no_imitability",
        "--initial_states",
        "states.npz",
    )
    shell.run("evaluate.py", *recording, "--episodes", "96", "--num_envs", "64")
    policy = str(student_run / "student" / "policy.onnx")
    arguments = ["--task", TASK, "--policy", policy, "--initial_states", "states.npz", "--json", "mujoco.json"]
    output = shell.call([sys.executable, str(SCRIPTS / "sim2sim.py"), *arguments])
    assert "difference" in output
    report = json.loads((shell.directory / "mujoco.json").read_text())
    assert (report["task"], report["run"], report["episodes"]) == (TASK, student_run.name, 96)
    # hardly trained, it succeeds or not, but alike in both; only the noise differs
    assert report["agreement"] > 0.9
    length = report["isaac_lab"]["episode_length_mean"]
    assert report["mujoco"]["episode_length_mean"] == pytest.approx(length, rel=0.1)


def test_a_zero_shot_student_can_be_exported(shell: Shell, teacher_run: Path) -> None:
    output = shell.run("export.py", "--checkpoint", str(teacher_run), "--output", "zero_shot")
    assert (shell.directory / "zero_shot" / "policy.onnx").is_file()
    assert f"[INFO] Checkpoint: {teacher_run / 'model_best.pt'}" in output


def test_plain_ppo_is_distilled_but_not_exported(shell: Shell) -> None:
    output = shell.run(
        "train.py", *SMALL, "--agent", "rsl_rl_ppo_cfg_entry_point", "--max_iterations", "2", "--run_name", "plain"
    )
    run = run_directory(output)
    refused = shell.run("export.py", "--checkpoint", str(run), status=1)
    assert "trains no student" in refused
    assert not (run / "student").exists()
    for method in ("dagger", "bc"):
        arguments = ("--teacher", str(run), "--method", method, "--max_iterations", "1")
        output = shell.run("distill.py", *SMALL, *arguments)
        for policy in ("teacher", "student"):
            assert re.search(
                rf"Measured in \d+ episodes: {policy} success [\d.]+, return [-\d.]+, length [\d.]+", output
            )
        assert (run_directory(output) / "student" / "policy.onnx").is_file()


def test_an_untrained_student_is_not_exported(shell: Shell) -> None:
    run = run_directory(shell.run("train.py", *SMALL, "--max_iterations", "1", "--run_name", "warm_up_only"))
    assert "untrained" in shell.run("export.py", "--checkpoint", str(run), status=1)


def test_help_tells_the_options_and_the_task_s_presets(shell: Shell) -> None:
    text = shell.run("train.py", "--help")
    assert "--max_iterations" in text and "newton_mjwarp" in text


def test_the_demo_runs_to_its_end(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.timeout = 900.0  # it runs eight other scripts, on a machine that may be busy
    output = shell.run("demo.py", *SMALL, "--max_iterations", "25", "--episodes", "64", "--output", "demo")
    files = {path.name for path in (shell.directory / "demo").iterdir()}
    assert files == {
        "evaluation_zero-shot.json",
        "evaluation_distilled.json",
        "learning_curve.png",
        "paths.png",
        "paths.gif",
        "initial_states.npz",
        "other_core.log",
        "teacher_for_the_page",
        "page",
        "report.html",
        "index.html",
    }
    page = json.loads((shell.directory / "demo" / "page" / "page.json").read_text())
    assert [len(task["policies"]) for task in page["tasks"]] == [3]
    report = json.loads((shell.directory / "demo" / "evaluation_distilled.json").read_text())
    assert report["policies"].keys() == {"teacher", "student", "onnx"}
    assert "Student distilled:" in output and "policy.onnx" in output
    *_, command, address = output.splitlines()
    assert address.removeprefix("and open ") == "http://127.0.0.1:8008/"
    with served(command.split(), shell.directory) as address, browser_page() as page:
        everything_is_shown(page, address, report)


@contextmanager
def served(command: list[str], directory: Path) -> Iterator[str]:
    """Serve what the demo made by the command that it told, on a port that is surely free."""
    command[command.index("8008")] = "0"
    with subprocess.Popen(
        [command[0], "-u", *command[1:]], cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        yield re.search(r"http://127.0.0.1:\d+/", server.stdout.readline())[0]
        server.terminate()


def everything_is_shown(page: Page, address: str, report: dict) -> None:
    """The demo's page has numbers, pictures and the report, and its policies drive."""
    told, asked = watched(page)
    page.goto(address)
    assert undecoded(page) == [] and page.locator("img").count() == 3
    assert page.locator("pre").nth(1).inner_text().splitlines() == format_table(report).splitlines()
    drive_until_counted(page.frame_locator("iframe"), ["Student of a plain teacher", "TSRA's student, distilled"])
    page.get_by_role("link", name="The report on the training").click()
    page.get_by_role("heading", name="Verdict").wait_for()
    assert undecoded(page) == []
    assert told == []
    assert len(asked) > 10 and [url for url in asked if not url.startswith((address, "data:"))] == []


def test_the_demo_serves_its_page_where_somebody_sees_the_address(tmp_path: Path) -> None:
    """Nothing is trained for it."""
    (tmp_path / "index.html").write_text("<title>It all</title>")
    program = "import sys, demo; demo.show(demo.Path(sys.argv[1]), int(sys.argv[2]))"
    paths = os.pathsep.join((str(SCRIPTS), os.environ.get("PYTHONPATH", "")))
    terminal, inside = pty.openpty()
    with page_server(tmp_path, 0) as other:  # which has the port
        command = [sys.executable, "-c", program, str(tmp_path), str(other.server_address[1])]
        process = subprocess.Popen(command, stdout=inside, env=os.environ | {"PYTHONPATH": paths})
        os.close(inside)
        with os.fdopen(terminal) as shown, process:
            line = next(line for line in shown if "http://" in line)
            address = line.split()[-1]
            assert line.startswith("See it all, until Ctrl-C, at ") and address != address_of(other)
            with urllib.request.urlopen(address) as answer:
                assert answer.read() == b"<title>It all</title>"
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0


@pytest.mark.parametrize(
    "script, arguments, message",
    [
        ("train.py", ["agent.algorithm.alignment.tempratur=0.1"], "has no option 'tempratur'"),
        ("evaluate.py", ["--checkpoint", "damaged.pt"], "agent.yaml' is missing"),
    ],
)
def test_wrong_input_is_refused_before_the_simulator_starts(
    tmp_path: Path, script: str, arguments: list[str], message: str
) -> None:
    """As a process too; what else is refused is in the unit tests of refusals."""
    shell = Shell(tmp_path)
    (tmp_path / "damaged.pt").touch()
    output = shell.call(shell.command(script, *arguments), status=2)
    assert message in output
    assert "Starting the simulation" not in output and "Traceback" not in output
    assert not (tmp_path / "logs").exists()


def test_a_run_is_exported_as_it_was_trained(shell: Shell) -> None:
    """Whatever the task says now, and whatever the command line leaves out."""
    overrides = ("env.actions.velocity.scale=0.5", "env.observations.onboard.velocity.scale=0.1")
    budget = ("--max_iterations", "2", "--run_name", "scaled", "agent.algorithm.encoders.warmup_steps=20")
    run = run_directory(shell.run("train.py", *SMALL, *budget, *overrides))
    printed = shell.run("export.py", "--checkpoint", str(run))
    for override in overrides:
        assert f"As the run was trained: {override}" in printed
    # nobody exports a student without a word about what it can do
    assert re.search(r"Measured in \d+ episodes: student success [\d.]+, return", printed)
    assert re.search(r"Measured in \d+ episodes: teacher success [\d.]+, return", printed)
    contract = Policy.load(run / "student" / "policy.onnx").contract
    assert contract["actions"][0]["scale"] == [0.5, 0.5]
    scales = {term["name"]: term["scale"] for term in contract["inputs"][0]["terms"]}
    assert scales["velocity"] == [0.1, 0.1]
    # what is observed otherwise is refused
    again = ("--checkpoint", str(run), "--max_iterations", "3")
    refused = shell.run("train.py", *SMALL, *again, "env.observations.onboard.velocity.scale=0.3", status=1)
    assert "observation onboard.velocity.scale: trained with 0.1, now 0.3" in refused
    assert "action.velocity.scale: trained with 0.5, now 1.0" in refused


@pytest.mark.parametrize("source", ["teacher_run", "student_run"])
def test_reinforcement_learning_goes_on_from_a_student(
    shell: Shell, source: str, request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(source)
    options = ("--agent", "rsl_rl_finetune_cfg_entry_point", "--checkpoint", str(run), "--max_iterations", "2")
    changes = ("agent.algorithm.critic_warmup_iterations=1", "agent.save_interval=1", "agent.evaluation_interval=0")
    output = shell.run("train.py", *SMALL, *options, *changes)
    assert "[INFO] Fine-tuning the student of" in output
    newest = max(run.glob("model_[0-9]*.pt"), key=lambda path: int(path.stem.split("_")[1]))
    before = torch.load(newest, weights_only=True)["student_state_dict"]
    first, second = (
        torch.load(run_directory(output) / f"model_{iteration}.pt", weights_only=True)["actor_state_dict"]
        for iteration in (1, 2)
    )
    # while the critic warms up the student stays as it is; then it learns
    assert before.keys() == first.keys() and all(torch.equal(before[name], first[name]) for name in before)
    assert not all(torch.equal(first[name], second[name]) for name in first)


def test_fine_tuning_needs_a_student(shell: Shell) -> None:
    output = shell.run("train.py", *SMALL, "--agent", "rsl_rl_finetune_cfg_entry_point", status=2)
    assert "name its run with --checkpoint" in output
