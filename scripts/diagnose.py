# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Find out why a teacher cannot be imitated: which privileged observations it acts on that its student cannot infer.

Any privileged policy will do, one that rsl_rl's own runner trained too.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from isaaclab_tasks.utils import load_cfg_from_registry

from run_directory import agent_of_run, find_checkpoint
from task_session import check_groups_exist, make_parser, open_environment, parse_args, resolve_configs
from tsra_lab.evaluation.diagnosis import diagnose, draw_diagnosis, format_diagnosis
from tsra_lab.evaluation.imitability import NUM_EPISODES
from tsra_lab.runners import AlignedRunner
from tsra_results import write_report

DEFAULT_AGENT = "rsl_rl_cfg_entry_point"


def onboard_groups(task: str, agent: dict) -> list[str]:
    """Find out what the student sees: from the run itself, else from the task's default agent.

    Args:
        task: Name of the task.
        agent: Configuration of the run's agent.

    Returns:
        Observation groups.

    Raises:
        ValueError: If neither has an observation set ``student``.
    """
    if "student" in agent["obs_groups"]:
        return list(agent["obs_groups"]["student"])
    try:
        default = load_cfg_from_registry(task, DEFAULT_AGENT)
    except ValueError:  # the task has no such agent
        default = {}
    groups = default.get("obs_groups") if isinstance(default, dict) else getattr(default, "obs_groups", None)
    if not isinstance(groups, dict) or "student" not in groups:
        raise ValueError(
            f"What the student of {task} sees is unknown: neither the run's nor the task's default agent has an"
            " observation set 'student'. Name its observation groups with --onboard."
        )
    return list(groups["student"])


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--agent", default=DEFAULT_AGENT, help="Agent among whose runs 'latest' looks.")
    parser.add_argument("--checkpoint", required=True, help="A checkpoint, a run directory, 'latest' or 'best'.")
    parser.add_argument(
        "--onboard",
        nargs="+",
        default=None,
        metavar="GROUP",
        help="Observation groups of the student, where no agent tells.",
    )
    parser.add_argument(
        "--output", default=None, help="Folder to write to; 'diagnosis' in the run directory if omitted."
    )
    parser.add_argument("--json", default=None, help="File for the numbers; diagnosis.json in the folder if omitted.")
    args, overrides = parse_args(parser)

    checkpoint = find_checkpoint(args.task, args.checkpoint, args.agent)
    agent = agent_of_run(checkpoint)
    if not {"teacher", "actor"} & agent["obs_groups"].keys():
        raise ValueError(f"'{checkpoint}' holds no teacher, only a policy of {agent['obs_groups'].get('student')}.")
    onboard = args.onboard or onboard_groups(args.task, agent)
    env_cfg, _ = resolve_configs(args.task, None, overrides)
    if hasattr(env_cfg, "evaluation_mode"):
        env_cfg.evaluation_mode()
    check_groups_exist(env_cfg, agent["obs_groups"] | {"onboard": onboard})
    seed = 1000 if args.seed is None else args.seed
    env_cfg.seed = seed
    if args.num_envs is None:
        args.num_envs = min(NUM_EPISODES, env_cfg.scene.num_envs)
    output = Path(args.output or checkpoint.parent / "diagnosis")

    with open_environment(args, env_cfg, agent["clip_actions"]) as env:
        runner = AlignedRunner(env, agent | {"device": args.device}, device=args.device)
        runner.load(str(checkpoint))
        teacher = runner.policies().get("teacher")
        if teacher is None:
            raise ValueError(f"'{checkpoint}' holds no teacher, so there is nothing to diagnose.")
        # relative, so that a diagnosis that is passed on tells nothing of the machine
        made_of = {"task": args.task, "checkpoint": os.path.relpath(checkpoint)}
        diagnosis = made_of | diagnose(env, teacher, onboard, seed)
    print(format_diagnosis(diagnosis))
    output.mkdir(parents=True, exist_ok=True)
    write_report(diagnosis, args.json or output / "diagnosis.json")
    draw_diagnosis(diagnosis, f"{args.task}\n{checkpoint.parent.name}", output / "diagnosis.png")
    print(f"Diagnosis: {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
