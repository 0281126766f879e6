# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Where the curbs of an episode are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from isaaclab.managers import ManagerTermBase

from .curbs import Curbs, draw_curbs

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import EventTermCfg

HALF_LENGTH = 0.35
"""How far ahead of its middle the robot may touch something [m]."""


class PlaceCurbs(ManagerTermBase):
    """Put the curbs of an episode across the robot's way, some of them."""

    def __init__(self, cfg: EventTermCfg, env: ManagerBasedRLEnv) -> None:
        """Find the curbs.

        Args:
            cfg: Configuration of the term, with parameters as :meth:`__call__` takes them.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        self._curbs = Curbs.of(env, cfg.params["curbs"])

    def __call__(
        self,
        env: ManagerBasedRLEnv,
        env_ids: torch.Tensor | slice | None,
        curbs: dict[str, tuple[float, float]],
        heights: tuple[float, float],
        share: float,
        start: float,
        length: float,
        max_yaw: float,
    ) -> None:
        """Draw curbs and put them there.

        Args:
            env: Environment to reset.
            env_ids: Environments to reset, as indices or a slice; None for all.
            curbs: Extents of the curbs along their own x and y axes [m], by the names of their prims.
            heights: Least and largest height [m].
            share: Probability that a curb is there at all.
            start: x coordinate at which curbs may begin, from the environment's origin [m].
            length: Extent along x of where curbs may be [m].
            max_yaw: Largest angle between a curb and the y axis [rad].
        """
        chosen = torch.arange(env.num_envs, device=env.device)[slice(None) if env_ids is None else env_ids]
        depths = self._curbs.sizes[:, 0]
        self._curbs.place(draw_curbs(len(chosen), depths, heights, share, start, length, max_yaw), chosen)


@contextmanager
def redrawn_curbs_ahead(
    curbs: Curbs, robot: Articulation, heights: tuple[float, float], share: float, reach: float
) -> Iterator[torch.Tensor]:
    """Change the heights of curbs that the robot has not reached yet, for as long as the context lasts.

    Args:
        curbs: The curbs.
        robot: The robot.
        heights: Least and largest height [m].
        share: Probability that a curb is there at all.
        reach: How far ahead a curb counts [m]: as far as anybody sees.

    Yields:
        In which environments a curb ahead has changed. Shape is (num_envs,).
    """
    present = curbs.read()
    everywhere = torch.arange(len(present), device=present.device)
    gap = curbs.gaps(robot)
    ahead = (gap > HALF_LENGTH) & (gap < reach)
    drawn = draw_curbs(len(present), curbs.sizes[:, 0], heights, share, 0.0, 0.0, 0.0)
    changed = present.clone()
    changed[..., 2] += torch.where(ahead, drawn[..., 2] - curbs.poses()[..., 2], 0.0)
    curbs.write(changed, everywhere)
    try:
        yield (changed != present).any(dim=-1).any(dim=-1)
    finally:
        curbs.write(present, everywhere)
