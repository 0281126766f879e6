# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Evaluate the policies of a run on the same seeds and initial states: success, return and the imitation gap."""

from __future__ import annotations

from tsra_lab.evaluation import (
    evaluation_report,
    format_table,
    measure_imitability,
    run_episodes,
    write_initial_states,
)
from tsra_lab.hooks import TaskHooks, hooks_of
from tsra_lab.runs import (
    EpisodesDone,
    ProgressLines,
    add_run_arguments,
    find_run,
    make_parser,
    open_run,
    parse_args,
    positive,
    refusing,
    writable_file,
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
        "--policies", nargs="+", default=None, choices=("teacher", "student", "onnx"), help="All there are if omitted."
    )
    parser.add_argument("--episodes", type=positive, default=1024, help="Episodes of each policy.")
    parser.add_argument("--json", type=writable_file, default=None, help="File for the results.")
    parser.add_argument(
        "--initial_states",
        type=writable_file,
        default=None,
        help="File (.npz) for initial states and outcomes, which sim2sim runs again.",
    )
    parser.add_argument(
        "--no_imitability",
        action="store_true",
        help="Skip the teacher's action sensitivity and the probe of embeddings.",
    )
    args, overrides = parse_args(parser)

    run = find_run(args.task, args.checkpoint, overrides, agent_key=args.agent, trusted=args.trust)
    if args.initial_states is not None and type(hooks_of(run.env_cfg)).initial_state is TaskHooks.initial_state:
        parser.error(f"--initial_states: {type(run.env_cfg).__name__} has no hook 'initial_state', which tells them")
    run.check_exported(args.policies)
    num_envs = min(args.episodes, run.env_cfg.scene.num_envs)
    with open_run(run, args, SEED, num_envs) as opened:
        env, seed = opened.env, opened.env_cfg.seed
        try:
            policies = opened.policies(args.policies)
        except ValueError as error:
            parser.error(str(error))
        lines = ProgressLines()
        results = {
            name: run_episodes(env, policy, args.episodes, seed, EpisodesDone(lines, name, args.episodes))
            for name, policy in policies.items()
        }
        report = evaluation_report(args.task, seed, results)
        student = opened.runner.policies().get("student")
        if "teacher" in policies and student is not None and not args.no_imitability:
            print("[INFO] Measuring what the teacher's actions and both embeddings depend on.", flush=True)
            try:
                report["imitability"] = measure_imitability(env, policies["teacher"], student, seed, lines.say)
            except ValueError as error:  # not every policy can be judged; the episodes stay valid
                print(f"[WARNING] Imitability was not measured: {error}")
        if args.initial_states is not None:
            name = run.checkpoint.parent.name
            write_initial_states(args.initial_states, args.task, name, seed, run.env_cfg.to_dict(), results)
    print(format_table(report))
    if args.json is not None:
        write_report(report, args.json)
    return 0
