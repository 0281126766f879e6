# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Export the student of a run to one ONNX file with all a robot needs to know.

Of a run directory the best checkpoint is exported, the newest where there is no best; a file is taken as it is.
"""

from __future__ import annotations

import argparse
import sys

from tsra_lab.export import verify_student
from tsra_lab.runs import (
    EXPORT_ENVS,
    add_run_arguments,
    export_run,
    find_run,
    make_parser,
    open_run,
    parse_args,
    refusing,
    writable_folder,
)


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--verify")
    known, others = parser.parse_known_args()
    if known.verify is not None:
        if others:
            parser.error(f"--verify takes a file and no other option, not {' '.join(others)}")
        return verify(known.verify)

    parser = make_parser(__doc__)
    add_run_arguments(parser)
    parser.add_argument(
        "--output",
        type=writable_folder,
        default=None,
        help="Folder for the files; the run directory's 'student' if omitted.",
    )
    parser.add_argument(
        "--skip_measurement",
        action="store_true",
        help="Do not measure a student whose training did not; the contract then says so.",
    )
    parser.add_argument("--verify", metavar="FILE", help="Only check this exported file again; no other option.")
    args, overrides = parse_args(parser)

    run = find_run(args.task, args.checkpoint, overrides, "training", args.agent, prefer_best=True, trusted=args.trust)
    with open_run(run, args, num_envs=EXPORT_ENVS) as opened:
        export_run(args.task, opened.env, opened.runner, run.checkpoint.parent, args.output, not args.skip_measurement)
    return 0


def verify(file: str) -> int:
    """Check an exported file and say what came out.

    Args:
        file: ONNX file.

    Returns:
        Exit status: 0 if all is well.
    """
    try:
        result = verify_student(file)
    except (OSError, ValueError) as error:
        print(f"[ERROR] {error}", file=sys.stderr)
        return 1
    except Exception as error:  # a recording may hold anything
        told = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"[ERROR] '{file}', or the recording beside it, is damaged: {told}", file=sys.stderr)
        return 1
    print(
        f"[INFO] {file} is sound: contract, standard keys and ranges hold, and {result['steps']} recorded observations"
        f" are answered as in training, to {result['parity']:.1e}."
    )
    return 0
