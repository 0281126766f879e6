# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Make one HTML file of a run: verdict, curves, gap, alignment, leakage, diagnosis, contract and film.

It reads what the run recorded; no simulator starts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from isaaclab.cli import load_external_tasks

from tsra_lab.run_report import read_run, write_page
from tsra_lab.runs import DEFAULT_AGENT, check_task, find_checkpoint, named, reading, refusing, writable_file

REPORT_FILE = "report.html"
"""The report in the run directory."""


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    # no abbreviations: a misspelt option must not pass for another
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--checkpoint", type=named, required=True, help="A run directory, a checkpoint in it, 'latest' or 'best'."
    )
    parser.add_argument("--task", default=None, help="Name of the task, for 'latest' and 'best'.")
    parser.add_argument(
        "--agent", type=named, default=DEFAULT_AGENT, help="Agent among whose runs 'latest' and 'best' look."
    )
    parser.add_argument(
        "--evaluation", type=Path, default=None, help="What evaluate.py --json wrote; evaluation.json in the run."
    )
    parser.add_argument(
        "--diagnosis", type=Path, default=None, help="What diagnose.py wrote; diagnosis/diagnosis.json in the run."
    )
    parser.add_argument("--film", type=Path, default=None, help="An MP4 or a GIF; the newest in the run's videos.")
    parser.add_argument(
        "--output", type=writable_file, default=None, help=f"File to write; {REPORT_FILE} in the run directory."
    )
    args = parser.parse_args()

    run = _find_run(parser, args)
    try:
        output = Path(args.output or writable_file(str(run / REPORT_FILE)))
    except argparse.ArgumentTypeError as error:
        parser.error(f"{error}: name a file with --output")
    with reading(run):
        record = read_run(run, args.evaluation, args.diagnosis, args.film)
    page = write_page(record, output)
    for text in page.missing:
        print(f"[INFO] Not shown: {text}")
    print(f"Verdict: {page.verdict.sentence}")
    print(f"Report: {output}")
    return 0


def _find_run(parser: argparse.ArgumentParser, args: argparse.Namespace) -> Path:
    """The run directory that the command line names. One without a checkpoint can be told of too."""
    if args.checkpoint not in ("latest", "best"):
        path = Path(args.checkpoint)
        return path if path.is_dir() else find_checkpoint("", args.checkpoint).parent
    if args.task is None:
        parser.error(f"--checkpoint {args.checkpoint}: name the task with --task")
    load_external_tasks()  # ours too: they are an entry point like anybody's
    check_task(parser, args.task)
    return find_checkpoint(args.task, args.checkpoint, args.agent).parent
