# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Export the student of a run to one ONNX file with all a robot needs to know."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rsl_rl.env import VecEnv

from run_directory import agent_of_run, find_checkpoint, git_state
from task_session import check_groups_exist, make_parser, open_environment, parse_args, resolve_configs
from tsra_lab.evaluation import evaluation_report, run_episodes
from tsra_lab.export import deployment_contract, export_student, record_inputs, verify_student
from tsra_lab.runners import AlignedRunner

PARITY_STEPS = 200
"""Environment steps that the parity check records."""

PARITY_ENVS = 8
"""Environments that the parity check records."""

EVALUATION_EPISODES = 64
"""Episodes that measure a student whose training did not."""


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    file = file_to_verify()
    if file is not None:
        return verify(file)
    parser = make_parser(__doc__)
    parser.add_argument("--agent", default="rsl_rl_cfg_entry_point", help="Agent among whose runs 'latest' looks.")
    parser.add_argument("--checkpoint", required=True, help="A checkpoint, a run directory, 'latest' or 'best'.")
    parser.add_argument(
        "--output", default=None, help="Folder for the files; the run directory's 'exported' if omitted."
    )
    parser.add_argument("--verify", metavar="FILE", help="Only check this exported file again; no other option.")
    args, overrides = parse_args(parser)

    checkpoint = find_checkpoint(args.task, args.checkpoint, args.agent)
    agent = agent_of_run(checkpoint)
    env_cfg, _ = resolve_configs(args.task, None, overrides)
    check_groups_exist(env_cfg, agent["obs_groups"])
    env_cfg.seed = 0 if args.seed is None else args.seed
    args.num_envs = args.num_envs or PARITY_ENVS
    with open_environment(args, env_cfg, agent["clip_actions"]) as env:
        runner = AlignedRunner(env, agent | {"device": args.device}, device=args.device)
        runner.load(str(checkpoint))
        export_run(args.task, env, runner, checkpoint.parent, args.output)
    return 0


def file_to_verify() -> Path | None:
    """File that the command line asks to check; None if it asks to export.

    Returns:
        Path of the file.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--verify")
    known, others = parser.parse_known_args()
    if known.verify is None:
        return None
    if others:
        parser.error(f"--verify takes a file and no other option, not {' '.join(others)}")
    return Path(known.verify)


def verify(file: Path) -> int:
    """Check an exported file and say what came out.

    Args:
        file: ONNX file.

    Returns:
        Exit status: 0 if all is well.
    """
    try:
        result = verify_student(file)
    except (FileNotFoundError, ValueError) as error:
        print(f"[ERROR] {error}", file=sys.stderr)
        return 1
    print(
        f"[INFO] {file} is sound: contract, standard keys and ranges hold, and {result['steps']} recorded observations"
        f" are answered as in training, to {result['parity']:.1e}."
    )
    return 0


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
        measured_worth(runner, env, task),
        student,
    )
    path = export_student(student, groups, contract, recorded, output or run / "exported")
    print(f"[INFO] Exported the student to {path}")
    return path


def measured_worth(runner: AlignedRunner, env: VecEnv, task: str) -> dict:
    """What the student was measured to do at the end of training; measured now if it was not.

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
        results = {"student": run_episodes(env, runner.trained_student(), episodes, seed)}
        report = evaluation_report(task, seed, results)
    measured = report["policies"]["student"]
    return {"episodes": report["episodes"], "seed": report["seed"]} | {
        name: measured[name] for name in ("success_rate", "success_ci95", "return_mean", "outcomes")
    }


if __name__ == "__main__":
    sys.exit(main())
