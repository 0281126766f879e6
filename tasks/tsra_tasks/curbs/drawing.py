# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pictures of quadrupeds that walk over curbs, from the side, drawn from recorded states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.utils.math import quat_apply

from tsra_lab.evaluation import run_episodes
from tsra_lab.hooks import hooks_of

from ..robots import go1
from ..robots.make_quadruped import TRUNK_SIZE
from ..shared.drawing import write_animation
from .curbs_env_cfg import CURBS
from .mdp import Curbs

STRIDE = 4
"""One of so many control steps is drawn."""

BEHIND, AHEAD = 0.7, 1.1
"""How far a picture reaches from the trunk's middle [m]."""

GROUND_POINTS = 91
"""Number of points of the ground's outline."""

SNAPSHOTS = 4
"""Number of moments in the still picture."""

COLORS = {"ground": "#8c6d4f", "seen": "#c2218c", "near": "#26364d", "far": "#8fa3bf", "failed": "#c2321d"}


@dataclass
class Walk:
    """One episode, seen from the right: x and z coordinates [m] at each step that is drawn."""

    trunk: np.ndarray
    """Corners of the trunk. Shape is (length, 5, 2), the first again at the end."""

    legs: np.ndarray
    """Hip, knee and foot of each leg. Shape is (length, 4, 3, 2)."""

    ground: np.ndarray
    """Outline of the ground below the robot's own line. Shape is (length, GROUND_POINTS, 2)."""

    seen: np.ndarray
    """What the teacher looks up. Shape is (length, num_points, 2)."""

    success: bool
    """Whether the command was followed to the end."""


def record_episodes(env: VecEnv, policy: Callable[[TensorDict], torch.Tensor], count: int, seed: int) -> list[Walk]:
    """Record a policy's walks over a number of courses, which depend on the seed alone.

    Args:
        env: The task, with at least as many environments as courses.
        policy: Gives actions for observations.
        count: Number of courses.
        seed: Seed of the courses.

    Returns:
        A walk for each.
    """
    base = env.unwrapped
    states: list[dict[str, np.ndarray]] = []
    masks: list[np.ndarray] = []

    def on_step(active: torch.Tensor) -> None:
        states.append({name: values[:count].cpu().numpy() for name, values in _outlines(base).items()})
        masks.append(active[:count].cpu().numpy().copy())

    episodes = run_episodes(env, policy, count, seed, on_step)
    counted = np.stack(masks)
    walks = []
    for index in range(count):
        steps = np.flatnonzero(counted[:, index])[::STRIDE]
        outlines = {name: np.stack([states[step][name][index] for step in steps]) for name in states[0]}
        walks.append(Walk(**outlines, success=bool(episodes.success[index])))
    return walks


def animate_paths(recordings: dict[str, list[Walk]], path: str | Path, period: float) -> None:
    """Animate several policies on the same courses: a column a policy, a row a course.

    Args:
        recordings: Walks on the same courses, by the policy's name.
        path: GIF file to write.
        period: Time between steps [s].
    """
    rows, columns = len(next(iter(recordings.values()))), len(recordings)
    figure = Figure(figsize=(4.2 * columns, 1.5 * rows + 0.3), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    pictures = []
    for column, (name, walks) in enumerate(recordings.items()):
        grid[0, column].set_title(name, fontsize=11)
        pictures += [_Picture(grid[row, column], walk) for row, walk in enumerate(walks)]

    def show(frame: int) -> None:
        for picture in pictures:
            picture.show(frame)

    write_animation(figure, show, [picture.walk.trunk for picture in pictures], path, STRIDE * period)


def draw_paths(recordings: dict[str, list[Walk]], path: str | Path) -> None:
    """Draw moments of several policies' walks on the first course: a row a policy, a column a moment.

    Args:
        recordings: Walks on the same courses, by the policy's name.
        path: Image file to write.
    """
    figure = Figure(figsize=(3.2 * SNAPSHOTS, 1.4 * len(recordings) + 0.2), layout="constrained")
    grid = figure.subplots(len(recordings), SNAPSHOTS, squeeze=False)
    length = max(len(walks[0].trunk) for walks in recordings.values())
    for row, (name, walks) in enumerate(recordings.items()):
        grid[row, 0].set_ylabel(name, fontsize=8)
        for column, frame in enumerate(np.linspace(0, length - 1, SNAPSHOTS + 1)[1:]):
            _Picture(grid[row, column], walks[0]).show(int(frame))
    figure.savefig(path, dpi=110)


def _outlines(env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
    """The fields of :class:`Walk` at the present step. Shapes are (num_envs, ..., 2)."""
    robot, origins = env.scene["robot"], env.scene.env_origins
    places = robot.data.body_link_pos_w.torch - origins[:, None]
    chains = [robot.find_bodies([f"{leg}_{part}" for part in ("thigh", "calf", "foot")])[0] for leg in go1.LEGS]
    position = robot.data.root_link_pos_w.torch - origins
    length, _, height = (0.5 * size for size in TRUNK_SIZE)
    corners = torch.tensor([[1, 1], [1, -1], [-1, -1], [-1, 1], [1, 1]], device=env.device)
    corners = torch.stack([length * corners[:, 0], 0.0 * corners[:, 0], height * corners[:, 1]], dim=-1)
    rotation = robot.data.root_link_quat_w.torch[:, None].expand(-1, len(corners), -1)
    trunk = position[:, None] + quat_apply(rotation, corners.expand(len(rotation), -1, -1))
    x = position[:, :1] + torch.linspace(-BEHIND, AHEAD, GROUND_POINTS, device=env.device)
    line = torch.stack([x, position[:, 1:2].expand_as(x)], dim=-1)
    ground = torch.stack([x, Curbs.of(env, CURBS).heights_at(line)], dim=-1)
    seen = hooks_of(env).overlay(env)["height_profile"].points
    return {
        "trunk": trunk[..., ::2],
        "legs": torch.stack([places[:, chain] for chain in chains], dim=1)[..., ::2],
        "ground": ground,
        "seen": seen[..., ::2],
    }


class _Picture:
    """A robot and the ground around it."""

    def __init__(self, axis: Axes, walk: Walk) -> None:
        self.axis = axis
        self.walk = walk
        axis.set(aspect="equal", ylim=(-0.06, 0.48), xticks=[], yticks=[])
        (self.ground,) = axis.fill([], [], color=COLORS["ground"])
        (self.seen,) = axis.plot([], [], ".", color=COLORS["seen"], markersize=3)
        self.legs = []
        for leg in go1.LEGS:
            color = COLORS["near"] if leg.endswith("R") else COLORS["far"]
            self.legs += axis.plot([], [], color=color, linewidth=2.2, zorder=3 if leg.endswith("R") else 2)
        (self.trunk,) = axis.fill([], [], color=COLORS["near"], zorder=2.5)

    def show(self, frame: int) -> None:
        """Show a step, or the last one."""
        last = len(self.walk.trunk) - 1
        step = min(frame, last)
        outline = self.walk.ground[step]
        left, right = outline[0, 0], outline[-1, 0]
        self.ground.set_xy(np.vstack([[left, -1.0], outline, [right, -1.0]]))
        self.seen.set_data(*self.walk.seen[step].T)
        self.trunk.set_xy(self.walk.trunk[step])
        failed = frame >= last and not self.walk.success
        self.trunk.set_color(COLORS["failed"] if failed else COLORS["near"])
        for line, leg in zip(self.legs, self.walk.legs[step], strict=True):
            line.set_data(*leg.T)
        self.axis.set_xlim(left, right)
