# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Geometry of what the drawer task's camera sees and what hides it."""

from __future__ import annotations

import pytest
import torch

import isaaclab.utils.math as math_utils

from tsra_tasks.open_drawer.camera import look_at
from tsra_tasks.open_drawer.mdp import segment_distances

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def test_distances_of_segments_are_those_of_their_points() -> None:
    generator = torch.Generator().manual_seed(0)
    start, end, other_start, other_end = torch.randn(4, 300, 3, generator=generator)
    share = torch.linspace(0.0, 1.0, 301)[:, None]
    points = start[:, None] + share * (end - start)[:, None]
    others = other_start[:, None] + share * (other_end - other_start)[:, None]
    expected = torch.cdist(points, others).amin(dim=(1, 2))
    distances = segment_distances(start, end, other_start, other_end)
    assert (distances <= expected + 1e-5).all()
    torch.testing.assert_close(distances, expected, atol=0.02, rtol=0.0)


@pytest.mark.parametrize("shift, distance", [((0.0, 1.0, 0.0), 1.0), ((3.0, 1.0, 0.0), 2.0**0.5)])
def test_parallel_segments(shift: tuple[float, float, float], distance: float) -> None:
    start, end = torch.zeros(1, 3), torch.tensor([[2.0, 0.0, 0.0]])
    apart = torch.tensor(shift)
    assert segment_distances(start, end, start + apart, end + apart).item() == pytest.approx(distance)


def test_a_camera_looks_at_its_target_and_is_level() -> None:
    eye, target = (0.1, 0.4, 1.2), (0.5, -0.3, 0.2)
    rotation = math_utils.matrix_from_quat(torch.tensor([look_at(eye, target)]))[0]
    ahead = torch.tensor(target) - torch.tensor(eye)
    torch.testing.assert_close(rotation[:, 0], ahead / ahead.norm())
    assert rotation[2, 1].abs().item() < 1e-6  # its left is horizontal
    assert rotation[2, 2].item() > 0.0
