# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The ray kernel of the limited view against Isaac Lab's ray caster and against geometry."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from isaaclab.utils.warp import convert_to_warp_mesh, raycast_mesh

from tsra_tasks.shared.posts import ray_post_distances

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

RADIUS, RANGE = 0.2, 3.0


def post_mesh(centers: torch.Tensor, sides: int = 720) -> object:
    """Warp mesh of upright prisms so fine that they pass for round posts."""
    angle = np.linspace(0.0, 2.0 * math.pi, sides, endpoint=False)
    ring = RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    points, triangles = [], []
    for center in centers.numpy():
        first = len(points) * 2 * sides
        for height in (-1.0, 1.0):
            points.append(np.concatenate([ring + center, np.full((sides, 1), height)], axis=-1))
        first = (len(points) - 2) * sides
        low = first + np.arange(sides)
        after = first + (np.arange(sides) + 1) % sides
        triangles += [np.stack([low, after, low + sides], -1), np.stack([after, after + sides, low + sides], -1)]
    return convert_to_warp_mesh(np.concatenate(points), np.concatenate(triangles), device="cpu")


def test_distances_are_those_of_isaac_lab_s_ray_caster():
    torch.manual_seed(0)
    num_envs, num_rays = 20, 36
    posts = 4.0 * torch.rand(num_envs, 6, 2) - 2.0
    positions = 0.2 * torch.randn(num_envs, 2)
    posts += 0.8 * torch.nn.functional.normalize(posts - positions[:, None], dim=-1)  # none holds the robot
    headings = 6.0 * torch.rand(num_envs) - 3.0
    angles = torch.linspace(-math.pi, math.pi, num_rays + 1)[:-1]
    distances = ray_post_distances(positions, headings, angles, posts, RADIUS, RANGE)

    directions = headings[:, None] + angles
    directions = torch.stack([directions.cos(), directions.sin(), torch.zeros_like(directions)], dim=-1)
    starts = torch.cat([positions, torch.zeros(num_envs, 1)], dim=-1)[:, None].expand(-1, num_rays, -1)
    for env in range(num_envs):
        _, expected, _, _ = raycast_mesh(
            starts[env].contiguous(), directions[env], post_mesh(posts[env]), max_dist=RANGE, return_distance=True
        )
        expected = expected.clamp(max=RANGE)
        # a ray that grazes a post may pass a prism by
        close = (distances[env] - expected).abs() < 1.0e-3
        assert close.float().mean() > 0.97
    assert 0.1 < (distances < RANGE).float().mean() < 0.9


def test_known_distances():
    posts = torch.tensor([[[1.0, 0.0], [2.0, 0.0], [0.0, -0.5]]])
    angles = torch.tensor([0.0, math.pi, -math.pi / 2])
    origin, ahead = torch.zeros(1, 2), torch.zeros(1)
    expected = torch.tensor([[0.8, RANGE, 0.3]])
    torch.testing.assert_close(ray_post_distances(origin, ahead, angles, posts, RADIUS, RANGE), expected)
    # a robot that faces the other way sees what was behind
    turned = ray_post_distances(origin, torch.tensor([math.pi]), angles, posts, RADIUS, RANGE)
    torch.testing.assert_close(turned, torch.tensor([[RANGE, 0.8, RANGE]]), atol=1e-5, rtol=0)


def test_reach_inside_and_absence():
    angles, ahead = torch.zeros(1), torch.zeros(1)
    post = torch.tensor([[[1.0, 0.0]]])
    assert ray_post_distances(torch.zeros(1, 2), ahead, angles, post, RADIUS, 0.7).item() == pytest.approx(0.7)
    assert ray_post_distances(torch.tensor([[0.9, 0.0]]), ahead, angles, post, RADIUS, RANGE).item() == 0.0
    nowhere = torch.full((1, 1, 2), torch.inf)
    assert ray_post_distances(torch.zeros(1, 2), ahead, angles, nowhere, RADIUS, RANGE).item() == RANGE
