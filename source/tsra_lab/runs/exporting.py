# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Exporting the student of a run, with what it was measured to do."""

from __future__ import annotations

from pathlib import Path

from rsl_rl.env import VecEnv

from tsra_lab.evaluation import evaluation_report, run_episodes
from tsra_lab.export import export_student, record_inputs
from tsra_lab.export.isaac_lab import deployment_contract
from tsra_lab.runners import AlignedRunner

from .directory import git_state

PARITY_STEPS = 200
"""Environment steps that the parity check records."""

PARITY_ENVS = 8
"""Environments that the parity check records."""

EVALUATION_EPISODES = 64
"""Episodes that measure a student whose training did not."""


def export_run(task: str, env: VecEnv, runner: AlignedRunner, run: Path, output: str | None = None) -> Path:
    """Export the student that a runner has loaded or trained.

    Args:
        task: Name of the task.
        env: Environment.
        runner: Runner with the student.
        run: Run directory.
        output: Folder for the files; None for ``exported`` in the run directory.

    Returns:
        Path of the ONNX file.

    Raises:
        ValueError: If there is no student, or it was never trained.
    """
    student = runner.trained_student()
    groups = runner.contract["sets"]["student"]
    iteration = runner.current_learning_iteration
    recorded = record_inputs(env, student, groups, PARITY_STEPS, env.cfg.seed)
    contract = deployment_contract(
        env,
        groups,
        recorded,
        task,
        {"name": run.name, "iteration": iteration, "git": git_state(run)},
        student_performance(runner, env, task),
        student,
    )
    path = export_student(student, groups, contract, recorded, output or run / "exported")
    print(f"[INFO] Exported the student of iteration {iteration} to {path}")
    return path


def student_performance(runner: AlignedRunner, env: VecEnv, task: str) -> dict:
    """Measured performance of the student at this point of training; measured now if it was not. It is printed too.

    Args:
        runner: Runner with the student.
        env: Environment.
        task: Name of the task.

    Returns:
        ``episodes``, ``seed``, ``success_rate``, ``success_ci95``, ``return_mean`` and ``outcomes``.
    """
    iteration = runner.current_learning_iteration
    report = next((item for item in runner.evaluations if item["iteration"] == iteration), None)
    if report is None:
        episodes, seed = max(EVALUATION_EPISODES, env.num_envs), env.cfg.seed
        print(f"[INFO] Measuring the student in {episodes} episodes, for training did not at this iteration.")
        results = {name: run_episodes(env, policy, episodes, seed) for name, policy in runner.policies().items()}
        report = evaluation_report(task, seed, results)
    for name, numbers in report["policies"].items():
        success = "" if numbers["success_rate"] is None else f"success {numbers['success_rate']:.3f}, "
        print(f"[INFO] Measured in {report['episodes']} episodes: {name} {success}return {numbers['return_mean']:.3f}")
    measured = report["policies"]["student"]
    return {"episodes": report["episodes"], "seed": report["seed"]} | {
        name: measured[name] for name in ("success_rate", "success_ci95", "return_mean", "outcomes")
    }
