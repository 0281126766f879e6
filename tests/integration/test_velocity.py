# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab's velocity tasks, blind, as far as stand-ins of the robots can tell."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import torch
import yaml
from conftest import Shell, run_directory

from tsra_deploy import Policy

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
NUM_ENVS = 6
FRICTION_RANGE = (0.5, 0.9)
LEGS = ("FL", "FR", "RL", "RR")
JOINTS = {"Go2": 12, "AnymalD": 12, "G1": 37}
SMALL_TERRAIN = [f"env.scene.terrain.terrain_generator.num_{axis}=2" for axis in ("rows", "cols")]
"""Few pieces of terrain, to save time."""


def example_of_page() -> str:
    """The ten lines of the page."""
    (code,) = re.findall(r"```python\n(from .*?)```", (ROOT / "docs" / "legs.md").read_text(), re.DOTALL)
    return code


@pytest.fixture(scope="module")
def legs(shell: Shell) -> Shell:
    """A shell that finds stand-ins of the robots, and in which the page's example is installed."""
    mirror, site = shell.directory / "mirror", shell.directory / "site"
    shell.call([sys.executable, str(ROOT / "tests" / "assets" / "make_legged_mirror.py"), str(mirror)])
    metadata = site / "my_legs-0.1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: my-legs\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text("[isaaclab.tasks]\nmy_legs = my_legs\n")
    (site / "my_legs.py").write_text(example_of_page())
    shell.timeout = 900.0  # an export replays thousands of steps
    shell.environment |= {"ISAACSIM_ASSET_ROOT": str(mirror), "PYTHONPATH": str(site)}
    return shell


def export(legs: Shell, task: str, *arguments: str) -> tuple[Path, str]:
    """Train for two iterations and export; the folder of the student, and what export printed."""
    legs.task = task
    short = ("--num_envs", "4", "--max_iterations", "2", "agent.algorithm.encoders.warmup_steps=5")
    run = run_directory(legs.run("train.py", *short, *arguments))
    printed = legs.run("export.py", "--checkpoint", str(run), "--skip_measurement")
    return run / "student", printed


def terms_of(student: Path) -> dict[str, dict]:
    """Terms that the exported student reads, by name."""
    contract = Policy.load(student / "policy.onnx").contract
    return {term["name"]: term for item in contract["inputs"] for term in item["terms"]}


@pytest.mark.parametrize("robot", ["Go2", "AnymalD", "G1"])
def test_each_robot_is_trained_and_exported(legs: Shell, robot: str) -> None:
    remembers = robot == "G1"
    memory = ("--agent", "rsl_rl_memory_cfg_entry_point")
    student, printed = export(legs, f"TSRA-Velocity-Flat-{robot}", *(memory if remembers else ()))
    terms = terms_of(student)
    assert {name: term["shape"] for name, term in terms.items()} == {
        "base_ang_vel": [3],
        "projected_gravity": [3],
        "velocity_commands": [3],
        "joint_pos_rel": [JOINTS[robot]],
        "joint_vel_rel": [JOINTS[robot]],
        "last_action": [JOINTS[robot]],
    }
    assert {term["history_length"] for term in terms.values()} == {0 if remembers else 10}
    if robot != "Go2":
        assert "No deploy.yaml" in printed and "joint_sdk_names" in printed
        return
    deployed = yaml.safe_load((student / "deploy.yaml").read_text())
    # the second joint of the first leg, front left, is the fifth motor
    assert deployed["joint_ids_map"][1] == 4 and sorted(deployed["joint_ids_map"]) == list(range(12))
    assert list(deployed["observations"]) == list(terms)
    assert {term["history_length"] for term in deployed["observations"].values()} == {10}


def test_the_ten_lines_of_the_page_are_a_task(legs: Shell) -> None:
    assert len([line for line in example_of_page().splitlines() if line]) <= 10
    student, _ = export(legs, "My-Velocity", "env.observation_delay=[0,1]", *SMALL_TERRAIN)
    delays = {name: term["delay_periods"] for name, term in terms_of(student).items()}
    late = {"base_ang_vel", "projected_gravity", "joint_pos_rel", "joint_vel_rel"}
    assert delays == {name: [0, 1] if name in late else [0, 0] for name in delays} and len(delays) == 6


@pytest.fixture(scope="module", params=[("TSRA-Velocity-Rough-Go2", True), ("TSRA-Velocity-Flat-G1", False)])
def measured(legs: Shell, request: pytest.FixtureRequest) -> dict:
    """What was observed in the simulator after two resets, and what it had; in evaluation and in training."""
    task, evaluation = request.param
    file = legs.directory / f"{task}.pt"
    settings = json.dumps({"friction_range": FRICTION_RANGE, "num_envs": NUM_ENVS, "evaluation": evaluation})
    rollout = str(Path(__file__).parent / "velocity_rollout.py")
    legs.call([sys.executable, rollout, task, str(file), settings])
    described = {"rough": "Rough" in task, "joints": JOINTS[task.split("-")[-1]], "evaluation": evaluation}
    return torch.load(file) | described


def test_the_teacher_sees_all_and_the_student_what_a_robot_measures(measured: dict) -> None:
    joints, groups = measured["joints"], measured["first"]["groups"]
    onboard = dict.fromkeys(("base_ang_vel", "projected_gravity", "velocity_commands"), 3)
    onboard |= dict.fromkeys(("joint_pos_rel", "joint_vel_rel", "last_action"), joints)
    hidden = {"base_lin_vel": 3, "foot_friction": 4, "base_mass": 1, "motor_strength": 1, "feet_contact": 4}
    if joints == JOINTS["G1"]:
        hidden |= {"foot_friction": 2, "feet_contact": 2}
    if measured["rough"]:
        hidden |= {"height_scan": 17 * 11}
    sizes = {name: {term: values.shape for term, values in terms.items()} for name, terms in groups.items()}
    assert sizes.keys() == {"privileged", "surroundings", "onboard", "present"}
    assert sizes["surroundings"] == {name: (NUM_ENVS, size) for name, size in hidden.items()}
    assert sizes["present"] == {name: (NUM_ENVS, size) for name, size in onboard.items()}
    assert sizes["onboard"] == {name: (NUM_ENVS, 10 * size) for name, size in onboard.items()}
    assert sizes["privileged"] == {name: (NUM_ENVS, size) for name, size in (onboard | hidden).items()}


def test_the_students_readings_are_noisy_and_the_teachers_are_not(measured: dict) -> None:
    groups = measured["first"]["groups"]
    error = groups["present"]["joint_pos_rel"] - groups["privileged"]["joint_pos_rel"]
    assert 0.005 < error.abs().max().item() <= 0.01
    for name in ("velocity_commands", "last_action"):
        assert torch.equal(groups["present"][name], groups["privileged"][name])


@pytest.mark.parametrize("moment", ["first", "second"])
def test_what_the_teacher_is_told_is_what_the_solver_has(measured: dict, moment: str) -> None:
    told, solver = measured[moment]["groups"]["privileged"], measured[moment]["solver"]
    humanoid = measured["joints"] == JOINTS["G1"]
    base, nominal = ("torso_link", 7.8) if humanoid else ("base", 6.92)
    feet = [f"{side}_ankle_roll_link" for side in ("left", "right")] if humanoid else [f"{leg}_foot" for leg in LEGS]
    torch.testing.assert_close(told["base_mass"][:, 0], solver[f"mass/{base}"] / nominal)
    frictions = torch.stack([solver[f"friction/{foot}"] for foot in feet], dim=1)
    torch.testing.assert_close(told["foot_friction"], frictions)
    gains = measured[moment]["gains"]
    assert len(gains) == (6 if humanoid else 2)
    for ratio in gains.values():
        torch.testing.assert_close(told["motor_strength"].expand_as(ratio), ratio)


def test_what_is_hidden_differs_between_environments_and_episodes(measured: dict) -> None:
    ranges = {"foot_friction": FRICTION_RANGE, "base_mass": (0.8, 1.5), "motor_strength": (0.8, 1.2)}
    for name, (low, high) in ranges.items():
        first, second = (measured[moment]["groups"]["privileged"][name] for moment in ("first", "second"))
        values = torch.stack([first, second])
        if name == "foot_friction" or measured["evaluation"]:
            assert values.unique().numel() == values.numel()
        else:  # training draws it once for each environment
            assert torch.equal(first, second) and first.unique().numel() == first.numel()
        assert low - 1e-5 <= values.min().item() and values.max().item() <= high + 1e-5


def test_a_contact_has_the_friction_of_the_foot(measured: dict) -> None:
    solver = measured["first"]["solver"]
    torch.testing.assert_close(solver["friction/world"], torch.full((NUM_ENVS,), FRICTION_RANGE[0]))
    acting, larger = solver["contacts"].T
    assert len(acting) > NUM_ENVS
    torch.testing.assert_close(acting, larger)
    assert acting.unique().numel() > NUM_ENVS
    assert measured["first"]["groups"]["privileged"]["feet_contact"].unique().tolist() in ([0.0, 1.0], [1.0])
