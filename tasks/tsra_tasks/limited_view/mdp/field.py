# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The field of posts as a command term: it owns the posts and the goal, and answers what rays would measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

import isaaclab.sim as sim_utils
from isaaclab.markers import VisualizationMarkersCfg

from ...shared.goal import RoverGoalCommand
from ...shared.posts import draw_posts, ray_post_distances
from ...shared.scene import paint

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .field_cfg import FieldCommandCfg

REDRAWS = 50
"""Upper bound on the redraws of unseen posts, to find places that the fan does not see either."""

SLOW = 0.1
"""Speed below which motion has no meaningful direction [m/s]."""


class FieldCommand(RoverGoalCommand):
    """Goal behind a field of posts, both drawn at each reset, for a rover that turns."""

    cfg: FieldCommandCfg

    def __init__(self, cfg: FieldCommandCfg, env: ManagerBasedRLEnv) -> None:
        """Allocate the posts of all environments.

        Args:
            cfg: Configuration of the field.
            env: Environment that owns the command.
        """
        super().__init__(cfg, env)
        self.turn_ids, _ = self.robot.find_joints(["turn"])
        self.posts = torch.zeros(self.num_envs, cfg.num_posts, 2, device=self.device)
        """Centres of the posts [m]. Shape is (num_envs, num_posts, 2)."""

    @property
    def heading(self) -> torch.Tensor:
        """Direction the robot faces, from the x axis [rad]; it does not wrap. Shape is (num_envs,)."""
        return self.robot.data.joint_pos.torch[:, self.turn_ids[0]]

    @property
    def turn_rate(self) -> torch.Tensor:
        """Rate at which the robot turns [rad/s]. Shape is (num_envs,)."""
        return self.robot.data.joint_vel.torch[:, self.turn_ids[0]]

    def in_robot_frame(self, vectors: torch.Tensor) -> torch.Tensor:
        """Express vectors of the environment frame in the robot's frame: x ahead, y to the left.

        Args:
            vectors: Vectors of shape (num_envs, 2).

        Returns:
            Vectors of shape (num_envs, 2).
        """
        cos, sin = self.heading.cos(), self.heading.sin()
        return torch.stack([cos * vectors[:, 0] + sin * vectors[:, 1], cos * vectors[:, 1] - sin * vectors[:, 0]], -1)

    def post_distances(self, angles: torch.Tensor, max_range: float) -> torch.Tensor:
        """Distances from the robot's centre to the posts' surfaces along rays.

        Args:
            angles: Directions of the rays, from the robot's heading [rad]. Shape is (num_rays,).
            max_range: Reach of the rays [m].

        Returns:
            Distances [m], ``max_range`` where a ray meets nothing. Shape is (num_envs, num_rays).
        """
        return ray_post_distances(self.position, self.heading, angles, self.posts, self.cfg.post_radius, max_range)

    def touches_post(self) -> torch.Tensor:
        """Whether the robot touches a post. Shape is (num_envs,)."""
        distances = (self.posts - self.position[:, None, :]).norm(dim=-1)
        return (distances < self.cfg.post_radius + self.cfg.robot_radius).any(dim=-1)

    def looks_where_it_goes(self) -> torch.Tensor:
        """Cosine between heading and motion, NaN while the robot hardly moves. Shape is (num_envs,)."""
        velocity = self.in_robot_frame(self.velocity)
        speed = velocity.norm(dim=-1)
        return torch.where(speed > SLOW, velocity[:, 0] / speed.clamp(min=SLOW), torch.nan)

    def seen_posts(self, angles: torch.Tensor, max_range: float) -> torch.Tensor:
        """Find out which posts a fan of rays sees: those without which it would read otherwise.

        Args:
            angles: Directions of the fan's rays, from the robot's heading [rad]. Shape is (num_rays,).
            max_range: Reach of the rays [m].

        Returns:
            Whether each post is seen. Shape is (num_envs, num_posts).
        """
        present = self.posts
        reading = self.post_distances(angles, max_range)
        seen = torch.zeros(present.shape[:2], dtype=torch.bool, device=self.device)
        for post in range(self.cfg.num_posts):
            self.posts = present.clone()
            self.posts[:, post] = torch.inf
            seen[:, post] = (self.post_distances(angles, max_range) != reading).any(dim=-1)
        self.posts = present
        return seen

    @contextmanager
    def redrawn_unseen_posts(self, angles: torch.Tensor, max_range: float) -> Iterator[torch.Tensor]:
        """Put the posts that a fan of rays does not see to other places that it does not see either.

        Args:
            angles: Directions of the fan's rays, from the robot's heading [rad]. Shape is (num_rays,).
            max_range: Reach of the rays [m].

        Yields:
            Which environments have another field: those for which places were found. Shape is (num_envs,).
        """
        present = self.posts
        reading = self.post_distances(angles, max_range)
        seen = self.seen_posts(angles, max_range)
        found = torch.zeros(self.num_envs, dtype=torch.bool, device=self.device)
        chosen = present.clone()
        for _ in range(REDRAWS):
            self.posts = torch.where(seen[..., None], present, self._draw_posts(self.num_envs))
            same = (self.post_distances(angles, max_range) == reading).all(dim=-1)
            fits = same & ~self.touches_post() & ~found & ~seen.all(dim=-1)
            chosen[fits] = self.posts[fits]
            found |= fits
        self.posts = chosen
        try:
            yield found
        finally:
            self.posts = present

    def _resample_command(self, env_ids: Sequence[int] | slice | torch.Tensor) -> None:
        self.posts[env_ids] = self._draw_posts(len(self.goal[env_ids]))
        super()._resample_command(env_ids)

    def _draw_posts(self, count: int) -> torch.Tensor:
        """Draw the posts of fields. Shape is (count, num_posts, 2)."""
        cfg = self.cfg
        return draw_posts(count, cfg.num_posts, cfg.field_length, cfg.field_width, self.device)

    def _marker_cfg(self) -> VisualizationMarkersCfg:
        """Markers in the order of the indices used below: post, goal."""
        post = sim_utils.CylinderCfg(radius=self.cfg.post_radius, height=0.5, visual_material=paint(0.55, 0.42, 0.30))
        return VisualizationMarkersCfg(
            prim_path="/Visuals/field",
            markers={"post": post, "goal": self._goal_marker()},
        )

    def _debug_vis_callback(self, event: object) -> None:
        points = torch.cat([self.posts, self.goal[:, None, :]], dim=1) + self._env.scene.env_origins[:, None, :2]
        kinds = torch.zeros(points.shape[:2], dtype=torch.long, device=self.device)
        kinds[:, -1] = 1
        points = points.reshape(-1, 2)
        heights = torch.where(kinds.reshape(-1, 1) == 0, 0.25, 0.005)
        self._markers.visualize(translations=torch.cat([points, heights], dim=-1), marker_indices=kinds.flatten())
