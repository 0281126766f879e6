# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the arm hides from the camera, from segments and capsules instead of an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

import isaaclab.utils.math as math_utils

from .geometry import Vector

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedEnv

Capsule = tuple[str, tuple[Vector, Vector], float]
"""Body, ends in its frame [m] and radius [m] of a capsule."""


def segment_distances(
    start: torch.Tensor, end: torch.Tensor, other_start: torch.Tensor, other_end: torch.Tensor
) -> torch.Tensor:
    """Smallest distances between pairs of segments that are no points [m].

    The closest points of two segments lie, if not inside both, at an end of one of them: the smallest of the four
    distances from an end and of the distance between the lines, where their closest points are inside, is the answer.

    Args:
        start: Starts of the first segments, of shape (..., 3).
        end: Their ends.
        other_start: Starts of the second segments, of a shape that broadcasts.
        other_end: Their ends.

    Returns:
        Distances of the broadcast shape without the last dimension.
    """
    along, other = end - start, other_end - other_start
    normal = torch.linalg.cross(*torch.broadcast_tensors(along, other))
    between = other_start - start
    square = normal.square().sum(dim=-1)
    crossing = square > 1.0e-12  # of parallel lines no two points are the closest: the ends tell
    square = square.clamp(min=1.0e-12)
    share = (torch.linalg.cross(*torch.broadcast_tensors(between, other)) * normal).sum(dim=-1) / square
    other_share = (torch.linalg.cross(*torch.broadcast_tensors(between, along)) * normal).sum(dim=-1) / square
    inside = crossing & (share >= 0.0) & (share <= 1.0) & (other_share >= 0.0) & (other_share <= 1.0)
    lines = (between * normal).sum(dim=-1).abs() / square.sqrt()
    ends = [
        _point_distances(start, other_start, other),
        _point_distances(end, other_start, other),
        _point_distances(other_start, start, along),
        _point_distances(other_end, start, along),
    ]
    nearest_end = torch.stack(torch.broadcast_tensors(*ends)).amin(dim=0)
    return torch.where(inside, torch.minimum(lines, nearest_end), nearest_end)


def _point_distances(point: torch.Tensor, start: torch.Tensor, along: torch.Tensor) -> torch.Tensor:
    """Distances from points to segments, of the broadcast shape without the last dimension [m]."""
    from_start = point - start
    share = (from_start * along).sum(dim=-1) / along.square().sum(dim=-1)
    return (from_start - share.clamp(0.0, 1.0).unsqueeze(-1) * along).norm(dim=-1)


def bar_and_what_is_hidden(
    env: ManagerBasedEnv,
    cabinet_name: str,
    handle_body: str,
    bar_points: Sequence[Vector],
    camera_position: Vector,
    robot_name: str,
    occluders: Sequence[Capsule],
) -> tuple[torch.Tensor, torch.Tensor]:
    """Points of the handle's bar, and which of them the arm hides from the camera.

    Args:
        env: Environment.
        cabinet_name: Name of the cabinet in the scene.
        handle_body: Body of the handle.
        bar_points: Points of the bar in the handle's frame [m].
        camera_position: The camera in the environment's frame [m].
        robot_name: Name of the arm in the scene.
        occluders: Capsules that stand for the arm.

    Returns:
        Points in the environment's frame [m], of shape (num_envs, num_points, 3), and a mask of shape (num_envs,
        num_points).
    """
    points = _points_on_bodies(env, cabinet_name, [handle_body], torch.tensor([bar_points], device=env.device))[:, 0]
    ends = torch.tensor([ends for _, ends, _ in occluders], device=env.device)
    ends = _points_on_bodies(env, robot_name, [name for name, _, _ in occluders], ends)
    radii = torch.tensor([radius for _, _, radius in occluders], device=env.device)
    camera = torch.tensor(camera_position, device=env.device)
    distances = segment_distances(camera, points[:, :, None], ends[:, None, :, 0], ends[:, None, :, 1])
    return points, (distances < radii).any(dim=-1)


def _points_on_bodies(env: ManagerBasedEnv, asset_name: str, bodies: list[str], points: torch.Tensor) -> torch.Tensor:
    """Points of bodies' frames, of shape (num_bodies, num_points, 3), in the environment's frame [m]."""
    asset: Articulation = env.scene[asset_name]
    ids = [asset.body_names.index(name) for name in bodies]
    rotation = math_utils.matrix_from_quat(asset.data.body_link_quat_w.torch[:, ids])
    position = asset.data.body_link_pos_w.torch[:, ids] - env.scene.env_origins[:, None]
    return (rotation[:, :, None] @ points.unsqueeze(-1)).squeeze(-1) + position[:, :, None]
