# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of fields of posts and of rovers that cross them, drawn from recorded states."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Wedge
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from tsra_lab.evaluation import run_episodes

from .limited_view_env_cfg import FAN, FAN_RANGE

COLORS = {"post": "#8c6d4f", "goal": "#2f9e44", "fan": "#f7d154", "path": "#26364d", "failed": "#c2321d"}


@dataclass
class FieldEpisodes:
    """Fields, and a policy's way through each."""

    posts: np.ndarray
    """Centres of the posts [m]. Shape is (num_fields, num_posts, 2)."""

    goals: np.ndarray
    """Goal positions [m]. Shape is (num_fields, 2)."""

    post_radius: float
    """Radius of the posts [m]."""

    goal_radius: float
    """Distance at which the goal is reached [m]."""

    robot_radius: float
    """Radius of the rover [m]."""

    paths: list[np.ndarray]
    """Position [m] and heading [rad] of the rover at each step of an episode. Shapes are (length, 3)."""

    success: np.ndarray
    """Whether the rover reached the goal. Shape is (num_fields,)."""


def record_episodes(
    env: VecEnv, policy: Callable[[TensorDict], torch.Tensor], num_fields: int, seed: int
) -> FieldEpisodes:
    """Record a policy's way through a number of fields; the fields depend on the seed alone.

    Args:
        env: Limited view with at least as many environments as fields.
        policy: Gives actions for observations.
        num_fields: Number of fields.
        seed: Seed of the fields.

    Returns:
        The recording.
    """
    field = env.unwrapped.command_manager.get_term("field")
    states, masks, scenes = [], [], []

    def on_step(active: torch.Tensor) -> None:
        if not scenes:
            # copies: the next episode overwrites both
            scenes.append([part[:num_fields].cpu().numpy().copy() for part in (field.posts, field.goal)])
        states.append(torch.cat([field.position, field.heading[:, None]], dim=-1)[:num_fields].cpu().numpy())
        masks.append(active[:num_fields].cpu().numpy().copy())

    episodes = run_episodes(env, policy, num_fields, seed, on_step)
    track, counted = np.stack(states), np.stack(masks)
    return FieldEpisodes(
        posts=scenes[0][0],
        goals=scenes[0][1],
        post_radius=field.cfg.post_radius,
        goal_radius=field.cfg.goal_radius,
        robot_radius=field.cfg.robot_radius,
        paths=[track[counted[:, index], index] for index in range(num_fields)],
        success=episodes.success.numpy(),
    )


def animate_paths(recordings: dict[str, FieldEpisodes], path: str | Path, period: float) -> None:
    """Animate several policies in the same fields: a column a policy, a row a field, the fan in yellow.

    Args:
        recordings: Recordings of the same fields, by the policy's name.
        path: GIF file to write.
        period: Time between steps [s].
    """
    figure, artists = _layout(recordings)
    length = max(len(artist.track) for artist in artists) + 8  # stay on the last picture for a moment

    def draw(frame: int) -> list:
        for artist in artists:
            artist.show(frame)
        return []

    FuncAnimation(figure, draw, frames=length).save(path, writer=PillowWriter(fps=round(1.0 / period)), dpi=70)


def draw_paths(recordings: dict[str, FieldEpisodes], path: str | Path) -> None:
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


def _layout(recordings: dict[str, FieldEpisodes]) -> tuple[Figure, list[_Rover]]:
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
            axis.set_aspect("equal")
            axis.set_xlim(-2.75, 2.75)
            axis.set_ylim(-1.25, 1.25)
            axis.set_xticks([])
            axis.set_yticks([])
            axis.add_patch(Circle(scene.goals[row], scene.goal_radius, facecolor=COLORS["goal"]))
            for post in scene.posts[row]:
                axis.add_patch(Circle(post, scene.post_radius, facecolor=COLORS["post"]))
            rovers.append(_Rover(axis, episodes.paths[row], bool(episodes.success[row]), scene.robot_radius))
    return figure, rovers
