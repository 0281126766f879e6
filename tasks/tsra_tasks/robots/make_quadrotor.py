# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write ``quadrotor.usda``: a quadrotor of the Crazyflie's mass and inertia, made of primitives.

One rigid body in the frame x ahead, y left, z up, its origin at the centre of mass. Motors and propellers are not
bodies: :mod:`tsra_tasks.robots.quadrotor_dynamics` gives the wrench that they make.

Run ``python -m tsra_tasks.robots.make_quadrotor`` after a change and commit the result.
"""

from pathlib import Path

from pxr import Gf, UsdGeom, UsdPhysics

from .usd_primitives import new_stage

MASS = 0.028
"""Mass [kg] (J. Förster, System Identification of the Crazyflie 2.0 Nano Quadrocopter, ETH Zurich, 2015)."""
INERTIA = (16.57e-6, 16.66e-6, 29.26e-6)
"""Moments of inertia about the body's axes [kg m^2] (Förster, 2015)."""
ARM = 0.046
"""Distance from the centre to a motor's axis [m] (Förster, 2015)."""
PROPELLER_RADIUS = 0.0225
"""Radius of a propeller [m]: 45 mm propellers."""


def _paint(shape: UsdGeom.Gprim, position: tuple[float, float, float], color: tuple[float, float, float]) -> None:
    UsdGeom.XformCommonAPI(shape).SetTranslate(Gf.Vec3d(*position))
    shape.CreateDisplayColorAttr([Gf.Vec3f(*color)])


def make_quadrotor(path: Path) -> None:
    """Write the quadrotor's USD layer.

    Args:
        path: File to write.
    """
    stage = new_stage(path, "/Quadrotor")
    root = stage.GetDefaultPrim()
    UsdPhysics.RigidBodyAPI.Apply(root)
    mass = UsdPhysics.MassAPI.Apply(root)
    mass.CreateMassAttr(MASS)
    mass.CreateCenterOfMassAttr(Gf.Vec3f(0.0, 0.0, 0.0))
    mass.CreateDiagonalInertiaAttr(Gf.Vec3f(*INERTIA))
    mass.CreatePrincipalAxesAttr(Gf.Quatf(1.0, 0.0, 0.0, 0.0))

    board = UsdGeom.Cube.Define(stage, "/Quadrotor/board")
    board.CreateSizeAttr(1.0)
    _paint(board, (0.0, 0.0, 0.0), (0.10, 0.12, 0.15))
    UsdGeom.XformCommonAPI(board).SetScale(Gf.Vec3f(0.045, 0.030, 0.015))
    for index, (ahead, left) in enumerate(((1, -1), (-1, -1), (-1, 1), (1, 1)), start=1):
        place = (ahead * ARM / 2**0.5, left * ARM / 2**0.5)
        propeller = UsdGeom.Cylinder.Define(stage, f"/Quadrotor/propeller_{index}")
        propeller.CreateRadiusAttr(PROPELLER_RADIUS)
        propeller.CreateHeightAttr(0.002)
        # one sees where it faces: the front propellers are light
        _paint(propeller, (*place, 0.012), (0.95, 0.75, 0.10) if ahead > 0 else (0.25, 0.27, 0.30))
    stage.GetRootLayer().Save()


if __name__ == "__main__":
    make_quadrotor(Path(__file__).with_name("quadrotor.usda"))
