# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The course as a command term: it owns goal and posts, and answers what is near the quadrotor and in its view."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from isaaclab.utils.math import euler_xyz_from_quat, quat_apply_inverse

from ...shared.goal import GoalCommand
from ...shared.posts import draw_posts, ray_post_distances

if TYPE_CHECKING:
    from isaaclab.assets import RigidObject
    from isaaclab.envs import ManagerBasedRLEnv

    from .course_cfg import CourseCommandCfg

REDRAWS = 50
"""Upper bound on the redraws of unseen posts, to find places that the camera does not see either."""

SLOW = 0.2
"""Speed below which motion has no meaningful direction [m/s]."""


class CourseCommand(GoalCommand):
    """Goal behind round posts, both drawn at each reset.

    Positions are in the environment frame, x towards the goal and z up, with its origin on the ground. The *heading
    frame* is that of the quadrotor turned level: x where it faces, z up.
    """

    cfg: CourseCommandCfg
    robot: RigidObject

    dimensions = 3

    def __init__(self, cfg: CourseCommandCfg, env: ManagerBasedRLEnv) -> None:
        """Allocate the courses of all environments.

        Args:
            cfg: Configuration of the course.
            env: Environment that owns the command.
        """
        super().__init__(cfg, env)
        self.post_assets = [env.scene[name] for name in cfg.post_names]
        """The posts in the scene, which are put where :attr:`posts` says at a reset."""
        self.posts = torch.zeros(self.num_envs, len(cfg.post_names), 2, device=self.device)
        """Centres of the posts [m]. Shape is (num_envs, num_posts, 2)."""

    @property
    def position(self) -> torch.Tensor:
        """Position of the quadrotor [m]. Shape is (num_envs, 3)."""
        return self.robot.data.root_link_pos_w.torch - self._env.scene.env_origins

    @property
    def orientation(self) -> torch.Tensor:
        """Orientation of the quadrotor as a quaternion (x, y, z, w). Shape is (num_envs, 4)."""
        return self.robot.data.root_link_quat_w.torch

    def in_robot_frame(self, vectors: torch.Tensor) -> torch.Tensor:
        """Express vectors of the environment frame in the body's frame.

        Args:
            vectors: Vectors of shape (num_envs, 3).

        Returns:
            Vectors of shape (num_envs, 3).
        """
        return quat_apply_inverse(self.orientation, vectors)

    def relative_posts(self) -> torch.Tensor:
        """Posts relative to the quadrotor, in its heading frame [m]. Shape is (num_envs, num_posts, 2)."""
        offset = self.posts - self.position[:, None, :2]
        heading = self.heading[:, None]
        cos, sin = heading.cos(), heading.sin()
        return torch.stack(
            [cos * offset[..., 0] + sin * offset[..., 1], cos * offset[..., 1] - sin * offset[..., 0]], dim=-1
        )

    @property
    def heading(self) -> torch.Tensor:
        """Direction the quadrotor faces, from the x axis [rad]. Shape is (num_envs,)."""
        return euler_xyz_from_quat(self.orientation)[2]

    def post_distances(self, angles: torch.Tensor, max_range: float) -> torch.Tensor:
        """Distances from the quadrotor's centre to the posts' surfaces along level rays.

        Args:
            angles: Directions of the rays, from the heading [rad]. Shape is (num_rays,).
            max_range: Reach of the rays [m].

        Returns:
            Distances [m], ``max_range`` where a ray meets nothing. Shape is (num_envs, num_rays).
        """
        place = self.position[:, :2]
        return ray_post_distances(place, self.heading, angles, self.posts, self.cfg.post_radius, max_range)

    def clearance(self) -> torch.Tensor:
        """Gap between the ball around the quadrotor and each post [m]. Shape is (num_envs, num_posts)."""
        distances = (self.posts - self.position[:, None, :2]).norm(dim=-1)
        return distances - self.cfg.post_radius - self.cfg.robot_radius

    def touches_post(self) -> torch.Tensor:
        """Whether the quadrotor touches a post. Shape is (num_envs,)."""
        return (self.clearance() < 0.0).any(dim=-1)

    def posts_in_view(self, field_of_view: float, max_range: float) -> torch.Tensor:
        """Which posts are, at least in part, within a level camera's horizontal field of view; occlusion is ignored.

        Args:
            field_of_view: Horizontal field of view [rad].
            max_range: Range of the camera [m].

        Returns:
            Whether each post is in view, of shape (num_envs, num_posts).
        """
        posts = self.relative_posts()
        distance = posts.norm(dim=-1).clamp(min=self.cfg.post_radius + 1.0e-6)
        bearing = torch.atan2(posts[..., 1], posts[..., 0]).abs()
        half_width = torch.asin(self.cfg.post_radius / distance)
        return (bearing - half_width < 0.5 * field_of_view) & (distance - self.cfg.post_radius < max_range)

    def looks_where_it_flies(self) -> torch.Tensor:
        """Cosine between the camera's axis and the velocity, NaN while it hardly moves. Shape is (num_envs,)."""
        velocity = self.robot.data.root_link_lin_vel_b.torch
        speed = velocity.norm(dim=-1)
        return torch.where(speed > SLOW, velocity[:, 0] / speed.clamp(min=SLOW), torch.nan)

    @contextmanager
    def redrawn_unseen_posts(self, field_of_view: float, max_range: float) -> Iterator[torch.Tensor]:
        """Put the posts that the camera does not see to other places that it does not see either.

        Args:
            field_of_view: Horizontal field of view of the camera [rad].
            max_range: Range of the camera [m].

        Yields:
            Which environments have another course: those in which a post found another place. Shape is (num_envs,).
        """
        present = self.posts
        # a post at the edge of the view may enter it as the quadrotor tilts: count it as seen
        view = (field_of_view + math.radians(20.0), max_range)
        seen = self.posts_in_view(*view)
        moved = torch.zeros_like(seen)
        chosen = present.clone()
        for _ in range(REDRAWS):
            self.posts = self._draw_posts(self.num_envs)
            fits = ~seen & ~moved & ~self.posts_in_view(*view) & (self.clearance() > 0.0)
            chosen[fits] = self.posts[fits]
            moved |= fits
        self.posts = chosen
        try:
            yield moved.any(dim=-1)
        finally:
            self.posts = present

    def _resample_command(self, env_ids: Sequence[int] | slice | torch.Tensor) -> None:
        super()._resample_command(env_ids)
        count = len(self.goal[env_ids])
        self.posts[env_ids] = self._draw_posts(count)
        pose = torch.zeros(count, 7, device=self.device)
        pose[:, 6] = 1.0
        for index, asset in enumerate(self.post_assets):
            pose[:, :3] = self._env.scene.env_origins[env_ids]
            pose[:, :2] += self.posts[env_ids, index]
            asset.write_root_pose_to_sim_index(root_pose=pose.clone(), env_ids=env_ids)

    def _draw_goals(self, count: int) -> torch.Tensor:
        x = torch.full((count,), self.cfg.goal_x, device=self.device)
        y, z = (
            torch.empty(count, device=self.device).uniform_(*span)
            for span in (self.cfg.lateral_range, self.cfg.altitude_range)
        )
        return torch.stack([x, y, z], dim=-1)

    def _draw_posts(self, count: int) -> torch.Tensor:
        """Draw the posts of courses. Shape is (count, num_posts, 2)."""
        cfg = self.cfg
        return draw_posts(count, len(cfg.post_names), cfg.posts_length, cfg.posts_width, self.device)
