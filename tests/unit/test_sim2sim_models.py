# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""MuJoCo models of robots and props against the USD files of the tasks."""

from __future__ import annotations

import math
from pathlib import Path

import mujoco
import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom, UsdPhysics
from sim2sim_files import make_env_cfg

from tsra_sim2sim import Curbs, curbs, limited_view, obstacle_flight
from tsra_sim2sim.drives import of_joint, set_drives
from tsra_sim2sim.rotations import rotation_matrix
from tsra_sim2sim.world import MODELS
from tsra_tasks import props, robots
from tsra_tasks.props import make_post
from tsra_tasks.robots import go1, make_quadruped

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROBOTS, PROPS = Path(robots.__file__).parent, Path(props.__file__).parent


@pytest.mark.parametrize(
    "model_file, usd_file, fixed",
    [
        ("rover.xml", ROBOTS / "rover.usda", "base"),
        ("turning_rover.xml", ROBOTS / "turning_rover.usda", "base"),
        ("arm_and_cabinet.xml", ROBOTS / "arm.usda", "link0"),
        ("arm_and_cabinet.xml", PROPS / "cabinet.usda", "body"),
        ("quadrotor.xml", ROBOTS / "quadrotor.usda", None),
        ("quadruped.xml", ROBOTS / "quadruped.usda", None),
    ],
)
def test_bodies_and_joints_are_those_of_the_usd_file(model_file: str, usd_file: Path, fixed: str | None) -> None:
    model = mujoco.MjModel.from_xml_path(str(MODELS / model_file))
    stage = Usd.Stage.Open(str(usd_file))
    moving = [prim for prim in stage.Traverse() if prim.HasAPI(UsdPhysics.MassAPI) and prim.GetName() != fixed]
    assert moving
    bodies = {model.body(index).name.lower(): model.body(index) for index in range(model.nbody)}
    for prim in moving:
        body, mass = bodies[prim.GetName().lower()], UsdPhysics.MassAPI(prim)
        assert body.mass[0] == pytest.approx(mass.GetMassAttr().Get(), rel=1e-6), prim
        axes = mass.GetPrincipalAxesAttr().Get()
        quaternion = [1.0, 0.0, 0.0, 0.0] if not mass.GetPrincipalAxesAttr().HasAuthoredValue() else _as_list(axes)
        expected = _tensor(mass.GetDiagonalInertiaAttr().Get(), quaternion)
        np.testing.assert_allclose(_tensor(body.inertia, body.iquat), expected, atol=1e-6 * expected.max())
        center = mass.GetCenterOfMassAttr()
        np.testing.assert_allclose(body.ipos, center.Get() if center.HasAuthoredValue() else np.zeros(3), atol=1e-7)
    for prim in stage.Traverse():
        if prim.IsA(UsdPhysics.PrismaticJoint) or prim.IsA(UsdPhysics.RevoluteJoint):
            check_joint(model, prim)


def _as_list(quaternion: Gf.Quatf) -> list[float]:
    """A quaternion (w, x, y, z)."""
    return [quaternion.GetReal(), *quaternion.GetImaginary()]


def _tensor(moments: np.ndarray, quaternion: list[float]) -> np.ndarray:
    """Inertia from principal moments and axes."""
    rotation = rotation_matrix(np.array(quaternion))
    return rotation @ np.diag(moments) @ rotation.T


def check_joint(model: mujoco.MjModel, prim: Usd.Prim) -> None:
    """Compare a joint's kind, axis, limits and place with those of a USD joint of the same name."""
    joint = model.joint(prim.GetName())
    sliding = prim.IsA(UsdPhysics.PrismaticJoint)
    usd = UsdPhysics.PrismaticJoint(prim) if sliding else UsdPhysics.RevoluteJoint(prim)
    assert joint.type[0] == (mujoco.mjtJoint.mjJNT_SLIDE if sliding else mujoco.mjtJoint.mjJNT_HINGE)
    np.testing.assert_array_equal(joint.axis, np.eye(3)["XYZ".index(usd.GetAxisAttr().Get())])
    limits = usd.GetLowerLimitAttr().Get(), usd.GetUpperLimitAttr().Get()
    assert bool(model.jnt_limited[joint.id]) == math.isfinite(limits[1])
    if math.isfinite(limits[1]):
        np.testing.assert_allclose(joint.range, limits if sliding else np.radians(limits), atol=1e-6)
    place = usd.GetLocalPos0Attr().Get() or np.zeros(3)
    np.testing.assert_allclose(model.body_pos[joint.bodyid[0]], place, atol=1e-6)


@pytest.mark.parametrize("file, root", [(ROBOTS / "arm.usda", "link0"), (PROPS / "cabinet.usda", "cabinet")])
def test_shapes_that_are_seen_lie_where_the_usd_file_has_them(file: Path, root: str) -> None:
    """All joints at zero: centres and volumes of boxes and capsules."""
    model = mujoco.MjModel.from_xml_path(str(MODELS / "arm_and_cabinet.xml"))
    data = mujoco.MjData(model)
    cabinet = model.body("cabinet").id
    model.body_pos[cabinet], model.body_quat[cabinet] = np.zeros(3), (1.0, 0.0, 0.0, 0.0)
    mujoco.mj_kinematics(model, data)
    ours = [
        [*data.geom_xpos[geom], _volume(model.geom_type[geom], model.geom_size[geom])]
        for geom in range(model.ngeom)
        if model.body(model.body_rootid[model.geom_bodyid[geom]]).name == root
    ]
    theirs, poses, stage = [], UsdGeom.XformCache(), Usd.Stage.Open(str(file))
    for prim in stage.Traverse():
        if not prim.IsA(UsdGeom.Gprim) or UsdGeom.Imageable(prim).GetPurposeAttr().Get() == "guide":
            continue
        place = poses.GetLocalToWorldTransform(prim).Transform((0.0, 0.0, 0.0))
        if prim.IsA(UsdGeom.Cube):
            volume = math.prod(prim.GetAttribute("xformOp:scale").Get())
        else:
            radius, height = (prim.GetAttribute(name).Get() for name in ("radius", "height"))
            volume = math.pi * radius**2 * (height + 4.0 / 3.0 * radius)
        theirs.append([*place, volume])
    np.testing.assert_allclose(sorted(map(_key, ours)), sorted(map(_key, theirs)), atol=2e-5)


def _volume(kind: int, size: np.ndarray) -> float:
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        return 8.0 * math.prod(size)
    return math.pi * size[0] ** 2 * (2.0 * size[1] + 4.0 / 3.0 * size[0])


def _key(row: list[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 5) + 0.0 for value in row)


def test_shapes_of_the_quadruped_lie_where_the_usd_file_has_them() -> None:
    """All joints at zero: kinds, centres, axes and sizes of what can be touched, by name; and nothing else can be."""
    model = mujoco.MjModel.from_xml_path(str(MODELS / "quadruped.xml"))
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    geoms = {model.geom(index).name: index for index in range(model.ngeom) if model.geom_contype[index]}
    poses, stage, found = UsdGeom.XformCache(), Usd.Stage.Open(str(ROBOTS / "quadruped.usda")), []
    for prim in stage.Traverse():
        if not prim.HasAPI(UsdPhysics.CollisionAPI):
            continue
        name = f"{prim.GetParent().GetName()}/{prim.GetName()}"
        found.append(name)
        geom, pose = geoms[name], poses.GetLocalToWorldTransform(prim)
        np.testing.assert_allclose(data.geom_xpos[geom], pose.Transform((0.0, 0.0, 0.0)), atol=1e-6)
        size = model.geom_size[geom]
        if prim.IsA(UsdGeom.Cube):
            assert model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_BOX
            edge = prim.GetAttribute("size").Get()
            np.testing.assert_allclose(2.0 * size, edge * np.array(prim.GetAttribute("xformOp:scale").Get()), rtol=1e-6)
        elif prim.IsA(UsdGeom.Sphere):
            assert model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_SPHERE
            assert size[0] == pytest.approx(prim.GetAttribute("radius").Get())
        else:
            assert model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_CAPSULE
            assert size[:2].tolist() == pytest.approx(
                [prim.GetAttribute("radius").Get(), 0.5 * prim.GetAttribute("height").Get()]
            )
            along = "XYZ".index(prim.GetAttribute("axis").Get())
            direction = np.array(pose.TransformDir(tuple(np.eye(3)[along])))
            assert abs(direction @ data.geom_xmat[geom].reshape(3, 3)[:, 2]) == pytest.approx(1.0)
    assert sorted(found) == sorted(geoms) == sorted(robots.QUADRUPED_SHAPES)
    assert [f"{shape}_collision" for shape in curbs.SHAPES] == robots.QUADRUPED_SHAPES


def test_the_quadruped_is_driven_and_stopped_as_in_the_task() -> None:
    model = mujoco.MjModel.from_xml_path(str(MODELS / "quadruped.xml"))
    assert list(Curbs.targets) == robots.QUADRUPED_JOINTS
    before = model.dof_armature.copy()
    set_drives(model, make_env_cfg(Curbs.task)["scene"]["robot"]["actuators"])
    for name in robots.QUADRUPED_JOINTS:
        part = name.split("_")[1]
        drive, joint = model.actuator(name), model.joint(name)
        assert drive.gainprm[0] == -drive.biasprm[1] == pytest.approx(go1.STIFFNESS[part])
        assert -drive.biasprm[2] == pytest.approx(go1.DAMPING[part])
        assert model.jnt_actfrcrange[joint.id].tolist() == [-go1.EFFORT_LIMITS[part], go1.EFFORT_LIMITS[part]]
        assert model.dof_armature[joint.dofadr[0]] == pytest.approx(go1.ARMATURE[part])
        assert before[joint.dofadr[0]] == pytest.approx(go1.ARMATURE[part])
        assert model.jnt_solref[joint.id].tolist() == list(make_quadruped.JOINT_STOP)
    masks = model.geom_contype, model.geom_conaffinity
    assert masks[0].any() and not masks[1].any()  # it does not touch itself


def test_a_setting_by_patterns_must_name_each_joint_once() -> None:
    assert of_joint(3.0, "knee") == 3.0 and of_joint(None, "knee") == 0.0
    assert of_joint({".*_hip": 1.0, ".*_knee": 2.0}, "left_knee") == 2.0
    for setting, count in (({".*_hip": 1.0}, 0), ({".*": 1.0, "left_.*": 2.0}, 2)):
        with pytest.raises(ValueError, match=f"'left_knee' is matched by {count} of"):
            of_joint(setting, "left_knee")


def test_the_arm_and_the_cabinet_touch_each_other_and_nothing_else() -> None:
    model = mujoco.MjModel.from_xml_path(str(MODELS / "arm_and_cabinet.xml"))
    masks = model.geom_contype, model.geom_conaffinity
    touching, touched = ([model.body(body).name for body in model.geom_bodyid[mask > 0]] for mask in masks)
    assert touching == ["link5", "link7", "left_finger", "right_finger"]
    assert touched == ["cabinet", "drawer", "handle", "handle", "handle"]


def test_posts_are_as_high_as_those_of_the_tasks() -> None:
    assert obstacle_flight.POST_HEIGHT == make_post.HEIGHT
    assert limited_view.RAY_HEIGHT < limited_view.POST_HEIGHT


def test_drives_get_the_configured_gains_limits_and_friction() -> None:
    model = mujoco.MjModel.from_xml_path(str(MODELS / "arm_and_cabinet.xml"))
    scene = make_env_cfg("TSRA-OpenDrawer-Arm")["scene"]
    for asset in ("robot", "cabinet"):
        set_drives(model, scene[asset]["actuators"])
    for name, stiffness, damping, limit in (
        ("joint2", 600.0, 60.0, 87.0),
        ("joint6", 250.0, 25.0, 12.0),
        ("left_finger", 2000.0, 100.0, 70.0),
        ("handle", 2.0e4, 1.0e3, 1.0e4),
    ):
        drive = model.actuator(name)
        assert drive.gainprm[0] == stiffness and drive.biasprm[1:3].tolist() == [-stiffness, -damping], name
        assert model.jnt_actfrcrange[model.joint(name).id].tolist() == [-limit, limit]
    drawer = model.actuator("drawer")
    assert drawer.biasprm[1:3].tolist() == [0.0, -10.0]
    assert model.dof_frictionloss[model.joint("drawer").dofadr[0]] == 5.0
    assert model.dof_armature[model.joint("joint1").dofadr[0]] == 0.1
    with pytest.raises(ValueError, match="'legs'"):
        set_drives(model, {"legs": {"joint_names_expr": ["knee"]}})
