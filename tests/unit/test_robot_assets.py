# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Files of robots and props: what their scripts write, with the arm's published kinematics and limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from pxr import Usd, UsdGeom, UsdPhysics

from tsra_tasks import props, robots
from tsra_tasks.props.make_cabinet import DRAWER_TRAVEL, HANDLE_POSITION, make_cabinet
from tsra_tasks.props.make_ground import make_ground
from tsra_tasks.props.make_post import make_post
from tsra_tasks.robots import panda
from tsra_tasks.robots.make_arm import ARM_MASS, make_arm
from tsra_tasks.robots.make_quadrotor import make_quadrotor
from tsra_tasks.robots.make_quadruped import make_quadruped
from tsra_tasks.robots.make_rover import TRAVEL, TURNING_TRAVEL, make_rover

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROBOTS, PROPS = Path(robots.__file__).parent, Path(props.__file__).parent


def flange_pose(positions: list[float]) -> np.ndarray:
    """Flange of the published arm by its Denavit-Hartenberg parameters, as a 4 x 4 matrix of column vectors."""
    pose = np.eye(4)
    for (a, d, alpha), theta in zip(panda.DH_PARAMETERS, positions, strict=True):
        ca, sa, ct, st = math.cos(alpha), math.sin(alpha), math.cos(theta), math.sin(theta)
        pose = pose @ np.array(
            [
                [ct, -st, 0.0, a],
                [st * ca, ct * ca, -sa, -d * sa],
                [st * sa, ct * sa, ca, d * ca],
                [0.0, 0.0, 0.0, 1.0],
            ]
        )
    pose[:3, 3] += panda.FLANGE * pose[:3, 2]
    return pose


@pytest.mark.parametrize(
    "file, make",
    [
        (ROBOTS / "arm.usda", make_arm),
        (ROBOTS / "quadrotor.usda", make_quadrotor),
        (ROBOTS / "quadruped.usda", make_quadruped),
        (ROBOTS / "rover.usda", partial(make_rover, travel=TRAVEL, turning=False)),
        (ROBOTS / "turning_rover.usda", partial(make_rover, travel=TURNING_TRAVEL, turning=True)),
        (PROPS / "cabinet.usda", make_cabinet),
        (PROPS / "ground.usda", make_ground),
        (PROPS / "post.usda", make_post),
    ],
    ids=lambda value: getattr(value, "stem", ""),
)
def test_a_file_is_what_its_script_writes(file: Path, make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / file.name)
    assert (tmp_path / file.name).read_text() == file.read_text()


def test_the_parameters_give_the_published_ready_pose() -> None:
    pose = flange_pose([0.0, -math.pi / 4, 0.0, -3 * math.pi / 4, 0.0, math.pi / 2, math.pi / 4])
    # Franka's own hand reaches 0.1034 m beyond the flange: libfranka reports (0.307, 0, 0.487) there
    np.testing.assert_allclose(pose[:3, 3] - [0.0, 0.0, 0.1034], [0.3069, 0.0, 0.4869], atol=1e-3)
    np.testing.assert_allclose(pose[:3, 2], [0.0, 0.0, -1.0], atol=1e-6)


def test_the_arm_reaches_down_to_where_it_is_told() -> None:
    radius, height = torch.tensor([0.45, 0.55, 0.65]), torch.tensor([0.50, 0.40, 0.34])
    for reach, up, (lean, bend, wrist) in zip(radius, height, panda.reach_down(radius, height).tolist(), strict=True):
        pose = flange_pose([0.0, lean, 0.0, bend, 0.0, wrist, 0.0])
        np.testing.assert_allclose(pose[:3, 3], [reach, 0.0, up + panda.GRIPPER_POINT], atol=1e-5)
        np.testing.assert_allclose(pose[:3, 2], [0.0, 0.0, -1.0], atol=1e-5)
    beyond = panda.reach_down(torch.tensor([1.0, 1.2]), torch.tensor([0.4, 0.4]))
    torch.testing.assert_close(beyond[0, 1], beyond[1, 1])  # the elbow is straight
    assert beyond.isfinite().all()


def test_the_file_s_links_lie_where_the_parameters_put_them() -> None:
    stage = Usd.Stage.Open(str(ROBOTS / "arm.usda"))
    pose = UsdGeom.XformCache().GetLocalToWorldTransform(stage.GetPrimAtPath("/Arm/link7"))
    expected = flange_pose([0.0] * panda.NUM_JOINTS)
    flange = np.array(pose.Transform((0.0, 0.0, panda.FLANGE)))
    np.testing.assert_allclose(flange, expected[:3, 3], atol=1e-6)
    np.testing.assert_allclose(np.array(pose.ExtractRotationMatrix()).T, expected[:3, :3], atol=1e-6)


def test_limits_are_the_published_ones() -> None:
    stage = Usd.Stage.Open(str(ROBOTS / "arm.usda"))
    for index, limits in enumerate(panda.POSITION_LIMITS):
        joint = UsdPhysics.RevoluteJoint(stage.GetPrimAtPath(f"/Arm/joints/joint{index + 1}"))
        written = joint.GetLowerLimitAttr().Get(), joint.GetUpperLimitAttr().Get()
        assert written == pytest.approx([math.degrees(limit) for limit in limits], abs=1e-3)


def test_the_arm_weighs_what_it_should_and_inertias_are_those_of_bodies() -> None:
    stage = Usd.Stage.Open(str(ROBOTS / "arm.usda"))
    masses = []
    for index in range(1, panda.NUM_JOINTS + 1):
        body = UsdPhysics.MassAPI(stage.GetPrimAtPath(f"/Arm/link{index}"))
        masses.append(body.GetMassAttr().Get())
        smallest, middle, largest = sorted(body.GetDiagonalInertiaAttr().Get())
        assert smallest > 0.0 and largest <= smallest + middle + 1e-6
    assert sum(masses) == pytest.approx(ARM_MASS, rel=1e-5)


def test_the_drawer_slides_out_of_the_front() -> None:
    stage = Usd.Stage.Open(str(PROPS / "cabinet.usda"))
    joint = UsdPhysics.PrismaticJoint(stage.GetPrimAtPath("/Cabinet/joints/drawer"))
    assert joint.GetAxisAttr().Get() == "X"
    assert joint.GetLowerLimitAttr().Get() == 0.0
    assert joint.GetUpperLimitAttr().Get() == pytest.approx(DRAWER_TRAVEL)
    handle = UsdGeom.XformCache().GetLocalToWorldTransform(stage.GetPrimAtPath("/Cabinet/handle"))
    np.testing.assert_allclose(handle.ExtractTranslation(), HANDLE_POSITION, atol=1e-9)
