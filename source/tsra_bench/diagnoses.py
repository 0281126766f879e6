# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Diagnose the teachers of a finished grid, and write what was found as one table.

``python -m tsra_bench.diagnoses`` takes the arguments of the benchmark that name the grid, and finds the run
directories as it does. It writes a folder for each teacher to ``--output``, and ``table.md``. What is there is not made
again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .command import make_parser, plan_cells
from .jobs import Cell
from .methods import method_groups
from .processes import command_line


def diagnose(cell: Cell, output: Path, device: str) -> dict:
    """Diagnose the teacher of a cell, unless that was done.

    Args:
        cell: Cell of the grid, whose training is finished.
        output: Folder of results.
        device: Device of simulator and agent.

    Returns:
        The diagnosis.
    """
    folder = output / cell.training.task / f"{cell.method}_{cell.training.seed}"
    file = folder / "diagnosis.json"
    if not file.exists():
        run = json.loads((cell.training.folder / "state.json").read_text())["stages"]["train"]["run"]
        arguments = ["--task", cell.training.task, "--checkpoint", run, "--device", device, "--output", str(folder)]
        command = command_line("diagnose", *arguments)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return json.loads(file.read_text())


def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser()
    parser.set_defaults(output=Path("docs/benchmarks/diagnosis"), methods=["dagger", "tsra"])
    args = parser.parse_args()
    cells = plan_cells(args, method_groups(args.trials))
    with ThreadPoolExecutor(args.parallel) as pool:
        found = list(pool.map(lambda cell: diagnose(cell, args.output, args.device), cells))
    rows = ["| task | teacher | seed | highest score | second | blamed |", "|---|---|---|---|---|---|"]
    for cell, diagnosis in sorted(
        zip(cells, found, strict=True), key=lambda pair: (pair[0].training.task, pair[0].method, pair[0].training.seed)
    ):
        first, second = (f"{row['term']} {row['score']:.2f}" for row in diagnosis["terms"][:2])
        blamed = ", ".join(diagnosis["causes"]) or "nothing"
        method = "plain PPO" if cell.method == "dagger" else cell.method.upper()
        rows.append(f"| {cell.training.task} | {method} | {cell.training.seed} | {first} | {second} | {blamed} |")
    (args.output / "table.md").write_text("\n".join(rows) + "\n")
    print("\n".join(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
