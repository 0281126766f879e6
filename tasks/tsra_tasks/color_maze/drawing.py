# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of mazes and the paths through them, drawn from recorded states: no graphics driver is needed."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..shared.drawing import RoverEpisodes, draw_arena, record_episodes, write_animation

__all__ = ["animate_paths", "draw_paths", "record_episodes"]

COLORS = {"path": "#cfe0ee", "lava": "#e2552f"}
LINES = [
    {"color": "#8fa8d8", "linewidth": 4.0},
    {"color": "#111111", "linewidth": 1.6},
    {"color": "#f2b705", "linewidth": 1.6, "linestyle": "--"},
]
"""Style of each policy's path, in order: paths that coincide stay visible."""


def draw_paths(recordings: dict[str, RoverEpisodes], path: str | Path) -> None:
    """Draw the whole paths of several policies through the same mazes.

    Args:
        recordings: Recordings of the same mazes, by the policy's name.
        path: Image file to write.
    """
    figure, axes = _layout(recordings)
    for index, axis in enumerate(axes):
        for style, (name, episodes) in zip(LINES, recordings.items(), strict=False):
            track = episodes.paths[index]
            axis.plot(*track.T, **style, label=name)
            marker = "o" if episodes.success[index] else "X"
            axis.plot(*track[-1], color=style["color"], marker=marker, markersize=6)
    _add_legend(figure, axes[0])
    figure.savefig(path, dpi=110)


def animate_paths(recordings: dict[str, RoverEpisodes], path: str | Path, period: float) -> None:
    """Animate several policies in the same mazes.

    Args:
        recordings: Recordings of the same mazes, by the policy's name.
        path: GIF file to write.
        period: Time between steps [s].
    """
    figure, axes = _layout(recordings)
    artists = []
    for index, axis in enumerate(axes):
        for style, (name, episodes) in zip(LINES, recordings.items(), strict=False):
            (line,) = axis.plot([], [], **style, label=name)
            (rover,) = axis.plot([], [], color=style["color"], marker="o", markersize=7, linestyle="")
            artists.append((line, rover, episodes.paths[index], episodes.success[index]))
    _add_legend(figure, axes[0])

    def show(frame: int) -> None:
        for line, rover, track, success in artists:
            shown = track[: frame + 1]
            line.set_data(*shown.T)
            rover.set_data(*shown[-1:].T)
            rover.set_marker("o" if success or frame < len(track) else "X")

    write_animation(figure, show, [track for _, _, track, _ in artists], path, period)


def _layout(recordings: dict[str, RoverEpisodes]) -> tuple[Figure, list[Axes]]:
    """One picture a maze, two rows."""
    scene = next(iter(recordings.values()))
    columns = (len(scene.paths) + 1) // 2
    figure = Figure(figsize=(3.0 * columns, 5.6), layout="constrained")
    axes = list(figure.subplots(2, columns, squeeze=False).flat)
    for index, axis in enumerate(axes):
        if index < len(scene.paths):
            draw_arena(axis, 2.5, 2.4, scene, index)
            _draw_cells(axis, scene, index)
        else:
            axis.axis("off")
    return figure, axes[: len(scene.paths)]


def _add_legend(figure: Figure, axis: Axes) -> None:
    """Name the policies above the pictures."""
    lines, names = axis.get_legend_handles_labels()
    figure.legend(lines, names, loc="outside upper center", ncols=len(names), fontsize=9)


def _draw_cells(axis: Axes, scene: RoverEpisodes, index: int) -> None:
    """Paint the cells."""
    rows, columns = scene.arenas["lava"][index].shape
    side = scene.cfg.cell_size
    for row in range(rows):
        for column in range(columns):
            corner = ((column - 0.5 * columns) * side, (row - 0.5 * rows) * side)
            kind = "lava" if scene.arenas["lava"][index, row, column] else "path"
            axis.add_patch(Rectangle(corner, side, side, facecolor=COLORS[kind], edgecolor="white", linewidth=1.0))
