# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Find out why a teacher cannot be imitated: which privileged observations it acts on that its student cannot infer.

Any privileged policy will do, one that rsl_rl's own runner trained too.
"""

from __future__ import annotations

import os
from pathlib import Path

from tsra_lab.evaluation.diagnosis import diagnose, draw_diagnosis, format_diagnosis
from tsra_lab.evaluation.samples import NUM_EPISODES
from tsra_lab.runs import (
    ProgressLines,
    add_run_arguments,
    check_groups_exist,
    find_run,
    make_parser,
    onboard_groups,
    open_run,
    parse_args,
    refusing,
    writable_file,
    writable_folder,
)
from tsra_results import write_report

SEED = 1000
"""Seed of the episodes, unless another is asked for."""


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    add_run_arguments(parser)
    parser.add_argument(
        "--onboard",
        nargs="+",
        default=None,
        metavar="GROUP",
        help="Observation groups of the student, where no agent tells.",
    )
    parser.add_argument(
        "--output",
        type=writable_folder,
        default=None,
        help="Folder to write to; 'diagnosis' in the run directory if omitted.",
    )
    parser.add_argument(
        "--json",
        type=writable_file,
        default=None,
        help="File for the numbers; diagnosis.json in the folder if omitted.",
    )
    args, overrides = parse_args(parser)

    run = find_run(args.task, args.checkpoint, overrides, agent_key=args.agent, trusted=args.trust)
    sets = run.agent["obs_groups"]
    if not {"teacher", "actor"} & sets.keys():
        raise ValueError(f"'{run.checkpoint}' holds no teacher, only a policy of {sets.get('student')}.")
    onboard = args.onboard or onboard_groups(run)
    check_groups_exist(run.env_cfg, {"onboard": onboard})
    output = Path(args.output or run.checkpoint.parent / "diagnosis")
    with open_run(run, args, SEED, min(NUM_EPISODES, run.env_cfg.scene.num_envs)) as opened:
        teacher = opened.runner.policies().get("teacher")
        if teacher is None:
            raise ValueError(f"'{run.checkpoint}' holds no teacher, so there is nothing to diagnose.")
        # relative, so that a diagnosis that is passed on tells nothing of the machine
        origin = {"task": args.task, "checkpoint": os.path.relpath(run.checkpoint)}
        diagnosis = origin | diagnose(opened.env, teacher, onboard, run.env_cfg.seed, ProgressLines().say)
    print(format_diagnosis(diagnosis))
    output.mkdir(parents=True, exist_ok=True)
    write_report(diagnosis, args.json or output / "diagnosis.json")
    draw_diagnosis(diagnosis, f"{args.task}\n{run.checkpoint.parent.name}", output / "diagnosis.png")
    print(f"Diagnosis: {output}")
    return 0
