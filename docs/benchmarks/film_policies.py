# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Film policies of a camera task in the simulator, with the student's image inset, and write an animated GIF.

    python docs/benchmarks/film_policies.py --task TASK --run NAME RUN --run NAME RUN:student --output FILE.gif

``NAME`` is what the picture calls it, ``RUN`` a run directory, or ``RUN:student`` for its student in place of its
teacher. All policies meet the same episodes.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from run_directory import agent_of_run, find_checkpoint  # noqa: E402
from task_session import make_parser, open_environment, parse_args, resolve_configs  # noqa: E402
from tsra_lab.runners import AlignedRunner  # noqa: E402


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--run", nargs=2, action="append", required=True, metavar=("NAME", "RUN"), help="See above.")
    parser.add_argument("--output", type=Path, required=True, help="File to write.")
    args, overrides = parse_args(parser)
    # after the command line: importing a task starts what the command line may still change
    from tsra_tasks.cameras.recording import add_view, record_pictures, write_animation

    env_cfg, _ = resolve_configs(args.task, None, overrides)
    env_cfg.evaluation_mode()
    add_view(env_cfg)
    env_cfg.seed = 0
    args.num_envs = args.num_envs or 2
    with open_environment(args, env_cfg) as env:
        pictures = {}
        for name, run in args.run:
            folder, _, policy = run.partition(":")
            checkpoint = find_checkpoint(args.task, folder)
            runner = AlignedRunner(env, agent_of_run(checkpoint) | {"device": args.device}, device=args.device)
            runner.load(str(checkpoint))
            env.unwrapped.cfg.onboard_camera(env.unwrapped).switch(True)
            acting = runner.policies()[policy or "teacher"]
            pictures[name] = record_pictures(env, acting, "image", 3 if args.seed is None else args.seed)
        write_animation(pictures, args.output, env.unwrapped.step_dt)
    return 0


if __name__ == "__main__":
    sys.exit(main())
