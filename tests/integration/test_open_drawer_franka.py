# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The drawer task with the official Franka and cabinet, as far as stand-ins of the same names can tell."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from conftest import Shell

import isaaclab.utils.math as math_utils

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

HERE = Path(__file__).parent
NUM_ENVS = 4
GRIPPER = (0.0, 0.0, 0.1034)
"""The gripper's point in the hand's frame [m]."""
BAR = (0.0515 + 0.305, 0.0, 0.3172 + 0.01)
"""Middle of the closed drawer's bar in the cabinet's frame [m]."""


@pytest.fixture(scope="module")
def measured(shell: Shell) -> dict[str, torch.Tensor]:
    """What happened in the simulator, in a process that finds the stand-ins."""
    mirror, file = shell.directory / "mirror", shell.directory / "measured.pt"
    shell.call([sys.executable, str(HERE.parent / "assets" / "make_franka_mirror.py"), str(mirror)])
    shell.environment |= {"ISAACSIM_ASSET_ROOT": str(mirror)}
    shell.call([sys.executable, str(HERE / "franka_rollout.py"), str(file)])
    return torch.load(file)


def transform(pose: torch.Tensor, point: tuple[float, float, float]) -> torch.Tensor:
    """A point of a frame in the world [m]."""
    return pose[:, :3] + math_utils.matrix_from_quat(pose[:, 3:]) @ torch.tensor(point)


def test_observations_have_the_shapes_of_the_task_with_our_arm(measured: dict[str, torch.Tensor]) -> None:
    assert measured["onboard"].shape == (NUM_ENVS, 18)
    assert measured["privileged"].shape == (NUM_ENVS, 11)
    assert measured["image"].shape == (NUM_ENVS, 1, 32, 32)
    assert measured["image"].min().item() > 0.0


def test_the_cabinet_moves_where_it_is_put(measured: dict[str, torch.Tensor]) -> None:
    position = measured["cabinet_pose"][:, :3] - measured["origins"]
    for values, lower, upper in zip(position.T, (0.80, -0.12, 0.40), (0.90, 0.12, 0.42), strict=True):
        assert lower - 1e-5 <= values.min().item() < values.max().item() <= upper + 1e-5
    images = measured["image"][:, 0, :, : 32 // 2]  # the robot is in the other half
    assert all((image - images[0]).abs().max().item() > 0.02 for image in images[1:])


def test_gripper_to_handle_is_what_the_geometry_says(measured: dict[str, torch.Tensor]) -> None:
    expected = transform(measured["cabinet_pose"], BAR) - transform(measured["hand_pose"], GRIPPER)
    torch.testing.assert_close(measured["privileged"][:, :3], expected, atol=1e-4, rtol=0.0)


def test_the_fingers_start_open(measured: dict[str, torch.Tensor]) -> None:
    torch.testing.assert_close(measured["fingers"], torch.full((NUM_ENVS, 2), 0.04))


def test_actions_move_the_gripper_along_the_axes(measured: dict[str, torch.Tensor]) -> None:
    for axis, motion in enumerate(measured["motions"]):
        assert motion[:, axis].min().item() > 0.01
        along, across = motion[:, axis].clone(), motion.clone()
        across[:, axis] = 0.0
        assert (across.norm(dim=-1) < 0.3 * along).all()


def test_success_is_a_drawer_that_is_open_far_enough(measured: dict[str, torch.Tensor]) -> None:
    assert measured["terminated"].tolist() == [True, False, True, False]


def test_a_hooked_bar_opens_the_drawer(measured: dict[str, torch.Tensor]) -> None:
    assert measured["opened"].min().item() > 0.05
    assert measured["hidden"].min().item() > 0.2
