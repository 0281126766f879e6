# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Curves of a training, as pictures of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tsra_lab.evaluation.diagnosis import diagnosis_figure
from tsra_lab.evaluation.style import INK

from .events import Curve, Events
from .health import Sign
from .measurements import Evaluation
from .svg import GRID, SETTINGS, TEACHER, inline_svg
from .verdict import imitation_gap, percent, tolerance

LOOKS = {
    # where both coincide, the teacher's line is seen beside the student's
    "teacher": {"color": TEACHER, "linestyle": "--", "linewidth": 3.0, "marker": "s", "markersize": 6.0},
    "student": {"color": "#d55e00", "linestyle": "-", "linewidth": 1.3, "marker": "o", "markersize": 3.0},
}
"""Lines of the policies. The colours are of Okabe and Ito's palette, and dashes and marks do without colour."""

LOGGED = {"color": "#009e73", "linewidth": 1.2}
"""Lines of what is logged at every iteration."""

MOST_POINTS = 400
"""Points of a line; more cannot be seen."""

MOST_EVALUATIONS = 100
"""Evaluations that are drawn; of more, some are left out."""

SIZE = (5.6, 2.9)
"""Width and height of a picture [inches]."""


@dataclass(frozen=True)
class Picture:
    """A picture and what is said below it."""

    image: Markup
    """The element."""

    caption: str
    """What it shows."""


def draw_learning(
    evaluations: Sequence[Evaluation], events: Events, closed_at: int | None, steps: float | None
) -> list[Picture]:
    """Draw what the policies learned.

    Args:
        evaluations: Evaluations while training.
        events: What was logged.
        closed_at: Iteration at which the imitation gap closed; None where it did not.
        steps: Environment steps of an iteration; None where they are not known.

    Returns:
        Pictures of success, gap, return, length of episodes and losses, of those that there is something to draw of.
    """
    pictures, evaluations = [], some(evaluations, MOST_EVALUATIONS)
    if any(item.success is not None for evaluation in evaluations for item in evaluation.policies.values()):
        caption = "Success of teacher and student in the evaluations while training, with 95 % intervals."
        pictures.append(_evaluated("success", "success rate", evaluations, steps, None, caption))
    gap = _gap(evaluations, closed_at, steps)
    pictures += [] if gap is None else [gap]
    reward = events.curves.get("Train/mean_reward")
    if evaluations or reward is not None:
        caption = "Mean return of an episode. In training, actions are drawn with noise; in evaluations they are not."
        pictures.append(_evaluated("return_mean", "return", evaluations, steps, reward, caption))
    length = events.curves.get("Train/mean_episode_length")
    if evaluations or length is not None:
        caption = "Mean length of an episode in environment steps."
        pictures.append(_evaluated("length", "steps", evaluations, steps, length, caption))
    return pictures + _losses(events, steps)


def some[Item](items: Sequence[Item], most: int) -> list[Item]:
    """Take at most so many items, evenly, the last among them."""
    every = -(-len(items) // most) or 1
    return list(items[::-1][::every][::-1])


def draw_sign(sign: Sign, curve: Curve, steps: float | None) -> Markup:
    """Draw a sign of health over the training.

    Args:
        sign: The sign.
        curve: What was logged of it.
        steps: Environment steps of an iteration; None where they are not known.

    Returns:
        The picture.
    """
    with rc_context(SETTINGS):
        figure, axis = _axis(steps, (5.6, 2.1))
        axis.plot(*_thinned(curve), **LOGGED)
        if sign.limit is not None and np.isfinite(sign.limit):
            axis.axhline(sign.limit, color=INK, linestyle="--", linewidth=1.0, label=f"limit {sign.limit:.3g}")
            axis.legend(loc="best")
        axis.set_ylim(bottom=0.0)
        told = f"{sign.name} over iterations; the last value is {sign.value:.3g}."
        return inline_svg(figure, _word(sign.tag), told)


def draw_diagnosis(diagnosis: dict) -> Markup:
    """Draw a diagnosis.

    Args:
        diagnosis: As :func:`~.measurements.read_diagnosis` gives it.

    Returns:
        The picture.
    """
    highest = diagnosis["terms"][0]
    with rc_context(SETTINGS):
        told = f"Scores of the teacher's terms; the highest is {highest['score']:.2f}, of {highest['term']}."
        return inline_svg(diagnosis_figure(diagnosis, ""), "diagnosis", told)


def _evaluated(
    kind: str, label: str, evaluations: Sequence[Evaluation], steps: float | None, logged: Curve | None, caption: str
) -> Picture:
    """Draw a number of the policies, and what was logged of it in training."""
    told = []
    with rc_context(SETTINGS):
        figure, axis = _axis(steps)
        if logged is not None:
            axis.plot(*_thinned(logged), label="in training", zorder=1, **LOGGED | {"alpha": 0.7})
        for name, look in LOOKS.items():
            known = [item for item in evaluations if getattr(item.policies.get(name), kind, None) is not None]
            if not known:
                continue
            iterations = [item.iteration for item in known]
            values = [getattr(item.policies[name], kind) for item in known]
            axis.plot(iterations, values, label=name, **look)
            intervals = [item.policies[name].interval for item in known]
            if kind == "success" and all(intervals):
                low, high = zip(*intervals, strict=True)
                axis.fill_between(iterations, low, high, color=look["color"], alpha=0.15, linewidth=0)
            told.append(f"the {name}'s from {values[0]:.3g} to {values[-1]:.3g}")
        if kind == "success":
            axis.set_ylim(0.0, 1.02)
        axis.set_ylabel(label)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(loc="best")
        description = f"{label} over iterations: {', '.join(told) or 'in training alone'}."
        return Picture(inline_svg(figure, kind, description), caption)


def _gap(evaluations: Sequence[Evaluation], closed_at: int | None, steps: float | None) -> Picture | None:
    """Draw the imitation gap over the training; None where no evaluation has both policies."""
    gaps = [(item.iteration, gap) for item in evaluations if (gap := imitation_gap(item)) is not None]
    if not gaps:
        return None
    limit = tolerance(evaluations[-1])
    by_success = all(performance.success is not None for performance in evaluations[-1].policies.values())
    unit = "success rate" if by_success else "share of the teacher's return"
    with rc_context(SETTINGS):
        figure, axis = _axis(steps)
        iterations, values = zip(*gaps, strict=True)  # where the teacher's return is 0, the gap is infinite: a break
        axis.axhspan(-limit, limit, color=LOGGED["color"], alpha=0.18, linewidth=0, label=f"within {percent(limit)}")
        axis.axhline(0.0, color=INK, linewidth=0.8)
        axis.plot(iterations, values, marker="o", markersize=3.5, color="#cc79a7", label="teacher minus student")
        if closed_at is not None:
            axis.axvline(closed_at, color=INK, linestyle=":", label=f"closed at {closed_at}")
        axis.set_ylabel(f"gap [{unit}]")
        axis.legend(loc="best")
        told = f"Imitation gap over iterations, from {values[0]:+.3f} to {values[-1]:+.3f}."
        image = inline_svg(figure, "gap", told)
    return Picture(image, f"Imitation gap: teacher minus student, as {unit}. Within the band it counts as closed.")


def _losses(events: Events, steps: float | None) -> list[Picture]:
    """Draw the losses, one beside the other, for each has a size of its own."""
    known = {
        "Loss/value": "value loss",
        "Loss/surrogate": "surrogate loss",
        "Loss/entropy": "entropy",
        "Loss/alignment": "alignment loss",
        "Loss/imitation": "imitation in the alignment",
        "Loss/following": "loss of the following encoders",
        "Loss/behavior": "imitation loss",
        "Policy/mean_std": "action noise",
    }
    found = {label: events.curves[tag] for tag, label in known.items() if tag in events.curves}
    if not found:
        return []
    with rc_context(SETTINGS | {"font.size": 8.0, "axes.titlesize": 8.5}):
        rows = -(-len(found) // 2)
        figure = Figure(figsize=(SIZE[0], 1.4 * rows), layout="constrained")
        axes = list(figure.subplots(rows, 2, squeeze=False, sharex=True).flat)
        for axis, (label, curve) in zip(axes, found.items(), strict=False):
            axis.plot(*_thinned(curve), **LOGGED)
            axis.set_title(label, loc="left")
            axis.grid(color=GRID, linewidth=0.7)
        for axis in axes[len(found) :]:
            axis.set_visible(False)
        figure.supxlabel("iteration", fontsize=8.5)
        told = f"Losses over iterations: {', '.join(found)}."
        return [Picture(inline_svg(figure, "losses", told), "Losses and action noise, as logged at every iteration.")]


def _axis(steps: float | None, size: tuple[float, float] = SIZE) -> tuple[Figure, Axes]:
    """An axis over iterations, with environment steps above where they are known."""
    figure = Figure(figsize=size, layout="constrained")
    axis = figure.subplots()
    axis.set_xlabel("iteration")
    axis.grid(color=GRID, linewidth=0.7)
    axis.set_axisbelow(True)
    if steps:
        above = axis.secondary_xaxis("top", functions=(lambda x: x * steps / 1.0e6, lambda x: x * 1.0e6 / steps))
        above.set_xlabel("environment steps [millions]")
    return figure, axis


def _thinned(curve: Curve) -> tuple[np.ndarray, np.ndarray]:
    """A curve of no more points than can be seen: means of neighbours."""
    size = -(-len(curve.values) // MOST_POINTS)
    if size <= 1:
        return curve.iterations, curve.values
    starts = np.arange(0, len(curve.values), size)
    known = np.isfinite(curve.values)
    counts = np.add.reduceat(known.astype(float), starts)
    sums = np.add.reduceat(np.where(known, curve.values, 0.0), starts)
    return curve.iterations[starts], np.divide(sums, counts, out=np.full(len(starts), np.nan), where=counts > 0)


def _word(tag: str) -> str:
    """A tag as a word of an element's name."""
    return tag.lower().replace("/", "-").replace("_", "-")
