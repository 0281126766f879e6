# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write ``ground.usda``: a plane to walk on, of which a part is seen.

Run ``python -m tsra_tasks.props.make_ground`` after a change and commit the result.
"""

from pathlib import Path

from pxr import Gf, UsdGeom, UsdPhysics, UsdShade

from ..robots.usd_primitives import new_stage

SIZE = (16.0, 14.0, 0.1)
"""Edge lengths of what is seen [m]."""
MIDDLE = 4.0
"""x coordinate of its middle [m]."""
FRICTION = 0.05
"""Friction coefficient of ground and curbs [1]. MuJoCo takes the larger one of two shapes: that of a foot."""


def make_ground(path: Path) -> None:
    """Write the ground's USD layer.

    Args:
        path: File to write.
    """
    stage = new_stage(path, "/Ground")
    plane = UsdGeom.Plane.Define(stage, "/Ground/plane")
    plane.CreateAxisAttr("Z")
    plane.CreatePurposeAttr(UsdGeom.Tokens.guide)
    UsdPhysics.CollisionAPI.Apply(plane.GetPrim())
    material = UsdShade.Material.Define(stage, "/Ground/contact")
    physics = UsdPhysics.MaterialAPI.Apply(material.GetPrim())
    physics.CreateStaticFrictionAttr(FRICTION)
    physics.CreateDynamicFrictionAttr(FRICTION)
    UsdShade.MaterialBindingAPI.Apply(plane.GetPrim()).Bind(material, materialPurpose="physics")
    slab = UsdGeom.Cube.Define(stage, "/Ground/slab")
    slab.CreateSizeAttr(1.0)
    slab.CreateDisplayColorAttr([Gf.Vec3f(0.72, 0.72, 0.70)])
    slab.AddTranslateOp().Set(Gf.Vec3d(MIDDLE, 0.0, -0.5 * SIZE[2]))
    slab.AddScaleOp().Set(Gf.Vec3f(*SIZE))
    stage.GetRootLayer().Save()


if __name__ == "__main__":
    make_ground(Path(__file__).with_name("ground.usda"))
