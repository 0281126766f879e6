# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of a benchmark's summary. Each is written twice: PNG for reading, SVG for papers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from tsra_lab.agents import PLAIN
from tsra_lab.evaluation.style import INK, STYLE

from .tables import in_order

INTERVAL = {"color": INK, "linewidth": 1.4, "marker": "|", "markersize": 5.0}
"""Line of an interval."""

SEED = {"color": "white", "linestyle": "", "marker": "o", "markeredgecolor": INK, "markersize": 3.5}
"""Dot of a single seed."""


def draw_bars(
    methods: Mapping[str, dict], labels: Mapping[str, str], colors: Mapping[str, str], title: str, path: Path
) -> None:
    """Draw the success of teacher and student for each method: bars with intervals, single seeds as dots.

    Args:
        methods: Summaries of one task by the method's name, as :func:`~.summary.summarize` gives them.
        labels: What the methods are called, in the order from top to bottom.
        colors: Colours of the methods.
        title: Title of the picture.
        path: File to write, without a suffix.
    """
    names = in_order(methods, labels)
    with pyplot.rc_context(STYLE):
        figure, axis = pyplot.subplots(figsize=(6.4, 1.1 + 0.55 * len(names)), layout="constrained")
        for place, name in enumerate(names):
            color = to_rgb(colors.get(name, PLAIN))
            _draw_bar(axis, place - 0.2, methods[name]["teacher"]["success"], lightened(color))
            _draw_bar(axis, place + 0.2, methods[name]["student"]["success"], color)
        axis.set_yticks(range(len(names)), [labels.get(name, name) for name in names])
        axis.tick_params(axis="y", length=0)
        axis.set_ylim(len(names) - 0.4, -0.6)
        _success_axis(axis, "x")
        axis.set_title(title, loc="left")
        handles = {
            "teacher": Patch(color=lightened(to_rgb(INK))),
            "student": Patch(color=INK),
            "95 % interval": Line2D([], [], **INTERVAL),
            "a seed": Line2D([], [], **SEED),
        }
        figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
        _save(figure, path)


def lightened(color: tuple[float, float, float]) -> tuple[float, ...]:
    """Blend a colour (red, green and blue, from 0 to 1) with white; unlike a transparent one it hides the grid."""
    return tuple(1.0 - 0.4 * (1.0 - channel) for channel in color)


def _draw_bar(axis: Axes, place: float, success: dict | None, color: tuple[float, ...]) -> None:
    """Draw one horizontal bar with its interval and seeds; nothing where there is no such policy."""
    if success is None:
        return
    axis.barh(place, success["interquartile_mean"], height=0.36, color=color, linewidth=0)
    # one above the other, so that neither hides the other
    if success["interval_95"] is not None:
        axis.plot(success["interval_95"], [place + 0.08] * 2, zorder=3, **INTERVAL)
    axis.plot(success["values"], [place - 0.08] * len(success["values"]), zorder=4, **SEED)


def draw_curves(
    methods: Mapping[str, dict], labels: Mapping[str, str], colors: Mapping[str, str], title: str, path: Path
) -> None:
    """Draw the student's success over environment steps: interquartile mean and interval.

    A method whose student is distilled in the end has no curve. It is a point, where its distillation ended: a student
    that costs as many steps.

    Args:
        methods: Summaries of one task by the method's name, as :func:`~.summary.summarize` gives them.
        labels: What the methods are called, in the order of the legend.
        colors: Colours of the methods.
        title: Title of the picture.
        path: File to write, without a suffix.
    """
    with pyplot.rc_context(STYLE):
        figure, axis = pyplot.subplots(figsize=(6.4, 3.4), layout="constrained")
        for name in in_order(methods, labels):
            style = {"color": colors.get(name, PLAIN), "label": labels.get(name, name)}
            curve, final = methods[name]["curve"], methods[name]["student"]["success"]
            if curve is not None:
                steps = [step / 1.0e6 for step in curve["env_steps"]]
                axis.plot(steps, curve["interquartile_mean"], linewidth=1.8, **style)
                if curve["interval_95"] is not None:
                    low, high = zip(*curve["interval_95"], strict=True)
                    axis.fill_between(steps, low, high, color=style["color"], alpha=0.18, linewidth=0)
            elif final is not None:
                step = (methods[name]["env_steps"] + methods[name]["distillation_env_steps"]) / 1.0e6
                if final["interval_95"] is not None:
                    axis.plot([step, step], final["interval_95"], color=style["color"], linewidth=1.4, zorder=3)
                axis.plot(step, final["interquartile_mean"], "D", markersize=6, clip_on=False, zorder=4, **style)
        axis.set_xlim(left=0.0)
        axis.set_xlabel("environment steps, distillation included [millions]")
        _success_axis(axis, "y")
        axis.set_title(title, loc="left")
        if axis.get_legend_handles_labels()[0]:
            figure.legend(loc="outside right upper")
        _save(figure, path)


def draw_costs(
    curves: Mapping[str, Sequence[Sequence[Mapping]]],
    labels: Mapping[str, str],
    colors: Mapping[str, str],
    title: str,
    path: Path,
) -> None:
    """Draw the student's success over what it cost: environment steps, time and, where there are any, camera images.

    Args:
        curves: Learning curves of the seeds, by the method's name, as :func:`~.costs.measure` gives them.
        labels: What the methods are called, in the order of the legend.
        colors: Colours of the methods.
        title: Title of the picture.
        path: File to write, without a suffix.
    """
    panels = {"env_steps": ("environment steps [millions]", 1.0e6), "seconds": ("learning time [min]", 60.0)}
    if any(point["rendered_frames"] for seeds in curves.values() for curve in seeds for point in curve):
        panels["rendered_frames"] = ("camera images [thousands]", 1.0e3)
    with pyplot.rc_context(STYLE):
        figure, axes = pyplot.subplots(
            1, len(panels), figsize=(3.4 * len(panels), 3.0), sharey=True, layout="constrained", squeeze=False
        )
        for axis, (key, (label, unit)) in zip(axes[0], panels.items(), strict=True):
            for name in in_order(curves, labels):
                for number, curve in enumerate(curves[name]):
                    axis.plot(
                        [point[key] / unit for point in curve],
                        [point["success"] for point in curve],
                        color=colors.get(name, PLAIN),
                        linewidth=1.4,
                        marker="D" if len(curve) == 1 else None,
                        label=labels.get(name, name) if number == 0 else None,
                    )
            axis.set_xlim(left=0.0)
            axis.set_xlabel(label)
            _success_axis(axis, "y")
            axis.set_ylabel("student's success rate" if axis is axes[0][0] else "")
        figure.suptitle(title, x=0.0, ha="left")
        figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside right upper")
        _save(figure, path)


def draw_sweep(summary: dict, path: Path) -> None:
    """Draw success over the values of an option: a line with intervals for each series.

    Values that are all numbers, or ranges without extent, lie where they belong on the axis; others lie side by side.

    Args:
        summary: Option, values and series, as :mod:`~.sweep` writes them.
        path: File to write, without a suffix.
    """
    places = [_number(value) for value in summary["values"]]
    by_number = None not in places
    with pyplot.rc_context(STYLE):
        figure, axis = pyplot.subplots(figsize=(6.4, 3.4), layout="constrained")
        for series in summary["series"]:
            rates = [point["success"] for point in series["points"]]
            x = np.array(places if by_number else range(len(places)), dtype=float)
            order = np.argsort(x)
            low, high = np.array([point["interval_95"] for point in series["points"]])[order].T
            label = series["label"] if series["policy"] == "student" else f"{series['label']}, {series['policy']}"
            (line,) = axis.plot(x[order], np.array(rates)[order], "o-", linewidth=1.8, markersize=4.0, label=label)
            axis.fill_between(x[order], low, high, color=line.get_color(), alpha=0.18, linewidth=0)
        if not by_number:
            axis.set_xticks(range(len(places)), summary["values"])
        axis.set_xlabel(summary["option"])
        _success_axis(axis, "y")
        axis.set_ylabel("success rate")
        axis.set_title(summary["task"], loc="left")
        figure.legend(loc="outside right upper")
        _save(figure, path)


def _number(value: str) -> float | None:
    """Number of a value of the command line: its own, or both ends' of a range; None if it is neither."""
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    ends = parsed if isinstance(parsed, list) else [parsed]
    numbers = {float(end) for end in ends if isinstance(end, int | float) and not isinstance(end, bool)}
    return numbers.pop() if len(numbers) == 1 and len(ends) in (1, 2) else None


def _success_axis(axis: Axes, direction: str) -> None:
    """Make an axis that of a success rate."""
    getattr(axis, f"set_{direction}lim")(0.0, 1.02)
    getattr(axis, f"set_{direction}label")("success rate" if direction == "x" else "student's success rate")
    axis.grid(axis=direction, color="#dddddd", linewidth=0.7)
    axis.set_axisbelow(True)


def _save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG and SVG."""
    figure.savefig(path.with_name(path.name + ".png"), dpi=160)
    figure.savefig(path.with_name(path.name + ".svg"), metadata={"Date": None})
    pyplot.close(figure)
