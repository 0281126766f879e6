# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Success of a run's student at each of its checkpoints, from the task's real start.

Evaluations during training meet the training environment, where episodes may start elsewhere.
``python -m tsra_bench.learning_curve`` does it for one run, :mod:`~.costs` for those of a grid.
"""

from __future__ import annotations

import sys

from tsra_lab.evaluation import run_episodes
from tsra_lab.runs import (
    add_run_arguments,
    checkpoints_of,
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
    parser.add_argument("--episodes", type=positive, default=256, help="Episodes of each checkpoint.")
    parser.add_argument("--json", type=writable_file, required=True, help="File for the results.")
    args, overrides = parse_args(parser)
    run = find_run(args.task, args.checkpoint, overrides, agent_key=args.agent, trusted=args.trust)
    points = []
    with open_run(run, args, SEED, min(args.episodes, run.env_cfg.scene.num_envs)) as opened:
        for iteration, checkpoint in checkpoints_of(run.checkpoint.parent):
            opened.runner.load(str(checkpoint))
            try:
                policy = opened.policies(["student"])["student"]
            except ValueError as error:
                parser.error(str(error))
            episodes = run_episodes(opened.env, policy, args.episodes, opened.env_cfg.seed)
            if episodes.success is None:
                parser.error(f"{args.task} has no termination term 'success', whose rate is what is measured")
            success = episodes.success.float().mean().item()
            frames = opened.runner.rendered_frames
            points.append({"iteration": iteration, "rendered_frames": frames, "success": success})
            print(f"[INFO] Iteration {iteration}: success {success:.3f}", flush=True)
    write_report(points, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
