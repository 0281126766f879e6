# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Export the student of a run as a LEAPP pipeline, which ``isaaclab leapp deploy`` runs.

The student was exported before (``export.py``): its contract goes along. Of a run directory the best checkpoint is
taken, the newest where there is no best; a file is taken as it is.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from tsra_lab.runs import add_run_arguments, find_run, make_parser, open_run, parse_args, refusing, writable_folder

FOLDER = "leapp"
"""Folder of the run directory for the pipeline."""


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    add_run_arguments(parser)
    parser.add_argument(
        "--output",
        type=writable_folder,
        default=None,
        help=f"Folder for the files; the run directory's '{FOLDER}' if omitted.",
    )
    args, overrides = parse_args(parser)
    if args.num_envs not in (None, 1):
        parser.error(f"--num_envs {args.num_envs}: LEAPP looks at one environment")
    run = find_run(args.task, args.checkpoint, overrides, "training", args.agent, prefer_best=True, trusted=args.trust)
    run.check_exported(["onnx"])
    if find_spec("leapp") is None:
        parser.error("LEAPP is not installed: pip install -e .[leapp]")
    if os.environ.get("PYTORCH_JIT") != "0":
        # LEAPP does not see through TorchScript, and importing Isaac Lab has compiled its functions: begin again
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | {"PYTORCH_JIT": "0"})
    with open_run(run, args, num_envs=1) as opened:
        # LEAPP is there, and may load what the simulator must load first
        from tsra_lab.runs.leapp import export_pipeline

        export_pipeline(opened, Path(args.output or run.checkpoint.parent / FOLDER))
    return 0
