# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Recorded paths of rovers, and what pictures of them have in common. They need no graphics driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from tsra_lab.evaluation import run_episodes
from tsra_lab.hooks import hooks_of

from .goal_cfg import RoverGoalCommandCfg

GOAL_COLOR = "#2f9e44"


@dataclass
class RoverEpisodes:
    """A policy's path in each of a number of arenas."""

    arenas: dict[str, np.ndarray]
    """The arenas, as the task's hook ``initial_state`` gives them. Shapes are (num_arenas, ...)."""

    paths: list[np.ndarray]
    """Position [m], and heading [rad] of a rover that turns, at each step of an episode. Shapes are (length, ...)."""

    success: np.ndarray
    """Whether the rover reached the goal. Shape is (num_arenas,)."""

    cfg: RoverGoalCommandCfg
    """Sizes in the arenas."""


def record_episodes(env: VecEnv, policy: Callable[[TensorDict], torch.Tensor], count: int, seed: int) -> RoverEpisodes:
    """Record a policy's path in a number of arenas, which depend on the seed alone.

    Args:
        env: Rover task with at least as many environments as arenas.
        policy: Gives actions for observations.
        count: Number of arenas.
        seed: Seed of the arenas.

    Returns:
        The recording.
    """
    hooks, base = hooks_of(env), env.unwrapped
    (command,) = base.command_manager.active_terms
    states, masks = [], []

    def on_step(active: torch.Tensor) -> None:
        present = hooks.initial_state(base)
        parts = [present[name].reshape(len(active), -1) for name in ("position", "heading") if name in present]
        states.append(torch.cat(parts, dim=-1)[:count].cpu().numpy())
        masks.append(active[:count].cpu().numpy().copy())

    episodes = run_episodes(env, policy, count, seed, on_step)
    track, counted = np.stack(states), np.stack(masks)
    return RoverEpisodes(
        arenas={name: values.numpy() for name, values in episodes.initial_state.items()},
        paths=[track[counted[:, index], index] for index in range(count)],
        success=episodes.success.numpy(),
        cfg=base.command_manager.get_term(command).cfg,
    )


def draw_arena(axis: Axes, half_length: float, half_width: float, scene: RoverEpisodes, index: int) -> None:
    """Prepare a picture of an arena, with its goal.

    Args:
        axis: Axes of the picture.
        half_length: Half its extent along x [m].
        half_width: Half its extent along y [m].
        scene: Recording.
        index: Which of its arenas.
    """
    axis.set(aspect="equal", xlim=(-half_length, half_length), ylim=(-half_width, half_width), xticks=[], yticks=[])
    axis.add_patch(Circle(scene.arenas["goal"][index], scene.cfg.goal_radius, facecolor=GOAL_COLOR))


def write_animation(
    figure: Figure, show: Callable[[int], None], tracks: list[np.ndarray], path: str | Path, period: float
) -> None:
    """Write an animated GIF.

    Args:
        figure: Figure to animate.
        show: Changes it to what a step looks like.
        tracks: Paths in it, whose lengths tell how many steps there are.
        path: GIF file to write.
        period: Time between steps [s].
    """

    def draw(frame: int) -> list:
        show(frame)
        return []

    length = max(map(len, tracks)) + 8  # stay on the last picture for a moment
    FuncAnimation(figure, draw, frames=length).save(path, writer=PillowWriter(fps=round(1.0 / period)), dpi=70)
