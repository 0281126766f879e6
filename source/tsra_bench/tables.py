# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Markdown tables of a benchmark's summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tsra_lab.evaluation.imitability import HIDDEN

SENSITIVITY = "action sensitivity"
"""Column of the sensitivity to hidden state, or to what the cells say it is to."""


def format_tables(summary: dict, labels: Mapping[str, str]) -> str:
    """Write a summary as Markdown tables, one for each task.

    Args:
        summary: As :func:`~.summary.summarize` gives it.
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
        SENSITIVITY,
        "seeds",
        "environment steps",
        "rendered frames",
        "wall time",
    )
    parts = []
    for task, methods in summary["tasks"].items():
        rows = [tuple(_sensitivity_to(methods) if name == SENSITIVITY else name for name in header)]
        rows.append(("---",) * len(header))
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


def _sensitivity_to(methods: Mapping[str, dict]) -> str:
    """Name of the column of action sensitivity: what it is to, unless it is to hidden state."""
    told = [method.get("action_sensitivity_to") or HIDDEN for method in methods.values()]
    return SENSITIVITY + "".join(f" to {name}" for name in dict.fromkeys(told) if name != HIDDEN)


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
        row += [
            pair(*(method["metrics"][policy].get(metric) for policy in ("teacher", "student"))) for metric in metrics
        ]
        if any(entry != "-" for entry in row):
            rows.append((labels.get(name, name), *row))
    return rows


def in_order(methods: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Names of methods in the order of the labels; those without a label follow in their own."""
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
