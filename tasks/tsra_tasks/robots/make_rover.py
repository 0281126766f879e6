# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write ``rover.usda`` and ``turning_rover.usda``: omnidirectional rovers made of primitives.

A rover slides on two prismatic joints, ``drive_x`` and ``drive_y``, whose velocity drives stand for its wheels: a
planar base that needs no contact with the ground and so steps fast in large batches. The root is fixed to the world
at the centre of the arena, so the joint positions *are* the rover's position in the arena [m]. The turning rover has
a third joint, ``turn``, about the vertical: its position is the rover's heading from the x axis [rad].

Run ``python -m tsra_tasks.robots.make_rover`` after a change and commit the result.
"""

from pathlib import Path

from pxr import Gf, Usd, UsdGeom, UsdPhysics

from .usd_primitives import fix_to_world, new_articulation, paint

BODY_RADIUS = 0.12
"""Radius of the body [m]."""
BODY_HEIGHT = 0.10
"""Height of the body [m]."""
BODY_MASS = 4.0
"""Mass of the body [kg]."""
CARRIAGE_MASS = 0.5
"""Mass of the link between the two joints [kg]; it stands for the drive train."""
TRAVEL = {"drive_x": 2.4, "drive_y": 2.2}
"""Joint limits of the rover, symmetric about the centre of the arena [m]: it stops at the arena's edge."""
TURNING_TRAVEL = {"drive_x": 2.6, "drive_y": 1.0}
"""Joint limits of the turning rover [m]: its arena is a corridor."""
COLORS = {"shell": (0.12, 0.14, 0.18), "lens": (0.98, 0.75, 0.10)}
"""Colours of body and camera."""


def _link(stage: Usd.Stage, path: str, mass: float) -> Usd.Prim:
    prim = UsdGeom.Xform.Define(stage, path).GetPrim()
    UsdPhysics.RigidBodyAPI.Apply(prim)
    mass_api = UsdPhysics.MassAPI.Apply(prim)
    mass_api.CreateMassAttr(mass)
    # a solid cylinder of the body's size; rotation is blocked, so only its being positive matters
    side = mass * (3.0 * BODY_RADIUS**2 + BODY_HEIGHT**2) / 12.0
    mass_api.CreateDiagonalInertiaAttr(Gf.Vec3f(side, side, 0.5 * mass * BODY_RADIUS**2))
    return prim


def _paint(stage: Usd.Stage, shape: UsdGeom.Gprim, height: float, material: str, ahead: float = 0.0) -> None:
    UsdGeom.XformCommonAPI(shape).SetTranslate(Gf.Vec3d(ahead, 0.0, height))
    paint(stage, shape, material)


def _prismatic(stage: Usd.Stage, name: str, axis: str, parent: str, child: str, travel: float) -> None:
    joint = UsdPhysics.PrismaticJoint.Define(stage, f"/Rover/joints/{name}")
    joint.CreateLowerLimitAttr(-travel)
    joint.CreateUpperLimitAttr(travel)
    _connect(joint, axis, parent, child, "linear")


def _connect(joint: UsdPhysics.Joint, axis: str, parent: str, child: str, kind: str) -> None:
    joint.CreateAxisAttr(axis)
    joint.CreateBody0Rel().SetTargets([parent])
    joint.CreateBody1Rel().SetTargets([child])
    # the gains come from the actuator configuration; the drive only has to exist
    drive = UsdPhysics.DriveAPI.Apply(joint.GetPrim(), kind)
    drive.CreateTypeAttr("force")
    drive.CreateStiffnessAttr(0.0)
    drive.CreateDampingAttr(0.0)


def make_rover(path: Path, travel: dict[str, float], turning: bool) -> None:
    """Write a rover's USD layer.

    Args:
        path: File to write.
        travel: Limits of the prismatic joints, symmetric about the centre of the arena [m].
        turning: Whether the rover turns.
    """
    stage = new_articulation(path, "/Rover", COLORS)
    _link(stage, "/Rover/base", CARRIAGE_MASS)
    _link(stage, "/Rover/carriage", CARRIAGE_MASS)
    if turning:
        _link(stage, "/Rover/cross", CARRIAGE_MASS)
    _link(stage, "/Rover/body", BODY_MASS)

    shell = UsdGeom.Cylinder.Define(stage, "/Rover/body/shell")
    shell.CreateRadiusAttr(BODY_RADIUS)
    shell.CreateHeightAttr(BODY_HEIGHT)
    _paint(stage, shell, 0.5 * BODY_HEIGHT + 0.03, "shell")
    mast = UsdGeom.Cylinder.Define(stage, "/Rover/body/mast")
    mast.CreateRadiusAttr(0.02)
    mast.CreateHeightAttr(0.12)
    _paint(stage, mast, BODY_HEIGHT + 0.09, "shell")
    lens = UsdGeom.Sphere.Define(stage, "/Rover/body/lens")
    lens.CreateRadiusAttr(0.04)
    _paint(stage, lens, BODY_HEIGHT + 0.17, "lens")
    if turning:  # one sees where it faces
        nose = UsdGeom.Cube.Define(stage, "/Rover/body/nose")
        nose.CreateSizeAttr(0.05)
        _paint(stage, nose, BODY_HEIGHT + 0.04, "lens", ahead=0.8 * BODY_RADIUS)

    fix_to_world(stage, "/Rover/joints/anchor", "/Rover/base")
    slider = "/Rover/cross" if turning else "/Rover/body"
    _prismatic(stage, "drive_x", "X", "/Rover/base", "/Rover/carriage", travel["drive_x"])
    _prismatic(stage, "drive_y", "Y", "/Rover/carriage", slider, travel["drive_y"])
    if turning:
        _connect(UsdPhysics.RevoluteJoint.Define(stage, "/Rover/joints/turn"), "Z", slider, "/Rover/body", "angular")
    stage.GetRootLayer().Save()


if __name__ == "__main__":
    make_rover(Path(__file__).with_name("rover.usda"), TRAVEL, turning=False)
    make_rover(Path(__file__).with_name("turning_rover.usda"), TURNING_TRAVEL, turning=True)
