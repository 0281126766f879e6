# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Robots and props made of primitives, written to a USD stage: links, shapes, joints and materials."""

from collections.abc import Sequence
from pathlib import Path

from pxr import Gf, Sdf, Usd, UsdGeom, UsdPhysics, UsdShade

Vector = tuple[float, float, float]


def new_stage(path: Path, root: str) -> Usd.Stage:
    """Open a layer in metres and kilograms, z up, with its default prim.

    Args:
        path: File to write.
        root: Path of the root prim, such as ``/Arm``.

    Returns:
        The stage; its root layer is not saved yet.
    """
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdPhysics.SetStageKilogramsPerUnit(stage, 1.0)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, root).GetPrim())
    return stage


def new_articulation(path: Path, root: str, colors: dict[str, Vector]) -> Usd.Stage:
    """Open a layer with an articulation's root and its materials.

    Args:
        path: File to write.
        root: Path of the root prim, such as ``/Arm``.
        colors: Colours of the materials by name, each channel in [0, 1].

    Returns:
        The stage; its root layer is not saved yet.
    """
    stage = new_stage(path, root)
    UsdPhysics.ArticulationRootAPI.Apply(stage.GetDefaultPrim())
    UsdGeom.Scope.Define(stage, f"{root}/Looks")
    UsdGeom.Scope.Define(stage, f"{root}/joints")
    for name, color in colors.items():
        material = UsdShade.Material.Define(stage, f"{root}/Looks/{name}")
        shader = UsdShade.Shader.Define(stage, f"{root}/Looks/{name}/Shader")
        shader.CreateIdAttr("UsdPreviewSurface")
        shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).Set(Gf.Vec3f(*color))
        material.CreateSurfaceOutput().ConnectToSource(shader.ConnectableAPI(), "surface")
    return stage


def box_inertia(mass: float, size: Vector) -> Vector:
    """Moments of inertia of a solid box about its centre [kg m^2].

    Args:
        mass: Mass [kg].
        size: Edge lengths [m].

    Returns:
        Moments about x, y and z.
    """
    x, y, z = (edge**2 for edge in size)
    return (mass * (y + z) / 12.0, mass * (x + z) / 12.0, mass * (x + y) / 12.0)


def add_link(
    stage: Usd.Stage,
    path: str,
    pose: Gf.Matrix4d,
    mass: float,
    center: Vector,
    inertia: Vector,
    principal_axes: tuple[float, float, float, float] | None = None,
) -> UsdGeom.Xform:
    """Add a rigid body.

    Args:
        stage: Stage to write to.
        path: Path of the body.
        pose: Pose of the body when all joints are at zero, in the articulation's frame.
        mass: Mass [kg].
        center: Centre of mass in the body's frame [m].
        inertia: Moments of inertia about the centre of mass, along the principal axes [kg m^2].
        principal_axes: Rotation from the principal axes to the body's, a quaternion (w, x, y, z); None where both are
            the same.

    Returns:
        The body.
    """
    xform = UsdGeom.Xform.Define(stage, path)
    xform.AddTranslateOp().Set(pose.ExtractTranslation())
    xform.AddOrientOp().Set(Gf.Quatf(pose.ExtractRotationQuat()))
    UsdPhysics.RigidBodyAPI.Apply(xform.GetPrim())
    mass_api = UsdPhysics.MassAPI.Apply(xform.GetPrim())
    mass_api.CreateMassAttr(mass)
    mass_api.CreateCenterOfMassAttr(Gf.Vec3f(*center))
    mass_api.CreateDiagonalInertiaAttr(Gf.Vec3f(*inertia))
    if principal_axes is not None:
        mass_api.CreatePrincipalAxesAttr(Gf.Quatf(*principal_axes))
    return xform


def add_box(
    stage: Usd.Stage, path: str, center: Vector, size: Vector, material: str, yaw: float = 0.0, collides: bool = False
) -> None:
    """Add a box.

    Args:
        stage: Stage to write to.
        path: Path of the shape, below its body.
        center: Centre in the body's frame [m].
        size: Edge lengths [m].
        material: Name of the material.
        yaw: Rotation about the body's z axis [deg].
        collides: Whether it can be touched; else it is only seen.
    """
    for twin in _twins(path, collides):
        shape = UsdGeom.Cube.Define(stage, twin)
        shape.CreateSizeAttr(1.0)
        shape.AddTranslateOp().Set(Gf.Vec3d(*center))
        shape.AddOrientOp().Set(Gf.Quatf(Gf.Rotation(Gf.Vec3d(0.0, 0.0, 1.0), yaw).GetQuat()))
        shape.AddScaleOp().Set(Gf.Vec3f(*size))
        _finish(stage, shape, material, touched=twin != path)


def add_capsule(
    stage: Usd.Stage,
    path: str,
    ends: Sequence[Vector],
    radius: float,
    material: str,
    collides: bool = False,
) -> None:
    """Add a capsule.

    Args:
        stage: Stage to write to.
        path: Path of the shape, below its body.
        ends: The two centres of its half-spheres in the body's frame [m].
        radius: Radius [m].
        material: Name of the material.
        collides: Whether it can be touched; else it is only seen.
    """
    start, end = (Gf.Vec3d(*point) for point in ends)
    axis = end - start
    for twin in _twins(path, collides):
        shape = UsdGeom.Capsule.Define(stage, twin)
        shape.CreateAxisAttr("Z")
        shape.CreateRadiusAttr(radius)
        shape.CreateHeightAttr(axis.GetLength())
        shape.AddTranslateOp().Set(0.5 * (start + end))
        shape.AddOrientOp().Set(Gf.Quatf(Gf.Rotation(Gf.Vec3d(0.0, 0.0, 1.0), axis).GetQuat()))
        _finish(stage, shape, material, touched=twin != path)


def add_sphere(
    stage: Usd.Stage, path: str, center: Vector, radius: float, material: str, collides: bool = False
) -> None:
    """Add a sphere.

    Args:
        stage: Stage to write to.
        path: Path of the shape, below its body.
        center: Centre in the body's frame [m].
        radius: Radius [m].
        material: Name of the material.
        collides: Whether it can be touched; else it is only seen.
    """
    for twin in _twins(path, collides):
        shape = UsdGeom.Sphere.Define(stage, twin)
        shape.CreateRadiusAttr(radius)
        shape.AddTranslateOp().Set(Gf.Vec3d(*center))
        _finish(stage, shape, material, touched=twin != path)


def _twins(path: str, collides: bool) -> list[str]:
    """Paths of what is seen and of what is touched.

    They are prims of their own: importers hide the collision shapes of a body that has other shapes to be seen.
    """
    return [path, f"{path}_collision"] if collides else [path]


def _finish(stage: Usd.Stage, shape: UsdGeom.Gprim, material: str, touched: bool) -> None:
    """Make a shape one that is touched but not drawn, or paint it."""
    if touched:
        UsdPhysics.CollisionAPI.Apply(shape.GetPrim())
        shape.CreatePurposeAttr(UsdGeom.Tokens.guide)
    else:
        paint(stage, shape, material)


def paint(stage: Usd.Stage, shape: UsdGeom.Gprim, material: str) -> None:
    """Give a shape a material, and its colour for renderers that know no materials.

    Args:
        stage: Stage of an articulation with this material.
        shape: Shape to paint.
        material: Name of the material.
    """
    path = stage.GetDefaultPrim().GetPath().AppendPath(f"Looks/{material}")
    color = UsdShade.Shader.Get(stage, path.AppendChild("Shader")).GetInput("diffuseColor").Get()
    shape.CreateDisplayColorAttr([color])
    UsdShade.MaterialBindingAPI.Apply(shape.GetPrim()).Bind(UsdShade.Material.Get(stage, path))


def fix_to_world(stage: Usd.Stage, path: str, body: str) -> None:
    """Fix a body to the world.

    Args:
        stage: Stage to write to.
        path: Path of the joint.
        body: Path of the body.
    """
    UsdPhysics.FixedJoint.Define(stage, path).CreateBody1Rel().SetTargets([body])


def fix_to_body(stage: Usd.Stage, path: str, bodies: tuple[str, str], position: Vector) -> None:
    """Fix a body to another one, their axes parallel.

    Args:
        stage: Stage to write to.
        path: Path of the joint.
        bodies: Paths of parent and child.
        position: Child's frame in the parent's [m].
    """
    joint = UsdPhysics.FixedJoint.Define(stage, path)
    joint.CreateBody0Rel().SetTargets([bodies[0]])
    joint.CreateBody1Rel().SetTargets([bodies[1]])
    joint.CreateLocalPos0Attr(Gf.Vec3f(*position))


def add_joint(
    stage: Usd.Stage,
    path: str,
    bodies: tuple[str, str],
    pose: Gf.Matrix4d,
    axis: str,
    limits: tuple[float, float],
    prismatic: bool = False,
) -> None:
    """Add a joint whose frame is the child's frame.

    Args:
        stage: Stage to write to.
        path: Path of the joint.
        bodies: Paths of parent and child.
        pose: Pose of the child in the parent's frame at position zero.
        axis: Axis of motion, ``X``, ``Y`` or ``Z``.
        limits: Lower and upper limit: [m] if prismatic, else [deg], which is USD's unit.
        prismatic: Whether it slides; else it turns.
    """
    kind = UsdPhysics.PrismaticJoint if prismatic else UsdPhysics.RevoluteJoint
    joint = kind.Define(stage, path)
    joint.CreateAxisAttr(axis)
    joint.CreateLowerLimitAttr(limits[0])
    joint.CreateUpperLimitAttr(limits[1])
    joint.CreateBody0Rel().SetTargets([bodies[0]])
    joint.CreateBody1Rel().SetTargets([bodies[1]])
    joint.CreateLocalPos0Attr(Gf.Vec3f(pose.ExtractTranslation()))
    joint.CreateLocalRot0Attr(Gf.Quatf(pose.ExtractRotationQuat()))
    joint.CreateLocalPos1Attr(Gf.Vec3f(0.0))
    joint.CreateLocalRot1Attr(Gf.Quatf(1.0))
    # the gains come from the actuator configuration; the drive only has to exist
    drive = UsdPhysics.DriveAPI.Apply(joint.GetPrim(), "linear" if prismatic else "angular")
    drive.CreateTypeAttr("force")
    drive.CreateStiffnessAttr(0.0)
    drive.CreateDampingAttr(0.0)
