# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Results of several seeds as one: interquartile means, bootstrap intervals and the tables made of them.

The statistics are those of Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
(arXiv:2108.13264).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

RESAMPLES = 10_000
"""Number of bootstrap resamples; they are drawn from a fixed seed, so that the same cells give the same numbers."""

FAILED = ".failed.json"
"""Ending of the file of a cell that failed."""


def interquartile_mean(values: ArrayLike, axis: int = 0) -> np.ndarray:
    """Mean of the middle half of the values: less moved by one lucky or unlucky seed than the mean.

    With fewer than 4 values nothing is cut, and it is the mean.

    Args:
        values: Values of the seeds.
        axis: Axis of the seeds.

    Returns:
        The means, in the shape of ``values`` without that axis.
    """
    return stats.trim_mean(values, 0.25, axis=axis)


def bootstrap_interval(values: ArrayLike) -> tuple[np.ndarray, np.ndarray] | None:
    """95 % interval of the interquartile mean over seeds: percentile bootstrap.

    Args:
        values: Values of the seeds. Shape is (num_seeds, ...).

    Returns:
        Lower and upper bound, each of the shape ``values.shape[1:]``; None for fewer than two seeds, whose spread is
        unknown.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return None
    interval = stats.bootstrap(
        (values,), interquartile_mean, n_resamples=RESAMPLES, method="percentile", rng=0
    ).confidence_interval
    return interval.low, interval.high


def statistics(values: Sequence[float]) -> dict:
    """Statistics of a number over seeds.

    Args:
        values: The number for each seed.

    Returns:
        JSON-ready dictionary of ``mean``, ``interquartile_mean``, ``interval_95`` (None with one seed), ``lowest`` and
        the ``values``.

    Raises:
        ValueError: If there is no value, or one is not finite.
    """
    if not values or not all(map(math.isfinite, values)):
        raise ValueError(f"Statistics need finite values, at least one; these are {list(values)}.")
    interval = bootstrap_interval(values)
    return {
        "mean": fmean(values),
        "interquartile_mean": float(interquartile_mean(values)),
        "interval_95": None if interval is None else [float(bound) for bound in interval],
        "lowest": min(values),
        "values": list(values),
    }


def read_cells(folder: Path) -> tuple[list[dict], list[dict]]:
    """Read the cells of a benchmark, as ``scripts/benchmark.py`` leaves them.

    Args:
        folder: Folder with a subfolder for each task.

    Returns:
        The finished cells and the failures, both in the order of task, method and seed. A failure counts only as long
        as its cell is not finished.

    Raises:
        ValueError: If a file is no cell.
    """
    cells, failures = [], []
    for path in sorted(folder.glob("*/*.json")):
        failed = path.name.endswith(FAILED)
        if failed and path.with_name(path.name.removesuffix(FAILED) + ".json").exists():
            continue
        (failures if failed else cells).append(read_cell(path))
    for group in (cells, failures):
        group.sort(key=lambda cell: (cell["task"], cell["method"], cell["seed"]))
    return cells, failures


def read_cell(path: Path) -> dict:
    """Read one cell, finished or failed.

    Args:
        path: Its file.

    Returns:
        What it holds.

    Raises:
        ValueError: If the file is no cell.
    """
    try:
        cell = json.loads(path.read_text())
        if not {"task", "method", "seed"} <= cell.keys():
            raise ValueError("task, method or seed is missing")
    except (ValueError, AttributeError) as error:
        raise ValueError(f"'{path}' is not a benchmark cell ({error}). Delete it to have it measured again.") from error
    return cell


def summarize(cells: Iterable[dict], failures: Iterable[dict] = ()) -> dict:
    """Aggregate finished cells over seeds.

    Args:
        cells: Finished cells of any tasks, methods and seeds.
        failures: Cells that failed; listed as they are.

    Returns:
        JSON-ready dictionary: ``tasks``, by task and method, and ``failed``. A number is None where no cell has it.
    """
    groups: dict[str, dict[str, list[dict]]] = {}
    for cell in cells:
        groups.setdefault(cell["task"], {}).setdefault(cell["method"], []).append(cell)
    return {
        "tasks": {
            task: {method: _summarize_method(group) for method, group in methods.items()}
            for task, methods in groups.items()
        },
        "failed": list(failures),
    }


def _summarize_method(cells: list[dict]) -> dict:
    """Aggregate the cells of one task and method."""
    cells = sorted(cells, key=lambda cell: cell["seed"])

    def over_seeds(*path: str) -> dict | None:
        found = [value for cell in cells if (value := _look_up(cell, path)) is not None]
        return statistics(found) if found else None

    return {
        "seeds": [cell["seed"] for cell in cells],
        **{
            policy: {
                "success": over_seeds("policies", policy, "success_rate"),
                "return": over_seeds("policies", policy, "return_mean"),
            }
            for policy in ("teacher", "student", "onnx")
        },
        "imitation_gap": {
            "success": over_seeds("imitation_gap", "success"),
            "return": over_seeds("imitation_gap", "return"),
        },
        "action_sensitivity": over_seeds("imitability", "action_sensitivity", "mean"),
        "leakage": {
            term: {
                "metric": scores["metric"],
                **{
                    source: over_seeds("imitability", "leakage", term, source)
                    for source in ("z_teacher", "z_student", "state", "permuted")
                },
            }
            for term, scores in (_look_up(cells[0], ("imitability", "leakage")) or {}).items()
        },
        "metrics": {
            policy: {
                metric: over_seeds("policies", policy, "metrics", metric)
                for metric in _look_up(cells[0], ("policies", policy, "metrics")) or {}
            }
            for policy in ("teacher", "student")
        },
        **{
            name: fmean(cell[name] for cell in cells)
            for name in ("env_steps", "distillation_env_steps", "rendered_frames", "wall_time_s")
        },
        "curve": learning_curve(cells, "student"),
    }


def _look_up(cell: dict, path: Iterable[str]) -> float | dict | None:
    """Value under nested keys, or None where one of them is absent or None."""
    value = cell
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def learning_curve(cells: Iterable[dict], policy: str) -> dict | None:
    """Success during training, over the seeds.

    Args:
        cells: Cells of one task and method.
        policy: ``teacher`` or ``student``.

    Returns:
        JSON-ready dictionary of equally long lists, one item for each evaluation that all seeds have: ``env_steps``,
        ``interquartile_mean`` and ``interval_95`` (None with one seed). None where there is no such evaluation.
    """
    curves = [
        {point["env_steps"]: point[policy] for point in cell["curve"] if point[policy] is not None} for cell in cells
    ]
    steps = sorted(set.intersection(*map(set, curves))) if curves else []
    if not steps:
        return None
    values = np.array([[curve[step] for step in steps] for curve in curves])
    interval = bootstrap_interval(values)
    return {
        "env_steps": steps,
        "interquartile_mean": interquartile_mean(values).tolist(),
        "interval_95": None if interval is None else np.stack(interval, axis=-1).tolist(),
    }


def format_tables(summary: dict, labels: Mapping[str, str]) -> str:
    """Write a summary as Markdown tables, one for each task.

    Args:
        summary: As :func:`summarize` gives it.
        labels: What the methods are called, in the order of the rows; others follow under their own names.

    Returns:
        The tables, then the failures and how the numbers are to be read.
    """
    header = (
        "method",
        "teacher success",
        "student success [95 % interval]",
        "worst seed",
        "ONNX student",
        "teacher return",
        "student return",
        "success gap",
        "action sensitivity",
        "seeds",
        "environment steps",
        "rendered frames",
        "wall time",
    )
    parts = []
    for task, methods in summary["tasks"].items():
        rows = [header, ("---",) * len(header)]
        for method in in_order(methods, labels):
            rows.append(_row(labels.get(method, method), methods[method]))
        parts.append(f"## {task}\n\n" + _table(rows))
        details = _details(methods, labels)
        if len(details) > 2:
            parts.append(_table(details))
    if summary["failed"]:
        failed = [
            f"- {cell['task']}, {cell['method']}, seed {cell['seed']}: {cell['stage']}" for cell in summary["failed"]
        ]
        parts.append("Failed cells:\n\n" + "\n".join(failed))
    parts.append(
        "Success and return are interquartile means over the seeds, with percentile bootstrap intervals"
        " (arXiv:2108.13264); intervals from few seeds are narrower than they should be. The worst seed is the"
        " student's. Leakage is what a probe tells of a term on held-out episodes from the embedding of the teacher"
        " and, in brackets, of the student: R2, or AUC for terms of two values. Environment steps are those of"
        " training + distillation, in millions; rendered frames are camera images in both. Wall time is that of"
        " training and distillation, with whatever else the machine was doing."
    )
    return "\n\n".join(parts) + "\n"


def _table(rows: Iterable[Iterable[str]]) -> str:
    """Markdown table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _details(methods: Mapping[str, dict], labels: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Rows about leakage and the task's own metrics, for the methods that have either."""
    terms = {term: scores["metric"] for method in methods.values() for term, scores in method["leakage"].items()}
    metrics = list(
        dict.fromkeys(name for method in methods.values() for part in method["metrics"].values() for name in part)
    )

    def pair(first: dict | None, second: dict | None) -> str:
        numbers = ["-" if value is None else f"{value['interquartile_mean']:.2f}" for value in (first, second)]
        return "-" if numbers == ["-", "-"] else f"{numbers[0]} ({numbers[1]})"

    header = ("method", *(f"leakage: {term} [{kind}]" for term, kind in terms.items()))
    header += tuple(f"{name}: teacher (student)" for name in metrics)
    rows = [header, ("---",) * len(header)]
    for name in in_order(methods, labels):
        method = methods[name]
        leaks = [method["leakage"].get(term, {}) for term in terms]
        row = [pair(leak.get("z_teacher"), leak.get("z_student")) for leak in leaks]
        row += [pair(*(method["metrics"][view].get(metric) for view in ("teacher", "student"))) for metric in metrics]
        if any(entry != "-" for entry in row):
            rows.append((labels.get(name, name), *row))
    return rows


def in_order(methods: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Methods in the order of the labels; those without a label follow in their own.

    Args:
        methods: Names of methods.
        labels: Labels by the method's name.

    Returns:
        The names.
    """
    methods = list(methods)
    return [name for name in labels if name in methods] + [name for name in methods if name not in labels]


def _row(label: str, method: dict) -> tuple[str, ...]:
    """Row of the table for one method."""

    def number(value: dict | None, write: Callable[[float], str] = "{:.3f}".format) -> str:
        return "-" if value is None else write(value["interquartile_mean"])

    student = method["student"]["success"]
    interval = student and student["interval_95"]
    steps = f"{method['env_steps'] / 1e6:.2f}"
    if method["distillation_env_steps"]:
        steps += f" + {method['distillation_env_steps'] / 1e6:.2f}"
    return (
        label,
        number(method["teacher"]["success"]),
        number(student) + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else ""),
        "-" if student is None else f"{student['lowest']:.3f}",
        number(method["onnx"]["success"]),
        number(method["teacher"]["return"], "{:.2f}".format),
        number(method["student"]["return"], "{:.2f}".format),
        number(method["imitation_gap"]["success"], "{:+.3f}".format),
        number(method["action_sensitivity"]),
        str(len(method["seeds"])),
        steps,
        f"{method['rendered_frames'] / 1e6:.2f} M" if method["rendered_frames"] else "0",
        f"{method['wall_time_s'] / 60:.1f} min",
    )
