# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Success in both simulators, side by side."""

from __future__ import annotations

import mujoco
import numpy as np

from tsra_results import InitialStates, success_interval

from .episodes import Episodes
from .world import TIME_OUT

SUCCESS = "success"
"""Name of the termination term that means success."""


def comparison(recorded: InitialStates, episodes: Episodes, seed: int, substeps: int = 1) -> dict:
    """Compare episodes in MuJoCo with the same ones in Isaac Lab.

    Args:
        recorded: The recorded episodes.
        episodes: The same episodes in MuJoCo.
        seed: Seed of the sensors' noise.
        substeps: Physics steps for each one in Isaac Lab.

    Returns:
        JSON-ready dictionary; ``difference`` is MuJoCo's success rate minus Isaac Lab's, ``agreement`` the share of
        episodes that succeeded in both simulators or in neither.
    """
    # a task may tell success at the end of its time, together with the time-out
    outcomes = {term: episodes.outcomes == term for term in recorded.outcomes} | {TIME_OUT: episodes.timed_out}
    mujoco_numbers, isaac_numbers = _numbers(outcomes, episodes.lengths), _numbers(recorded.outcomes, recorded.lengths)
    return {
        "task": recorded.task,
        "run": recorded.run,
        "episodes": len(recorded),
        "seed_of_initial_states": recorded.seed,
        "seed_of_noise": seed,
        "substeps": substeps,
        "mujoco_version": mujoco.__version__,
        "mujoco": mujoco_numbers,
        "isaac_lab": isaac_numbers,
        "difference": mujoco_numbers["success_rate"] - isaac_numbers["success_rate"],
        "agreement": float((outcomes[SUCCESS] == recorded.outcomes[SUCCESS]).mean()),
    }


def _numbers(outcomes: dict[str, np.ndarray], lengths: np.ndarray) -> dict:
    """Success, outcomes and length of the episodes in one simulator."""
    success = outcomes[SUCCESS]
    return {
        "success_rate": float(success.mean()),
        "success_ci95": success_interval(int(success.sum()), len(success)),
        "outcomes": {term: float(ended.mean()) for term, ended in outcomes.items()},
        "episode_length_mean": float(lengths.mean()),
    }


def format_comparison(report: dict) -> str:
    """Write a comparison for the terminal.

    Args:
        report: As :func:`comparison` gives it.

    Returns:
        A line for each simulator and one for the difference.
    """
    lines = [f"{report['task']}: {report['episodes']} episodes of {report['run']}"]
    for name, title in (("mujoco", f"MuJoCo {report['mujoco_version']}"), ("isaac_lab", "Isaac Lab")):
        numbers = report[name]
        low, high = numbers["success_ci95"]
        others = ", ".join(f"{term} {rate:.3f}" for term, rate in numbers["outcomes"].items() if term != SUCCESS)
        lines.append(
            f"{title:14} success {numbers['success_rate']:.3f} [{low:.3f}, {high:.3f}], {others},"
            f" {numbers['episode_length_mean']:.1f} steps"
        )
    lines.append(f"difference {report['difference']:+.3f}; same result in {report['agreement']:.3f} of the episodes")
    return "\n".join(lines)
