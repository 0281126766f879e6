# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Numbers of an evaluation: success rates with confidence intervals, and the imitation gap."""

from __future__ import annotations

from typing import Any

from tsra_results import success_interval

from .episodes import ENDED, SUCCESS, Episodes

FAR_BELOW = 0.1
"""Gap from which a student is far below its teacher: in success, or as a share of the teacher's return."""


def evaluation_report(task: str, seed: int, results: dict[str, Episodes]) -> dict:
    """Summarise the episodes of several policies on the same seed.

    Args:
        task: Name of the task.
        seed: Seed of the episodes.
        results: Episodes by the policy's name.

    Returns:
        JSON-ready dictionary. ``imitation_gap`` is teacher minus student, where both were evaluated; success figures
        are None where the task does not define success. ``outcomes_known`` is whether the environment tells how
        episodes end.
    """
    policies: dict[str, dict[str, Any]] = {}
    for name, episodes in results.items():
        count = len(episodes.returns)
        success = episodes.success
        policies[name] = {
            "return_mean": episodes.returns.mean().item(),
            "return_std": episodes.returns.std(unbiased=False).item(),
            "success_rate": None if success is None else success.float().mean().item(),
            "success_ci95": None if success is None else success_interval(int(success.sum()), count),
            "episode_length_mean": episodes.lengths.float().mean().item(),
            "outcomes": {term: ended.float().mean().item() for term, ended in episodes.outcomes.items()},
            "metrics": {
                metric: None if values.isnan().all() else values.nanmean().item()
                for metric, values in episodes.metrics.items()
            },
        }
    report = {
        "task": task,
        "seed": seed,
        "episodes": len(next(iter(results.values())).returns),
        "outcomes_known": not any(ENDED in episodes.outcomes for episodes in results.values()),
        "policies": policies,
    }
    if "teacher" in policies and "student" in policies:
        teacher, student = policies["teacher"], policies["student"]
        report["imitation_gap"] = {
            "return": teacher["return_mean"] - student["return_mean"],
            "success": None if teacher["success_rate"] is None else teacher["success_rate"] - student["success_rate"],
        }
    return report


def format_performance(numbers: dict) -> str:
    """Write a policy's performance in a line.

    Args:
        numbers: Those of a policy, as :func:`evaluation_report` gives them.

    Returns:
        Success, return and length; without a success term it says so, for to survive is no success, and tells every
        outcome.
    """
    success = numbers["success_rate"]
    line = f"return {numbers['return_mean']:.3f}, length {numbers['episode_length_mean']:.1f}"
    if success is not None:
        return f"success {success:.3f}, {line}"
    outcomes = ", ".join(f"{term} {rate:.3f}" for term, rate in numbers["outcomes"].items() if term != ENDED)
    return f"no success term, {line}, outcomes: {outcomes or 'unknown'}"


def shortfall(report: dict) -> str | None:
    """Say in a sentence that a student is far below its teacher, or never succeeds, if it is so.

    Args:
        report: As :func:`evaluation_report` gives it.

    Returns:
        The sentence; None where there is nothing to say.
    """
    policies = report["policies"]
    if "student" not in policies:
        return None
    if policies["student"]["success_rate"] == 0.0:
        return f"The student succeeded in none of {report['episodes']} episodes."
    if "teacher" not in policies:
        return None
    by_return = policies["student"]["success_rate"] is None
    name = "return_mean" if by_return else "success_rate"
    student, teacher = policies["student"][name], policies["teacher"][name]
    if teacher - student <= FAR_BELOW * (abs(teacher) if by_return else 1.0):
        return None
    measure = "return" if by_return else "success"
    return (
        f"The student is far below its teacher: {measure} {student:.3f} against {teacher:.3f}."
        " diagnose.py tells what of the teacher it cannot follow."
    )


def format_table(report: dict) -> str:
    """Write a report as a table for the terminal.

    Args:
        report: As :func:`evaluation_report` gives it; ``imitability`` may have been added.

    Returns:
        The table, with lines for the imitation gap and for imitability where there are any.
    """
    rows = [["policy", "success", "95 % interval", "return", "steps", "other outcomes"]]
    for name, numbers in report["policies"].items():
        interval = numbers["success_ci95"]
        others = {term: rate for term, rate in numbers["outcomes"].items() if term != SUCCESS}
        rows.append(
            [
                name,
                "-" if interval is None else f"{numbers['success_rate']:.3f}",
                "-" if interval is None else f"[{interval[0]:.3f}, {interval[1]:.3f}]",
                f"{numbers['return_mean']:.2f} +- {numbers['return_std']:.2f}",
                f"{numbers['episode_length_mean']:.1f}",
                ", ".join(f"{term} {rate:.3f}" for term, rate in others.items()),
            ]
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    gap = report.get("imitation_gap")
    if gap is not None:
        success = "" if gap["success"] is None else f"success {gap['success']:+.3f}, "
        lines.append(f"imitation gap (teacher - student): {success}return {gap['return']:+.2f}")
    if not report.get("outcomes_known", True):
        lines.append("How episodes end is unknown: the environment tells neither terminations nor time-outs.")
    elif any(numbers["success_rate"] is None for numbers in report["policies"].values()):
        lines.append("The task has no success term: outcomes tell how episodes ended, and to survive is no success.")
    if report.get("imitability") is not None:
        lines += _imitability_lines(report["imitability"])
    return "\n".join(lines)


def _imitability_lines(imitability: dict) -> list[str]:
    """Lines for action sensitivity and leakage."""
    sensitivity, leakage = imitability["action_sensitivity"], imitability["leakage"]
    lines = [f"action sensitivity to {sensitivity['to']} ({sensitivity['method']}): {sensitivity['mean']:.3f}"]
    if leakage:
        terms = [
            f"{term} {scores['metric'].upper()} {scores['z_teacher']:.2f} | {scores['z_student']:.2f}"
            for term, scores in leakage.items()
        ]
        lines.append(f"probed from the embeddings of teacher | student: {', '.join(terms)}")
    return lines
