# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How success goes with one option of a task: evaluations of several runs over values of it, and a picture.

Each point, a policy of a run at one value, is an evaluation in a process of its own, on the same seed and with the same
number of episodes. What is measured is not measured again, so the same command goes on with an interrupted sweep.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tsra_lab.runs import FinishedRun, find_run, make_parser, named, parse_args, positive, refusing, writable_folder
from tsra_results import write_report

from .plots import draw_sweep
from .processes import Processes, Stopped
from .results import git_state, hardware
from .summary import statistics

POLICIES = ("teacher", "student", "onnx")
"""Policies of a run that can be measured."""

SEED = 1000
"""Seed of the episodes, unless another is asked for."""


@dataclass(frozen=True)
class Series:
    """One line of the picture: a policy of one run, or of several that differ in their seeds."""

    label: str
    """What it is called."""

    policy: str
    """One of :data:`POLICIES`."""

    runs: tuple[FinishedRun, ...]
    """The runs."""


@dataclass(frozen=True)
class Point:
    """One evaluation."""

    run: FinishedRun
    policy: str
    value: str
    identity: dict
    """What its result depends on: another budget is another point."""

    file: Path
    """File of the result."""


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status: 0, 1 if an evaluation failed, or 128 plus the number of the signal that stopped the sweep.
    """
    parser = make_parser(__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "--option", type=named, required=True, help="Option of the environment, such as env.push_speed."
    )
    parser.add_argument(
        "--values", type=named, nargs="+", required=True, help="Its values, such as 0 0.5 or [0.4,0.4]."
    )
    parser.add_argument(
        "--series",
        type=named,
        nargs="+",
        required=True,
        metavar="LABEL=RUN[:POLICY]",
        help="Lines of the picture: a checkpoint or run directory, and teacher, student (the default) or onnx. Runs of"
        " the same label and policy are one line.",
    )
    parser.add_argument("--episodes", type=positive, default=256, help="Episodes of each point.")
    parser.add_argument("--output", type=writable_folder, required=True, help="Folder of results.")
    args, overrides = parse_args(parser)
    args.output, args.seed = Path(args.output), SEED if args.seed is None else args.seed
    planned = [(item, plan_points(item, args, overrides)) for item in find_series(args, overrides)]
    processes = Processes()
    handlers = {name: signal.signal(name, processes.stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        measure([point for _, points in planned for point in points], args, overrides, processes)
    except Stopped:
        print("[SWEEP] Stopped. The same command goes on from here.")
        return 128 + (processes.stop_signal or 0)
    except RuntimeError as error:
        print(f"[SWEEP] {error}", file=sys.stderr)
        return 1
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
    summary = {
        "task": args.task,
        "option": args.option,
        "values": args.values,
        "overrides": overrides,
        "episodes": args.episodes,
        "seed": args.seed,
        "series": [summarize(item, points, args.values) for item, points in planned],
        "git": git_state(),
        "hardware": hardware(args.device),
    }
    write_report(summary, args.output / "sweep.json")
    draw_sweep(summary, args.output / "sweep")
    print(f"\n{format_sweep(summary)}\n[SWEEP] Results: {args.output.absolute()}", flush=True)
    return 0


def find_series(args: argparse.Namespace, overrides: Sequence[str]) -> list[Series]:
    """Find the runs, and check every value of the option on each of them: before anything is measured.

    Args:
        args: Arguments of the command.
        overrides: What else differs from the task.

    Returns:
        The series, in the order of their labels.

    Raises:
        FileNotFoundError: If there is no such run.
        ValueError: If a series is not of the form LABEL=RUN[:POLICY], there is no such option, or a value is refused.
    """
    if not args.option.startswith("env."):
        raise ValueError(f"--option {args.option}: it must be one of the environment's, such as env.push_speed")
    if len(set(args.values)) != len(args.values):
        raise ValueError(f"--values {' '.join(args.values)}: each must be there once")
    found: dict[tuple[str, str], list[FinishedRun]] = {}
    for text in args.series:
        label, equals, run = text.partition("=")
        run, colon, policy = (
            run.rpartition(":") if run.endswith(tuple(f":{name}" for name in POLICIES)) else (run, "", "")
        )
        if not (label and equals and run):
            raise ValueError(f"--series '{text}' is not of the form LABEL=RUN[:POLICY]")
        policy = policy if colon else "student"
        for value in args.values:
            finished = find_run(args.task, run, [*overrides, f"{args.option}={value}"])
            try:
                finished.env_cfg.validate()
            except TypeError as error:
                raise ValueError(f"{args.option}={value}: {error}") from error
        finished.check_exported([policy])
        found.setdefault((label, policy), []).append(finished)
    return [Series(label, policy, tuple(runs)) for (label, policy), runs in found.items()]


def plan_points(series: Series, args: argparse.Namespace, overrides: Sequence[str]) -> list[Point]:
    """Plan the evaluations of a series.

    Args:
        series: The series.
        args: Arguments of the command.
        overrides: What else differs from the task.

    Returns:
        A point for each value and run.
    """
    points = []
    for value in args.values:
        for run in series.runs:
            identity = {
                "task": args.task,
                "checkpoint": f"{run.checkpoint.parent.name}/{run.checkpoint.name}",
                "policy": series.policy,
                "overrides": [*overrides, f"{args.option}={value}"],
                "episodes": args.episodes,
                "seed": args.seed,
                "num_envs": args.num_envs,
            }
            digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
            points.append(Point(run, series.policy, value, identity, args.output / "points" / f"{digest}.json"))
    return points


def measure(points: Sequence[Point], args: argparse.Namespace, overrides: Sequence[str], processes: Processes) -> None:
    """Run the evaluations that are not done.

    Args:
        points: The points.
        args: Arguments of the command.
        overrides: What else differs from the task.
        processes: Runs them.

    Raises:
        RuntimeError: If another sweep is at work in the folder, or an evaluation fails.
        Stopped: If a signal came before all were done.
        ValueError: If the task has no success term.
    """
    folder = args.output / "points"
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        pending = [point for point in points if not point.file.exists()]
        print(f"[SWEEP] {len(points)} points, {len(pending)} to do", flush=True)
        for point in pending:
            report = folder / f"{point.file.stem}.evaluation.json"
            arguments = ["--task", args.task, "--checkpoint", str(point.run.checkpoint), "--policies", point.policy]
            arguments += ["--episodes", str(args.episodes), "--seed", str(args.seed), "--device", args.device]
            arguments += ["--no_imitability", "--json", str(report)]
            arguments += [] if args.num_envs is None else ["--num_envs", str(args.num_envs)]
            arguments += [*overrides, f"{args.option}={point.value}"]
            processes.run("evaluate", arguments, folder / "evaluate.log", lock, lambda seconds: None)
            result = json.loads(report.read_text())["policies"][point.policy]
            if result["success_rate"] is None:
                raise ValueError(f"{args.task} has no termination term 'success', whose rate is what is drawn")
            write_report({"point": point.identity, "result": result}, point.file)
            report.unlink()
            text = f"{point.identity['checkpoint']}, {point.policy}, {args.option}={point.value}"
            print(f"[SWEEP] {text}: success {result['success_rate']:.3f}", flush=True)
    except BlockingIOError:
        raise RuntimeError(f"another sweep is at work in '{args.output}'") from None
    finally:
        os.close(lock)


def summarize(series: Series, points: Sequence[Point], values: Sequence[str]) -> dict:
    """Aggregate the points of a series over its runs.

    Args:
        series: The series.
        points: Its points, all measured.
        values: Values of the option.

    Returns:
        JSON-ready dictionary of ``label``, ``policy``, ``runs`` and ``points``: of each value the ``success``, its
        ``interval_95`` and the runs' own rates. With one run the interval is that of its episodes (Wilson), with more
        that of the interquartile mean over runs (bootstrap).

    Raises:
        ValueError: If the file of a point holds another.
    """
    rows = []
    for value in values:
        results = [_read(point) for point in points if point.value == value]
        rates = [result["success_rate"] for result in results]
        over_runs = statistics(rates)
        alone = results[0]["success_ci95"] if len(results) == 1 else over_runs["interval_95"]
        rows.append(
            {"value": value, "success": over_runs["interquartile_mean"], "interval_95": alone, "success_of_runs": rates}
        )
    runs = [f"{run.checkpoint.parent.name}/{run.checkpoint.name}" for run in series.runs]
    return {"label": series.label, "policy": series.policy, "runs": runs, "points": rows}


def _read(point: Point) -> dict:
    """Result of a point."""
    found = json.loads(point.file.read_text())
    if found.get("point") != point.identity:
        raise ValueError(f"'{point.file}' holds another point. Delete it to have it measured again.")
    return found["result"]


def format_sweep(summary: dict) -> str:
    """Write a sweep as a table in Markdown.

    Args:
        summary: What :func:`main` writes to ``sweep.json``.

    Returns:
        A row for each series, a column for each value.
    """
    lines = [f"| {summary['option']} | {' | '.join(summary['values'])} |", "|---" * (len(summary["values"]) + 1) + "|"]
    for series in summary["series"]:
        cells = [
            f"{point['success']:.3f} [{', '.join(f'{bound:.3f}' for bound in point['interval_95'])}]"
            for point in series["points"]
        ]
        lines.append(f"| {series['label']} ({series['policy']}) | {' | '.join(cells)} |")
    return "\n".join(lines)
