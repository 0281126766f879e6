# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Evaluate the policies of a run on the same seeds and initial states: success, return and the imitation gap."""

from __future__ import annotations

import sys

from run_directory import agent_of_run, find_checkpoint
from task_session import check_groups_exist, make_parser, open_environment, parse_args, resolve_configs
from tsra_lab.evaluation import evaluation_report, format_table, measure_imitability, run_episodes, write_starts
from tsra_lab.export import OnnxPolicy
from tsra_lab.runners import AlignedRunner
from tsra_results import write_report


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--agent", default="rsl_rl_cfg_entry_point", help="Agent among whose runs 'latest' looks.")
    parser.add_argument("--checkpoint", required=True, help="A checkpoint, a run directory, 'latest' or 'best'.")
    parser.add_argument(
        "--policies", nargs="+", default=None, choices=("teacher", "student", "onnx"), help="All there are if omitted."
    )
    parser.add_argument("--episodes", type=int, default=1024, help="Episodes of each policy.")
    parser.add_argument("--json", default=None, help="File for the results.")
    parser.add_argument(
        "--starts", default=None, help="File (.npz) for initial states and outcomes, which sim2sim.py runs again."
    )
    parser.add_argument(
        "--no_imitability",
        action="store_true",
        help="Skip the teacher's action sensitivity and the probe of embeddings.",
    )
    args, overrides = parse_args(parser)

    checkpoint = find_checkpoint(args.task, args.checkpoint, args.agent)
    agent = agent_of_run(checkpoint)
    env_cfg, _ = resolve_configs(args.task, None, overrides)
    if hasattr(env_cfg, "evaluation_mode"):
        env_cfg.evaluation_mode()
    check_groups_exist(env_cfg, agent["obs_groups"])
    if args.starts is not None and not hasattr(env_cfg, "initial_state"):
        parser.error(f"--starts: {type(env_cfg).__name__} has no method 'initial_state', which tells initial states")
    seed = 1000 if args.seed is None else args.seed
    env_cfg.seed = seed
    if args.num_envs is None:
        args.num_envs = min(args.episodes, env_cfg.scene.num_envs)

    with open_environment(args, env_cfg, agent["clip_actions"]) as env:
        runner = AlignedRunner(env, agent | {"device": args.device}, device=args.device)
        runner.load(str(checkpoint))
        policies = dict(runner.policies())
        exported = checkpoint.parent / "exported" / "policy.onnx"
        if exported.is_file():
            policies["onnx"] = OnnxPolicy(exported)
        names = args.policies or list(policies)
        absent = [name for name in names if name not in policies]
        if absent:
            parser.error(f"this run has no {' or '.join(absent)}; it has {', '.join(policies)}")
        results = {name: run_episodes(env, policies[name], args.episodes, seed) for name in names}
        report = evaluation_report(args.task, seed, results)
        if "teacher" in names and "student" in policies and not args.no_imitability:
            try:
                report["imitability"] = measure_imitability(env, policies["teacher"], policies["student"], seed)
            except ValueError as error:  # not for every policy; the episodes above are worth their numbers anyway
                print(f"[WARNING] Imitability was not measured: {error}")
        if args.starts is not None:
            write_starts(args.starts, args.task, checkpoint.parent.name, seed, env_cfg.to_dict(), results)
    print(format_table(report))
    if args.json is not None:
        write_report(report, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
