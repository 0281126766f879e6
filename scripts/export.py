# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Export the student of a run to one ONNX file with all a robot needs to know."""

from __future__ import annotations

import sys
from pathlib import Path

from rsl_rl.env import VecEnv

from run_directory import agent_of_run, find_checkpoint
from task_session import check_groups_exist, make_parser, open_environment, parse_args, resolve_configs
from tsra_lab.export import deployment_contract, export_student, record_inputs
from tsra_lab.runners import AlignedRunner

PARITY_STEPS = 200
"""Environment steps that the parity check records."""

PARITY_ENVS = 8
"""Environments that the parity check records."""


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--agent", default="rsl_rl_cfg_entry_point", help="Agent among whose runs 'latest' looks.")
    parser.add_argument("--checkpoint", required=True, help="A checkpoint, a run directory, 'latest' or 'best'.")
    parser.add_argument(
        "--output", default=None, help="Folder for the files; the run directory's 'exported' if omitted."
    )
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
    recorded = record_inputs(env, student, groups, PARITY_STEPS, env.cfg.seed)
    contract = deployment_contract(env, groups, task, run.name, student)
    path = export_student(student, groups, contract, recorded, output or run / "exported")
    print(f"[INFO] Exported the student to {path}")
    return path


if __name__ == "__main__":
    sys.exit(main())
