# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write a tiny articulated robot, made of primitives: a fixed base with two legs of two joints each."""

from __future__ import annotations

from pathlib import Path

from pxr import Gf, Usd, UsdGeom, UsdPhysics

SIZE = (0.05, 0.05, 0.2)
"""Extent of each link, which hangs from its joint [m]."""

MASS = 0.5
"""Mass of each link [kg]."""

LIMIT = 80.0
"""Limit of each joint to either side [degrees]."""


def make_tiny_robot(path: Path) -> None:
    """Write the robot.

    Args:
        path: File, whose folder is created if need be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdPhysics.SetStageKilogramsPerUnit(stage, 1.0)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/Robot").GetPrim())
    UsdPhysics.ArticulationRootAPI.Apply(stage.GetDefaultPrim())
    base = _link(stage, "base", Gf.Vec3d(0.0, 0.0, 1.0))
    anchor = UsdPhysics.FixedJoint.Define(stage, "/Robot/anchor")
    anchor.CreateLocalPos0Attr(Gf.Vec3f(0.0, 0.0, 1.0))
    anchor.CreateBody1Rel().SetTargets([base])
    for side, y in (("left", 0.2), ("right", -0.2)):
        hip, knee = Gf.Vec3d(0.0, y, 1.0), Gf.Vec3d(0.0, y, 1.0 - SIZE[2])
        thigh, shank = _link(stage, f"{side}_thigh", hip), _link(stage, f"{side}_shank", knee)
        _hinge(stage, f"{side}_hip", base, thigh, Gf.Vec3f(0.0, y, 0.0))
        _hinge(stage, f"{side}_knee", thigh, shank, Gf.Vec3f(0.0, 0.0, -SIZE[2]))
    stage.GetRootLayer().Save()


def _link(stage: Usd.Stage, name: str, position: Gf.Vec3d) -> str:
    """A solid box that hangs from its frame, whose position is in [m]."""
    link = UsdGeom.Xform.Define(stage, f"/Robot/{name}")
    UsdGeom.XformCommonAPI(link).SetTranslate(position)
    UsdPhysics.RigidBodyAPI.Apply(link.GetPrim())
    mass_api = UsdPhysics.MassAPI.Apply(link.GetPrim())
    mass_api.CreateMassAttr(MASS)
    mass_api.CreateCenterOfMassAttr(Gf.Vec3f(0.0, 0.0, -0.5 * SIZE[2]))
    x, y, z = (side**2 for side in SIZE)
    mass_api.CreateDiagonalInertiaAttr(Gf.Vec3f(y + z, x + z, x + y) * (MASS / 12.0))
    return str(link.GetPath())


def _hinge(stage: Usd.Stage, name: str, parent: str, child: str, place: Gf.Vec3f) -> None:
    """A joint about y at a place in the parent's frame [m]."""
    joint = UsdPhysics.RevoluteJoint.Define(stage, f"/Robot/{name}")
    joint.CreateAxisAttr("Y")
    joint.CreateBody0Rel().SetTargets([parent])
    joint.CreateBody1Rel().SetTargets([child])
    joint.CreateLocalPos0Attr(place)
    joint.CreateLowerLimitAttr(-LIMIT)
    joint.CreateUpperLimitAttr(LIMIT)
