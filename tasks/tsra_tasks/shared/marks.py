# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Marks that show somebody who watches what the student sees, and what it does not."""

from __future__ import annotations

import torch

from tsra_lab.hooks import Marks

SEEN, UNSEEN = (0.97, 0.82, 0.33), (0.76, 0.13, 0.55)
"""Colours of what the student's sensors reach, and of what they do not."""


def ray_marks(origins: torch.Tensor, headings: torch.Tensor, distances: torch.Tensor, angles: torch.Tensor) -> Marks:
    """Level rays as far as they reach.

    Args:
        origins: Where they begin [m]. Shape is (num_envs, 3).
        headings: Directions that the angles count from, from the x axis [rad]. Shape is (num_envs,).
        distances: How far they reach [m]. Shape is (num_envs, num_rays).
        angles: Directions of the rays [rad]. Shape is (num_rays,).

    Returns:
        A bar for each ray.
    """
    directions = headings[:, None] + angles
    reach = torch.stack([directions.cos(), directions.sin(), torch.zeros_like(directions)], dim=-1)
    begin = origins[:, None].expand_as(reach)
    return Marks(begin, SEEN, 0.015, ends=begin + distances[..., None] * reach)


def unseen_marks(posts: torch.Tensor, seen: torch.Tensor, height: float) -> Marks:
    """A ball above each post that the student does not see.

    Args:
        posts: Centres of the posts [m]. Shape is (num_envs, num_posts, 2).
        seen: Which of them it sees. Shape is (num_envs, num_posts).
        height: Height of the balls [m].

    Returns:
        The balls.
    """
    points = torch.nn.functional.pad(posts, (0, 1), value=height)
    return Marks(points, UNSEEN, 0.15, shown=~seen)
