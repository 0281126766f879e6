# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write ``post.usda``: a round post that stands where it is put.

It is an articulation fixed to the world, so that its root pose can be written at a reset at little cost. A fixed
articulation must have a joint: the post is two links, fixed to each other. It is seen, not felt: no collision shape.

Run ``python -m tsra_tasks.props.make_post`` after a change and commit the result.
"""

from pathlib import Path

from pxr import Gf, UsdGeom, UsdPhysics

from ..robots.usd_primitives import fix_to_world, new_stage

RADIUS = 0.2
"""Radius of the post [m]."""
HEIGHT = 3.0
"""Height of the post [m]; its root is at its foot."""


def make_post(path: Path) -> None:
    """Write the post's USD layer.

    Args:
        path: File to write.
    """
    stage = new_stage(path, "/Post")
    UsdPhysics.ArticulationRootAPI.Apply(stage.GetDefaultPrim())
    for link in ("foot", "shaft"):
        prim = UsdGeom.Xform.Define(stage, f"/Post/{link}").GetPrim()
        UsdPhysics.RigidBodyAPI.Apply(prim)
        mass = UsdPhysics.MassAPI.Apply(prim)
        mass.CreateMassAttr(1.0)
        mass.CreateDiagonalInertiaAttr(Gf.Vec3f(0.1, 0.1, 0.1))
    shaft = UsdGeom.Cylinder.Define(stage, "/Post/shaft/cylinder")
    shaft.CreateRadiusAttr(RADIUS)
    shaft.CreateHeightAttr(HEIGHT)
    shaft.CreateDisplayColorAttr([Gf.Vec3f(0.55, 0.42, 0.30)])
    UsdGeom.XformCommonAPI(shaft).SetTranslate(Gf.Vec3d(0.0, 0.0, 0.5 * HEIGHT))
    UsdGeom.Scope.Define(stage, "/Post/joints")
    fix_to_world(stage, "/Post/joints/anchor", "/Post/foot")
    joint = UsdPhysics.FixedJoint.Define(stage, "/Post/joints/shaft")
    joint.CreateBody0Rel().SetTargets(["/Post/foot"])
    joint.CreateBody1Rel().SetTargets(["/Post/shaft"])
    stage.GetRootLayer().Save()


if __name__ == "__main__":
    make_post(Path(__file__).with_name("post.usda"))
