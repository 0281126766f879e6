# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Watch policies, alone or side by side from the same initial states: in Isaac Sim (``--viz kit``), or kit-less
(``--viz newton``, ``viser`` or ``rerun``)."""

from __future__ import annotations

from tsra_lab.runs import (
    add_run_arguments,
    check_playback,
    find_run,
    make_parser,
    open_playback,
    open_run,
    parse_args,
    record_video,
    refusing,
)


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__, video="play")
    add_run_arguments(parser)
    parser.add_argument(
        "--policy",
        nargs="+",
        default=["student"],
        choices=("teacher", "student", "onnx"),
        help="Who acts; several act side by side, each in as many environments, from the same initial states.",
    )
    parser.add_argument("--real-time", action="store_true", help="Do not run faster than real time.")
    args, overrides = parse_args(parser)

    run = find_run(args.task, args.checkpoint, overrides, "play", args.agent, trusted=args.trust)
    num_envs = check_playback(args, run.env_cfg)
    run.check_exported(args.policy)
    record_video(args, run.env_cfg, run.checkpoint.parent, "play", run.checkpoint)
    with open_run(run, args, num_envs=num_envs) as opened:
        try:
            playback = open_playback(opened, args)
        except ValueError as error:
            parser.error(str(error))
        playback.run(args)
    return 0
