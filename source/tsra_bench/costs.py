# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a student costs: environment steps, camera images and time until it succeeds, for the trainings of a grid.

``python -m tsra_bench.costs`` takes the arguments of the benchmark that name the grid, and finds the run directories as
it does. It evaluates every checkpoint (:mod:`~.learning_curve`), writes a file for each cell to ``--output``, a table
and a picture. What is there is not measured again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import fmean

import numpy as np

from tsra_lab.run_report import read_events
from tsra_results import write_report

from .command import make_parser, plan_cells
from .jobs import CHECKPOINT_INTERVAL, Cell
from .methods import all_methods, method_groups
from .plots import draw_costs

LEVELS = (0.5, 0.8, 0.9)
"""Success rates whose costs the table tells."""


def measure(cell: Cell, output: Path, episodes: int, device: str) -> list[dict]:
    """Measure the learning curve of a cell's student, unless that was done.

    Args:
        cell: Cell of the grid, whose training is finished.
        output: Folder of results.
        episodes: Episodes of each checkpoint.
        device: Device of simulator and agent.

    Returns:
        Of each checkpoint ``env_steps``, ``rendered_frames``, ``seconds`` and ``success``. What comes before a
        distillation counts as its cost.

    Raises:
        FileNotFoundError: If the cell was not trained here.
        ValueError: If early checkpoints are not in the run directory.
    """
    file = output / "curves" / cell.training.task / f"{cell.method}_{cell.training.seed}.json"
    if file.exists():
        return json.loads(file.read_text())
    state = cell.training.folder / "state.json"
    if not state.is_file():
        raise FileNotFoundError(
            f"{cell} was not trained here: there is no '{state}'. Train it with benchmark.py first."
        )
    stages = json.loads(state.read_text())["stages"]
    steps = cell.training.num_envs * cell.training.num_steps_per_env
    before = {"env_steps": 0, "rendered_frames": 0, "seconds": 0.0}
    run = Path(stages["train"]["run"])
    if cell.distillation is not None:
        teacher = durations(run)
        before["env_steps"], before["seconds"] = steps * len(teacher), float(teacher.sum())
        steps = cell.training.num_envs * cell.distillation.num_steps_per_env
        run = Path(stages[f"distill_{cell.method}"]["run"])
    points = file.with_suffix(".points.json")
    points.parent.mkdir(parents=True, exist_ok=True)
    arguments = ["--task", cell.training.task, "--checkpoint", str(run), "--device", device, "--json", str(points)]
    command = [sys.executable, "-m", "tsra_bench.learning_curve", *arguments, "--episodes", str(episodes)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"})
    measured = json.loads(points.read_text())
    if measured[0]["iteration"] > CHECKPOINT_INTERVAL:
        raise ValueError(
            f"'{run}' begins at iteration {measured[0]['iteration']}: its training was resumed from elsewhere"
        )
    spent = durations(run).cumsum()
    curve = [
        {
            "env_steps": before["env_steps"] + steps * point["iteration"],
            "rendered_frames": before["rendered_frames"] + point["rendered_frames"],
            "seconds": before["seconds"] + float(spent[point["iteration"] - 1]),
            "success": point["success"],
        }
        for point in measured
    ]
    write_report(curve, file)
    points.unlink()
    return curve


def durations(run: Path) -> np.ndarray:
    """How long each iteration of a run took, its evaluations apart.

    Args:
        run: Run directory.

    Returns:
        Seconds, of shape (iterations,).
    """
    curves = read_events(run).curves
    return curves["Perf/collection_time"].values + curves["Perf/learning_time"].values


def cost(curve: Sequence[Mapping], level: float) -> Mapping | None:
    """The first point of a learning curve at a level of success; None if it is never reached."""
    return next((point for point in curve if point["success"] >= level), None)


def format_costs(curves: Mapping[str, Sequence[Sequence[Mapping]]], labels: Mapping[str, str]) -> str:
    """Write the costs on one task as a table in Markdown.

    Args:
        curves: Learning curves of the seeds, by the method's name.
        labels: What the methods are called.

    Returns:
        A row for each method, a column for each level of success: means over the seeds that reach it.
    """
    rows = [f"| method | {' | '.join(f'success of {level:g}' for level in LEVELS)} |", "|---" * (len(LEVELS) + 1) + "|"]
    for name, seeds in curves.items():
        entries = []
        for level in LEVELS:
            reached = [point for curve in seeds if (point := cost(curve, level)) is not None]
            if not reached:
                entries.append(f"none of {len(seeds)}")
                continue
            means = {key: fmean(point[key] for point in reached) for key in ("env_steps", "rendered_frames", "seconds")}
            parts = [f"{means['env_steps'] / 1e6:.2f} M steps"]
            parts += [f"{means['rendered_frames'] / 1e3:.0f} k images"] if means["rendered_frames"] else []
            parts += [f"{means['seconds'] / 60:.1f} min"]
            entries.append(f"{', '.join(parts)} ({len(reached)} of {len(seeds)})")
        rows.append(f"| {labels.get(name, name)} | {' | '.join(entries)} |")
    return "\n".join(rows)


def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser()
    parser.set_defaults(output=Path("docs/benchmarks/costs"), methods=["tsra", "asymmetric", "dagger"], episodes=256)
    args = parser.parse_args()
    groups = method_groups(args.trials)
    cells = plan_cells(args, groups)
    with ThreadPoolExecutor(args.parallel) as pool:
        found = list(pool.map(lambda cell: measure(cell, args.output, args.episodes, args.device), cells))
    labels = {name: method.label for name, method in all_methods(groups).items()}
    colors = {name: method.color for name, method in all_methods(groups).items()}
    parts = []
    for task in dict.fromkeys(cell.training.task for cell in cells):
        curves: dict[str, list[list[dict]]] = {}
        for cell, curve in zip(cells, found, strict=True):
            if cell.training.task == task:
                curves.setdefault(cell.method, []).append(curve)
        draw_costs(curves, labels, colors, task, args.output / f"costs_{task}")
        parts.append(f"## {task}\n\n{format_costs(curves, labels)}")
    text = "\n\n".join(parts) + "\n"
    (args.output / "table.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
