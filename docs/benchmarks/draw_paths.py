# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Draw how policies cross the same arenas: ``draw_paths.py --task TASK --run NAME RUN [--run ...] --output FILES``.

``NAME`` is what the picture calls it, ``RUN`` a run directory, or ``RUN:student`` for its student in place of its
teacher. Writes ``FILES.png`` and ``FILES.gif``.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from run_directory import agent_of_run, find_checkpoint  # noqa: E402
from task_session import make_parser, open_environment, parse_args, resolve_configs  # noqa: E402
from tsra_lab.runners import AlignedRunner  # noqa: E402

DRAWINGS = {
    "TSRA-ColorMaze-Rover": ("tsra_tasks.color_maze.drawing", 6),
    "TSRA-LimitedView-Rover": ("tsra_tasks.limited_view.drawing", 3),
}
"""Module that draws a task, and number of arenas."""


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--run", nargs=2, action="append", required=True, metavar=("NAME", "RUN"), help="See above.")
    parser.add_argument("--output", type=Path, required=True, help="Files, without their suffixes.")
    args, overrides = parse_args(parser)
    if args.task not in DRAWINGS:
        parser.error(f"no module draws {args.task}; there is one for {' and '.join(DRAWINGS)}")
    module, count = DRAWINGS[args.task]
    drawing = importlib.import_module(module)
    env_cfg, _ = resolve_configs(args.task, None, overrides)
    if hasattr(env_cfg, "evaluation_mode"):
        env_cfg.evaluation_mode()
    env_cfg.seed = 0
    args.num_envs = count
    with open_environment(args, env_cfg) as env:
        recordings = {}
        for name, run in args.run:
            folder, _, policy = run.partition(":")
            checkpoint = find_checkpoint(args.task, folder)
            runner = AlignedRunner(env, agent_of_run(checkpoint) | {"device": args.device}, device=args.device)
            runner.load(str(checkpoint))
            recordings[name] = drawing.record_episodes(
                env, runner.policies()[policy or "teacher"], count, 3 if args.seed is None else args.seed
            )
        period = env.unwrapped.step_dt
    drawing.draw_paths(recordings, args.output.with_suffix(".png"))
    drawing.animate_paths(recordings, args.output.with_suffix(".gif"), period)
    return 0


if __name__ == "__main__":
    sys.exit(main())
