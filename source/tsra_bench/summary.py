# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Results of several seeds as one: interquartile means and bootstrap intervals.

The statistics are those of Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice"
(arXiv:2108.13264).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from tsra_lab.evaluation.imitability import HIDDEN, NOT_DIRECT

RESAMPLES = 10_000
"""Number of bootstrap resamples; they are drawn from a fixed seed, so that the same cells give the same numbers."""


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
        "action_sensitivity_to": _sensitive_to(cells[0]),
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


def _sensitive_to(cell: dict) -> str | None:
    """What the action sensitivity of a cell is to; None where it was not measured."""
    method = _look_up(cell, ("imitability", "action_sensitivity", "method"))
    if method is None:
        return None
    # cells of before it was told: only a task's hook redraws exactly what is hidden
    told = _look_up(cell, ("imitability", "action_sensitivity", "to"))
    return told or (HIDDEN if method == "task hook" else NOT_DIRECT)


def _look_up(cell: dict, path: Iterable[str]) -> Any:
    """Value under nested keys, or None where one of them is absent or None."""
    value: Any = cell
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
