# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Show how policies act: ``python -m tsra_bench.films --task TASK --run NAME RUN [--run ...] --output FILES``.

``NAME`` is what the pictures call a policy, ``RUN`` its run directory, for the teacher, or ``RUN:student`` for the
student. All policies meet the same episodes. A task whose package has a module ``drawing`` is drawn from above, as
``FILES.png`` and ``FILES.gif``; any other is filmed in the simulator, with the student's image inset, as ``FILES.gif``.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

from tsra_lab.hooks import hooks_of
from tsra_lab.runs import find_run, load_run, make_parser, open_run, parse_args

DRAWN, FILMED = 6, 2
"""Number of episodes, unless the command line says otherwise."""

IMAGE = "image"
"""Observation group of the student's image."""


def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--run", nargs=2, action="append", required=True, metavar=("NAME", "RUN"), help="See above.")
    parser.add_argument("--output", type=Path, required=True, help="Files, without their suffixes.")
    args, overrides = parse_args(parser)
    runs, roles = {}, {}
    for name, run in args.run:
        folder, _, role = run.partition(":")
        runs[name], roles[name] = find_run(args.task, folder, overrides), role or "teacher"
    first = next(iter(runs.values()))
    package = type(first.env_cfg).__module__.rpartition(".")[0]
    drawn = package != "" and importlib.util.find_spec(f"{package}.drawing") is not None
    if drawn:
        module = importlib.import_module(f"{package}.drawing")
    else:
        module = importlib.import_module("tsra_tasks.shared.recording")
        module.add_view(first.env_cfg)
    seed = 3 if args.seed is None else args.seed
    with open_run(first, args, num_envs=DRAWN if drawn else FILMED) as opened:
        env = opened.env
        recordings = {}
        for name, run in runs.items():
            policy = load_run(env, run, args.device).policies()[roles[name]]
            camera = hooks_of(env).onboard_camera(env.unwrapped)
            if camera is not None:
                camera.switch(True)
            if drawn:
                recordings[name] = module.record_episodes(env, policy, env.num_envs, seed)
            else:
                recordings[name] = module.record_pictures(env, policy, IMAGE, seed)
        period = env.unwrapped.step_dt
    if drawn:
        module.draw_paths(recordings, args.output.with_suffix(".png"))
        module.animate_paths(recordings, args.output.with_suffix(".gif"), period)
    else:
        module.write_animation(recordings, args.output.with_suffix(".gif"), period)
    return 0


if __name__ == "__main__":
    sys.exit(main())
