# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A cart-pole of the example, on which nothing was tuned, learns with the defaults, by configuration alone."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import torch
from conftest import Shell, run_directory

from tsra_deploy import Policy
from tsra_lab.runs.plain_yaml import read_plain_yaml

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "cartpoles"


@pytest.fixture(scope="module")
def installed(shell: Shell) -> Shell:
    """A shell in which a copy of the example is installed, and the cart-pole's files are at hand."""
    mirror, copy, site = (shell.directory / name for name in ("mirror", "cartpoles", "site"))
    shell.call([sys.executable, str(ROOT / "tests" / "assets" / "make_cartpole_mirror.py"), str(mirror)])
    shutil.copytree(EXAMPLE, copy)
    install = ["-m", "pip", "install", "--no-deps", "--no-build-isolation", "--target", str(site), str(copy)]
    shell.call([sys.executable, *install])
    shell.timeout = 1200.0
    shell.environment |= {"ISAACSIM_ASSET_ROOT": str(mirror), "PYTHONPATH": str(site)}
    return shell


PLAIN_PPO = 4.95
"""Return of plain PPO on the state after 150 iterations of 256 environments
(docs/benchmarks/student_rollouts.md#encoders-that-move); 5 is the upper bound."""


def returns(installed: Shell, task: str, *overrides: str) -> dict[str, float]:
    """Mean returns of teacher and student after a training of 256 environments, on a seed that nothing was tried on."""
    installed.task = task
    budget = ("--num_envs", "256", "--seed", "1")
    run = run_directory(installed.run("train.py", *budget, *overrides))
    evaluation = ("--checkpoint", str(run), "--episodes", "512", "--no_imitability", "--json", "report.json")
    installed.run("evaluate.py", *budget, *evaluation)
    report = json.loads((installed.directory / "report.json").read_text())
    return {name: report["policies"][name]["return_mean"] for name in ("teacher", "student")}


def test_a_memory_finds_out_what_the_student_does_not_feel_and_is_no_worse_than_a_history(installed: Shell) -> None:
    """In 0.43 million steps each, when both have learnt it: which of them is first is chance."""
    short = ("--max_iterations", "70")
    history = returns(installed, "Cartpole-Hidden-Force", *short)
    memory = ("--agent", "rsl_rl_memory_cfg_entry_point")
    remembering = returns(installed, "Cartpole-Hidden-Force", *short, *memory)
    for name, value in remembering.items():
        assert value > max(3.0, history[name] - 0.25), name


def test_the_hooks_tell_the_force_and_redraw_it(installed: Shell) -> None:
    file = installed.directory / "hooks.pt"
    installed.call([sys.executable, str(Path(__file__).with_name("cartpole_hooks.py")), str(file)])
    found = torch.load(file)
    first, again, other = found["starts"]
    assert first.keys() == {"joint_pos", "joint_vel", "force"}
    assert all(torch.equal(first[name], again[name]) and not torch.equal(first[name], other[name]) for name in first)
    assert first["force"].shape == (16, 1) and 25.0 < first["force"].abs().max() <= 50.0
    assert found["redrawn"].all() and found["redrawn"].shape == (16,)
    before, inside, after = (found[name] for name in ("before", "inside", "after"))
    # the force is the last of the privileged elements
    assert torch.equal(before["privileged"][:, -1:], other["force"])
    assert (inside["privileged"][:, -1] != before["privileged"][:, -1]).all()
    assert torch.equal(inside["privileged"][:, :-1], before["privileged"][:, :-1])
    assert torch.equal(inside["onboard"], before["onboard"])
    assert torch.equal(after["privileged"], before["privileged"])


def test_the_suite_s_other_methods_train_on_it_and_the_contract_tells_both_units(installed: Shell) -> None:
    """Which learn what is not asked."""
    installed.task = "Cartpole-Hidden-Force"
    short = ("--num_envs", "8", "--max_iterations", "2")

    def train(method: str, *teacher: str) -> Path:
        agent = ("--agent", f"rsl_rl_{method}_cfg_entry_point")
        run = run_directory(installed.run("distill.py" if teacher else "train.py", *short, *agent, *teacher))
        assert (run / "model_2.pt").is_file()
        return run

    def terms_of(run: Path) -> dict[str, dict]:
        contract = Policy.load(run / "student" / "policy.onnx").contract
        return {term["name"]: term for item in contract["inputs"] for term in item["terms"]}

    ppo, sitt, asymmetric = map(train, ("ppo", "sitt", "asymmetric_memory"))
    distilled = train("distillation_memory", "--teacher", str(ppo))
    installed.run("export.py", "--checkpoint", str(sitt), "--skip_measurement")
    assert {name: (term["unit"], term["history_length"]) for name, term in terms_of(sitt).items()} == {
        "joint_pos": ("m, rad", 8),
        "joint_vel": ("m/s, rad/s", 8),
        "last_action": ("1", 8),
    }
    # it remembers in place of a history
    assert {term["history_length"] for term in terms_of(distilled).values()} == {0}
    agent = read_plain_yaml(asymmetric / "params" / "agent.yaml")
    assert agent["obs_groups"] == {"student": ["present"], "critic": ["privileged"]}


def test_noisy_positions_are_enough_to_balance(installed: Shell) -> None:
    """In the example's own 0.92 million steps, to within 15 % of plain PPO."""
    for name, value in returns(installed, "Cartpole-Noisy-Positions").items():
        assert value > 0.85 * PLAIN_PPO, name


def test_a_student_with_a_camera_alone_trains_and_is_exported(installed: Shell) -> None:
    """That it balances takes twenty minutes or more to learn: docs/bring_your_own_task.md tells it."""
    installed.task = "Cartpole-Camera"
    short = ("--num_envs", "8", "--max_iterations", "2", "agent.algorithm.encoders.warmup_steps=5")
    run = run_directory(installed.run("train.py", *short))
    installed.run("export.py", "--checkpoint", str(run), "--skip_measurement")
    assert (run / "student" / "policy.onnx").is_file()
