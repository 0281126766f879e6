# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Draw the figures of color_maze.md from the committed results and print its tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

HERE = Path(__file__).parent
RESULTS = HERE / "color_maze"
IMAGES = HERE.parent / "images"

METHODS = {
    "aligned": "aligned,\nzero-shot",
    "aligned_distilled": "aligned,\ndistilled",
    "ppo_dagger": "plain PPO,\nDAgger",
    "ppo_bc": "plain PPO,\nbehaviour cloning",
}


def load(method: str) -> dict[int, dict]:
    """Reports of a method by seed."""
    files = (re.fullmatch(rf"{method}_(\d+)\.json", path.name) for path in RESULTS.iterdir())
    return {int(match[1]): json.loads((RESULTS / match[0]).read_text()) for match in files if match}


def success(report: dict, policy: str) -> float:
    """Success rate of a policy."""
    return report["policies"][policy]["success_rate"]


def main() -> None:
    """Draw and print."""
    reports = {method: load(method) for method in METHODS}
    print(
        "| method | seed | teacher | student | ONNX student | success gap | return gap |\n|---|---|---|---|---|---|---|"
    )
    for method, by_seed in reports.items():
        for seed, report in sorted(by_seed.items()):
            gap = report["imitation_gap"]
            print(
                f"| {METHODS[method].replace(chr(10), ' ')} | {seed} | {success(report, 'teacher'):.3f} |"
                f" {success(report, 'student'):.3f} | {success(report, 'onnx'):.3f} | {gap['success']:+.3f} |"
                f" {gap['return']:+.2f} |"
            )

    figure, axis = pyplot.subplots(figsize=(6.4, 3.2), layout="constrained")
    for place, by_seed in enumerate(reports.values()):
        for shift, policy, color in ((-0.18, "teacher", "#9aa5b1"), (0.18, "student", "#1f3a93")):
            rates = [success(report, policy) for report in by_seed.values()]
            label = policy if place == 0 else None
            axis.bar(place + shift, sum(rates) / len(rates), width=0.32, color=color, label=label)
            axis.plot([place + shift] * len(rates), rates, "o", color="black", markersize=3)
    axis.set_xticks(range(len(METHODS)), METHODS.values(), fontsize=8)
    axis.set_ylabel("success rate")
    axis.set_ylim(0.0, 1.2)
    axis.legend(loc="upper center", ncols=2, fontsize=8)
    figure.savefig(IMAGES / "gap.png", dpi=130)

    figure, axis = pyplot.subplots(figsize=(5.0, 3.0), layout="constrained")
    for index, path in enumerate(sorted(RESULTS.glob("aligned_*_curve.json"))):
        evaluations = json.loads(path.read_text())
        steps = [item["env_steps"] / 1.0e6 for item in evaluations]
        for policy, color in (("teacher", "#9aa5b1"), ("student", "#1f3a93")):
            rates = [success(item, policy) for item in evaluations]
            axis.plot(steps, rates, color=color, linewidth=1.3, label=policy if index == 0 else None)
    axis.set_xlabel("environment steps [millions]")
    axis.set_ylabel("success rate (training starts)")
    axis.set_ylim(0.0, 1.05)
    axis.legend(loc="lower right", fontsize=8)
    figure.savefig(IMAGES / "learning_curves.png", dpi=130)


if __name__ == "__main__":
    main()
