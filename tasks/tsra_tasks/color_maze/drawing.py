# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of mazes and the paths through them, drawn from recorded states: no graphics driver is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
import torch
from matplotlib import pyplot
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from tsra_lab.evaluation import run_episodes

COLORS = {"path": "#cfe0ee", "lava": "#e2552f", "goal": "#2f9e44"}
LINES = [
    {"color": "#8fa8d8", "linewidth": 4.0},
    {"color": "#111111", "linewidth": 1.6},
    {"color": "#f2b705", "linewidth": 1.6, "linestyle": "--"},
]
"""Style of each policy's path, in order: paths that coincide stay visible."""


@dataclass
class MazeEpisodes:
    """Mazes, and a policy's path through each."""

    lava: np.ndarray
    """Whether a cell is lava. Shape is (num_mazes, rows, columns)."""

    goals: np.ndarray
    """Goal positions [m]. Shape is (num_mazes, 2)."""

    goal_radius: float
    """Distance at which the goal is reached [m]."""

    cell_size: float
    """Side of a cell [m]."""

    paths: list[np.ndarray]
    """Positions of the rover at each step of an episode [m]. Shapes are (length, 2)."""

    success: np.ndarray
    """Whether the rover reached the goal. Shape is (num_mazes,)."""


def record_episodes(
    env: VecEnv, policy: Callable[[TensorDict], torch.Tensor], num_mazes: int, seed: int
) -> MazeEpisodes:
    """Record a policy's path through a number of mazes; the mazes depend on the seed alone.

    Args:
        env: Colour maze with at least as many environments as mazes.
        policy: Gives actions for observations.
        num_mazes: Number of mazes.
        seed: Seed of the mazes.

    Returns:
        The recording.
    """
    maze = env.unwrapped.command_manager.get_term("maze")
    positions, masks, scenes = [], [], []

    def on_step(active: torch.Tensor) -> None:
        if not scenes:
            # copies: the next episode overwrites both
            scenes.append([part[:num_mazes].cpu().numpy().copy() for part in (maze.lava, maze.goal)])
        positions.append(maze.position[:num_mazes].cpu().numpy().copy())
        masks.append(active[:num_mazes].cpu().numpy().copy())

    episodes = run_episodes(env, policy, num_mazes, seed, on_step)
    track, counted = np.stack(positions), np.stack(masks)
    return MazeEpisodes(
        lava=scenes[0][0],
        goals=scenes[0][1],
        goal_radius=maze.cfg.goal_radius,
        cell_size=maze.cfg.cell_size,
        paths=[track[counted[:, index], index] for index in range(num_mazes)],
        success=episodes.success.numpy(),
    )


def draw_paths(recordings: dict[str, MazeEpisodes], path: str | Path) -> None:
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
    pyplot.close(figure)


def animate_paths(recordings: dict[str, MazeEpisodes], path: str | Path, period: float) -> None:
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
    length = max(len(track) for _, _, track, _ in artists) + 8  # stay on the last picture for a moment

    def draw(frame: int) -> list:
        for line, rover, track, success in artists:
            shown = track[: frame + 1]
            line.set_data(*shown.T)
            rover.set_data(*shown[-1:].T)
            rover.set_marker("o" if success or frame < len(track) else "X")
        return []

    FuncAnimation(figure, draw, frames=length).save(path, writer=PillowWriter(fps=round(1.0 / period)), dpi=70)
    pyplot.close(figure)


def _layout(recordings: dict[str, MazeEpisodes]) -> tuple[pyplot.Figure, list[Axes]]:
    """One picture a maze, two rows."""
    scene = next(iter(recordings.values()))
    columns = (len(scene.paths) + 1) // 2
    figure, grid = pyplot.subplots(2, columns, figsize=(3.0 * columns, 5.6), layout="constrained", squeeze=False)
    axes = list(grid.flat)
    for index, axis in enumerate(axes):
        axis.set_aspect("equal")
        axis.set_xlim(-2.5, 2.5)
        axis.set_ylim(-2.4, 2.4)
        axis.set_xticks([])
        axis.set_yticks([])
        if index < len(scene.paths):
            _draw_maze(axis, scene, index)
        else:
            axis.axis("off")
    return figure, axes[: len(scene.paths)]


def _add_legend(figure: pyplot.Figure, axis: Axes) -> None:
    """Name the policies above the pictures."""
    lines, names = axis.get_legend_handles_labels()
    figure.legend(lines, names, loc="outside upper center", ncols=len(names), fontsize=9)


def _draw_maze(axis: Axes, scene: MazeEpisodes, index: int) -> None:
    """Paint the cells and the goal."""
    rows, columns = scene.lava[index].shape
    side = scene.cell_size
    for row in range(rows):
        for column in range(columns):
            corner = ((column - 0.5 * columns) * side, (row - 0.5 * rows) * side)
            kind = "lava" if scene.lava[index, row, column] else "path"
            axis.add_patch(Rectangle(corner, side, side, facecolor=COLORS[kind], edgecolor="white", linewidth=1.0))
    axis.add_patch(Circle(scene.goals[index], scene.goal_radius, facecolor=COLORS["goal"]))
