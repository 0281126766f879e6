# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of fields of posts and of rovers that cross them, drawn from recorded states."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge

from ..shared.drawing import RoverEpisodes, draw_arena, record_episodes, write_animation
from .limited_view_env_cfg import FAN, FAN_RANGE

__all__ = ["animate_paths", "draw_paths", "record_episodes"]

COLORS = {"post": "#8c6d4f", "fan": "#f7d154", "path": "#26364d", "failed": "#c2321d"}


def animate_paths(recordings: dict[str, RoverEpisodes], path: str | Path, period: float) -> None:
    """Animate several policies in the same fields: a column a policy, a row a field, the fan in yellow.

    Args:
        recordings: Recordings of the same fields, by the policy's name.
        path: GIF file to write.
        period: Time between steps [s].
    """
    figure, artists = _layout(recordings)

    def show(frame: int) -> None:
        for artist in artists:
            artist.show(frame)

    write_animation(figure, show, [artist.track for artist in artists], path, period)


def draw_paths(recordings: dict[str, RoverEpisodes], path: str | Path) -> None:
    """Draw the whole ways of several policies: a column a policy, a row a field.

    Args:
        recordings: Recordings of the same fields, by the policy's name.
        path: Image file to write.
    """
    figure, artists = _layout(recordings)
    for artist in artists:
        artist.show(len(artist.track))
        for x, y, heading in artist.track[::5]:
            tip = (x + 0.22 * math.cos(heading), y + 0.22 * math.sin(heading))
            artist.axis.annotate("", tip, (x, y), arrowprops={"arrowstyle": "->", "color": COLORS["path"]})
    figure.savefig(path, dpi=110)


class _Rover:
    """A rover in a picture: its path, its body and its fan."""

    def __init__(self, axis: Axes, track: np.ndarray, success: bool, radius: float) -> None:
        self.axis = axis
        self.track = track
        self.success = success
        (self.line,) = axis.plot([], [], color=COLORS["path"], linewidth=1.4)
        self.fan = axis.add_patch(Wedge((0.0, 0.0), FAN_RANGE, 0.0, 1.0, facecolor=COLORS["fan"], alpha=0.45))
        self.body = axis.add_patch(Circle((0.0, 0.0), radius, facecolor=COLORS["path"], zorder=3))

    def show(self, frame: int) -> None:
        """Put it where it is at a step, or leave it at its last."""
        shown = self.track[: frame + 1]
        x, y, heading = shown[-1]
        self.line.set_data(shown[:, 0], shown[:, 1])
        self.body.center = (x, y)
        self.fan.set_center((x, y))
        self.fan.set_theta1(math.degrees(heading + FAN[0]))
        self.fan.set_theta2(math.degrees(heading + FAN[-1]))
        ended = frame >= len(self.track) - 1
        self.body.set_facecolor(COLORS["failed"] if ended and not self.success else COLORS["path"])


def _layout(recordings: dict[str, RoverEpisodes]) -> tuple[Figure, list[_Rover]]:
    """The fields, with a rover in each."""
    scene = next(iter(recordings.values()))
    rows, columns = len(scene.paths), len(recordings)
    figure = Figure(figsize=(4.6 * columns, 2.0 * rows + 0.3), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    rovers = []
    for column, (name, episodes) in enumerate(recordings.items()):
        grid[0, column].set_title(name, fontsize=11)
        for row in range(rows):
            axis = grid[row, column]
            draw_arena(axis, 2.75, 1.25, scene, row)
            for post in scene.arenas["posts"][row]:
                axis.add_patch(Circle(post, scene.cfg.post_radius, facecolor=COLORS["post"]))
            rovers.append(_Rover(axis, episodes.paths[row], bool(episodes.success[row]), scene.cfg.robot_radius))
    return figure, rovers
