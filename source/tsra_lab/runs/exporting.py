# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Exporting the student of a run, with what it was measured to do."""

from __future__ import annotations

from pathlib import Path

from rsl_rl.env import VecEnv

from tsra_lab.evaluation import evaluation_report, format_performance, run_episodes, shortfall
from tsra_lab.export import export_student
from tsra_lab.export.isaac_lab import deployment_contract, record_run
from tsra_lab.runners import AlignedRunner

from .directory import STUDENT_FOLDER, git_state
from .progress_lines import EpisodesDone, ProgressLines

EXPORT_ENVS = 64
"""Environments of an export: as many episodes measure a student whose training did not."""

RECORDED_STEPS, RECORDED_ENVS = 200, 8
"""Environment steps, and environments, that are recorded and replayed."""


def export_run(
    task: str, env: VecEnv, runner: AlignedRunner, run: Path, output: str | None = None, measure: bool = True
) -> Path:
    """Export the student that a runner has loaded or trained.

    Args:
        task: Name of the task.
        env: Environment.
        runner: Runner with the student.
        run: Run directory.
        output: Folder for the files; None for :data:`STUDENT_FOLDER` in the run directory.
        measure: Whether to measure a student whose training did not.

    Returns:
        Path of the ONNX file.

    Raises:
        ValueError: If there is no student, it was never trained, something that a robot needs cannot be told, or the
            file does not do what the student does in the simulator.
    """
    student = runner.trained_student()
    groups = runner.contract["sets"]["student"]
    iteration = runner.current_learning_iteration
    print(
        f"[INFO] Recording {RECORDED_STEPS} steps of the student, which the exported file must reproduce.", flush=True
    )
    lines = ProgressLines()
    recorded = record_run(
        env,
        student,
        groups,
        RECORDED_STEPS,
        RECORDED_ENVS,
        lambda step: lines.say(f"Recorded {step} of {RECORDED_STEPS} steps."),
    )
    provenance = {"name": run.name, "iteration": iteration, "git": git_state(run)}
    contract = deployment_contract(env, groups, recorded, task, provenance, None, student)
    contract["evaluation"] = student_performance(runner, env, task, measure)
    path = export_student(student, groups, contract, recorded, output or run / STUDENT_FOLDER)
    print(f"[INFO] Exported the student of iteration {iteration} to {path}")
    return path


def student_performance(runner: AlignedRunner, env: VecEnv, task: str, measure: bool = True) -> dict | None:
    """Measured performance of the student at this point of training; measured now if it was not. It is printed too.

    Args:
        runner: Runner with the student.
        env: Environment.
        task: Name of the task.
        measure: Whether to measure it now if training did not.

    Returns:
        ``episodes``, ``seed``, ``success_rate``, ``success_ci95``, ``return_mean`` and ``outcomes``; None if it was not
        measured.
    """
    iteration = runner.current_learning_iteration
    report = next((item for item in runner.evaluations if item["iteration"] == iteration), None)
    if report is None and not measure:
        print("[INFO] The student was not measured, and the contract says so.")
        return None
    if report is None:
        episodes, seed = max(EXPORT_ENVS, env.num_envs), env.cfg.seed
        print(
            f"[INFO] Measuring the student in {episodes} episodes, for training did not at this iteration;"
            " --skip_measurement leaves it out.",
            flush=True,
        )
        lines = ProgressLines()
        results = {
            name: run_episodes(env, policy, episodes, seed, EpisodesDone(lines, name, episodes))
            for name, policy in runner.policies().items()
        }
        report = evaluation_report(task, seed, results)
    for name, numbers in report["policies"].items():
        print(f"[INFO] Measured in {report['episodes']} episodes: {name} {format_performance(numbers)}")
    if (warning := shortfall(report)) is not None:
        print(f"[WARNING] {warning}")
    measured = report["policies"]["student"]
    return {"episodes": report["episodes"], "seed": report["seed"]} | {
        name: measured[name] for name in ("success_rate", "success_ci95", "return_mean", "outcomes")
    }
