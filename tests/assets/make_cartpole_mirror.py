# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write a local asset root that holds what ``Isaac-Cartpole`` loads, so that it runs without NVIDIA's asset server.

Isaac Lab reads the environment variable ``ISAACSIM_ASSET_ROOT`` when it is imported, so the variable must point at the
root before. ``python make_cartpole_mirror.py ROOT`` writes one.
"""

import sys
from pathlib import Path

from pxr import Gf, Usd, UsdGeom, UsdPhysics

TRAVEL = 4.0
"""Joint limit of the cart, symmetric about the middle of the rail [m]. The task ends an episode at 3 m."""
RAIL_SIZE = (0.03, 2.0 * TRAVEL, 0.03)
"""Extent of the rail [m]."""
CART_SIZE = (0.20, 0.25, 0.20)
"""Extent of the cart [m]."""
POLE_SIZE = (0.04, 0.06, 1.0)
"""Extent of the pole [m]."""
MASS = {"rail": 1.0, "cart": 1.0, "pole": 0.5}
"""Mass of each link [kg]; the rail is fixed to the world."""


def _new_stage(path: Path, root: str) -> Usd.Stage:
    path.parent.mkdir(parents=True, exist_ok=True)
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdPhysics.SetStageKilogramsPerUnit(stage, 1.0)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, root).GetPrim())
    return stage


def _link(stage: Usd.Stage, name: str, size: tuple[float, float, float], position: Gf.Vec3d, center: Gf.Vec3d) -> str:
    """A solid box of a size [m], centred in its link's frame at a point [m]; the frame's position is in [m] too."""
    link = UsdGeom.Xform.Define(stage, f"/Cartpole/{name}")
    UsdGeom.XformCommonAPI(link).SetTranslate(position)
    UsdPhysics.RigidBodyAPI.Apply(link.GetPrim())
    mass_api = UsdPhysics.MassAPI.Apply(link.GetPrim())
    mass_api.CreateMassAttr(MASS[name])
    mass_api.CreateCenterOfMassAttr(Gf.Vec3f(center))
    x, y, z = (side**2 for side in size)
    mass_api.CreateDiagonalInertiaAttr(Gf.Vec3f(y + z, x + z, x + y) * (MASS[name] / 12.0))
    # only to be seen: nothing is within reach of the links, so they need no colliders
    box = UsdGeom.Cube.Define(stage, f"/Cartpole/{name}/box")
    box.CreateSizeAttr(1.0)
    UsdGeom.XformCommonAPI(box).SetTranslate(center)
    UsdGeom.XformCommonAPI(box).SetScale(Gf.Vec3f(*size))
    return str(link.GetPath())


def _make_cartpole(path: Path) -> None:
    stage = _new_stage(path, "/Cartpole")
    UsdPhysics.ArticulationRootAPI.Apply(stage.GetDefaultPrim())
    middle = Gf.Vec3d(0.0)
    beside_cart = Gf.Vec3d(0.5 * (CART_SIZE[0] + POLE_SIZE[0]), 0.0, 0.0)
    rail = _link(stage, "rail", RAIL_SIZE, middle, middle)
    cart = _link(stage, "cart", CART_SIZE, middle, middle)
    pole = _link(stage, "pole", POLE_SIZE, beside_cart, Gf.Vec3d(0.0, 0.0, 0.5 * POLE_SIZE[2]))

    anchor = UsdPhysics.FixedJoint.Define(stage, "/Cartpole/anchor")
    anchor.CreateBody1Rel().SetTargets([rail])
    slide = UsdPhysics.PrismaticJoint.Define(stage, "/Cartpole/slider_to_cart")
    slide.CreateAxisAttr("Y")
    slide.CreateBody0Rel().SetTargets([rail])
    slide.CreateBody1Rel().SetTargets([cart])
    slide.CreateLowerLimitAttr(-TRAVEL)
    slide.CreateUpperLimitAttr(TRAVEL)
    hinge = UsdPhysics.RevoluteJoint.Define(stage, "/Cartpole/cart_to_pole")
    hinge.CreateAxisAttr("X")
    hinge.CreateBody0Rel().SetTargets([cart])
    hinge.CreateBody1Rel().SetTargets([pole])
    hinge.CreateLocalPos0Attr(Gf.Vec3f(beside_cart))
    stage.GetRootLayer().Save()


def _make_ground_plane(path: Path) -> None:
    stage = _new_stage(path, "/Ground")
    plane = UsdGeom.Plane.Define(stage, "/Ground/plane")  # Isaac Lab looks for a prim of this type
    plane.CreateAxisAttr(UsdGeom.Tokens.z)
    UsdPhysics.CollisionAPI.Apply(plane.GetPrim())
    stage.GetRootLayer().Save()


def make_cartpole_mirror(root: Path) -> None:
    """Write the cartpole and the default ground plane, made of primitives, where Isaac Lab looks for its own.

    Args:
        root: Directory that ``ISAACSIM_ASSET_ROOT`` is to name. Created if need be.
    """
    assets = root / "Isaac" / "IsaacLab"
    _make_cartpole(assets / "Robots" / "Classic" / "Cartpole" / "cartpole.usd")
    _make_ground_plane(
        assets / "Environments" / "Grid" / "default_ground_plane_checker_v1" / "default_ground_plane.usda"
    )


if __name__ == "__main__":
    make_cartpole_mirror(Path(sys.argv[1]))
