# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Watch a policy: in Isaac Sim (``--viz kit``), or kit-less (``--viz newton``, ``viser`` or ``rerun``)."""

from __future__ import annotations

from tsra_lab.runs import add_run_arguments, find_run, make_parser, open_run, parse_args, play, record_video, refusing


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__, video="play")
    add_run_arguments(parser)
    parser.add_argument("--policy", default="student", choices=("teacher", "student", "onnx"), help="Who acts.")
    parser.add_argument("--real-time", action="store_true", help="Do not run faster than real time.")
    args, overrides = parse_args(parser)

    run = find_run(args.task, args.checkpoint, overrides, "play", args.agent, trusted=args.trust)
    run.check_exported([args.policy])
    record_video(args, run.env_cfg, run.checkpoint.parent, "play", run.checkpoint)
    with open_run(run, args) as opened:
        try:
            policy = opened.policies([args.policy])[args.policy]
        except ValueError as error:
            parser.error(str(error))
        play(opened, policy, args)
    return 0
