# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Rays against round posts, as a Warp kernel and as an observation term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch
import warp as wp

from isaaclab.managers import ManagerTermBase

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import ObservationTermCfg


def draw_posts(count: int, num_posts: int, length: float, width: float, device: str) -> torch.Tensor:
    """Draw posts in a row of strips, each with one post at a random place in it: posts never crowd.

    Args:
        count: Number of draws.
        num_posts: Posts of a draw.
        length: Extent of the strips along x, centred on the origin [m].
        width: Extent of the strips along y [m].
        device: Device of the result.

    Returns:
        Centres of the posts [m]. Shape is (count, num_posts, 2).
    """
    strips = torch.arange(num_posts, device=device)
    x = (strips + torch.rand(count, num_posts, device=device)) / num_posts - 0.5
    y = torch.rand(count, num_posts, device=device) - 0.5
    return torch.stack([x * length, y * width], dim=-1)


class PostsCommand(Protocol):
    """A command term that owns posts."""

    def post_distances(self, angles: torch.Tensor, max_range: float) -> torch.Tensor:
        """Distances [m] from the robot to the posts along rays. Shape is (num_envs, num_rays)."""

    def touches_post(self) -> torch.Tensor:
        """Whether the robot touches a post. Shape is (num_envs,)."""


@wp.kernel(enable_backward=False)
def _ray_post_kernel(
    positions: wp.array(dtype=wp.vec2),
    headings: wp.array(dtype=wp.float32),
    angles: wp.array(dtype=wp.float32),
    posts: wp.array2d(dtype=wp.vec2),
    radius: wp.float32,
    max_range: wp.float32,
    distances: wp.array2d(dtype=wp.float32),
):
    environment, ray = wp.tid()
    angle = headings[environment] + angles[ray]
    direction = wp.vec2(wp.cos(angle), wp.sin(angle))
    nearest = max_range
    for index in range(posts.shape[1]):
        to_post = posts[environment, index] - positions[environment]
        along = wp.dot(to_post, direction)
        # squared half chord; where it is negative, the ray misses
        chord = radius * radius - wp.dot(to_post, to_post) + along * along
        if chord > 0.0 and along > 0.0:
            nearest = wp.min(nearest, wp.max(along - wp.sqrt(chord), 0.0))
    distances[environment, ray] = nearest


def ray_post_distances(
    positions: torch.Tensor,
    headings: torch.Tensor,
    angles: torch.Tensor,
    posts: torch.Tensor,
    radius: float,
    max_range: float,
) -> torch.Tensor:
    """Distances along planar rays to the surface of the nearest post.

    Args:
        positions: Origins of the rays [m]. Shape is (num_envs, 2).
        headings: Directions that the angles count from, from the x axis [rad]. Shape is (num_envs,).
        angles: Directions of the rays [rad]. Shape is (num_rays,).
        posts: Centres of the posts [m]; one at infinity is met by no ray. Shape is (num_envs, num_posts, 2).
        radius: Radius of the posts [m].
        max_range: Reach of the rays [m].

    Returns:
        Distances [m], ``max_range`` where a ray meets nothing, 0 inside a post that lies ahead. Shape is
        (num_envs, num_rays).
    """
    distances = torch.empty(len(positions), len(angles), device=positions.device)
    wp.launch(
        _ray_post_kernel,
        dim=distances.shape,
        inputs=[
            wp.from_torch(positions.contiguous(), dtype=wp.vec2),
            wp.from_torch(headings.contiguous()),
            wp.from_torch(angles.contiguous()),
            wp.from_torch(posts.contiguous(), dtype=wp.vec2),
            radius,
            max_range,
        ],
        outputs=[wp.from_torch(distances)],
        device=wp.device_from_torch(positions.device),
    )
    return distances


class post_distances(ManagerTermBase):  # noqa: N801 (a term, named as Isaac Lab names its terms)
    """Distances along a fan of rays, over their reach: 1 where a ray meets nothing. Shape is (num_envs, num_rays)."""

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedRLEnv) -> None:
        """Lay out the fan.

        Args:
            cfg: Term configuration with ``params`` as :meth:`__call__` takes them.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        self._angles = torch.tensor(cfg.params["angles"], device=self.device)

    def __call__(
        self, env: ManagerBasedRLEnv, command_name: str, angles: tuple[float, ...], max_range: float
    ) -> torch.Tensor:
        """Cast the rays.

        Args:
            env: Environment that owns the term.
            command_name: Name of the command that owns the posts.
            angles: Directions of the rays, from the robot's heading [rad].
            max_range: Reach of the rays [m].

        Returns:
            Distances over the reach, of shape (num_envs, num_rays).
        """
        posts: PostsCommand = env.command_manager.get_term(command_name)
        return posts.post_distances(self._angles, max_range) / max_range
