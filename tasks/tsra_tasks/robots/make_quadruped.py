# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write ``quadruped.usda``: a four-legged robot with the body of a Unitree Go1, made of primitives.

Kinematics, masses, inertias and limits are the published ones in ``go1.py``. Feet are bodies of their own, fixed to the
calves, so that simulators tell their contacts and velocities. Shapes are boxes, capsules and spheres of about the real
robot's size. Feet, shanks, thighs and trunk collide; the hips are within the trunk's reach.

Run ``python -m tsra_tasks.robots.make_quadruped`` after a change and commit the result.
"""

import math
from pathlib import Path

from pxr import Gf, Sdf, Usd, Vt

from . import go1
from .usd_primitives import (
    Vector,
    add_box,
    add_capsule,
    add_joint,
    add_link,
    add_sphere,
    fix_to_body,
    new_articulation,
)

ROOT = "/Quadruped"
TRUNK_SIZE = (0.30, 0.18, 0.10)
"""Edge lengths of the trunk [m]."""
HEAD = (0.235, 0.0, 0.01)
"""Centre of the head's ball in the trunk's frame [m]."""
HEAD_RADIUS = 0.06
"""Radius of the head [m]."""
HIP_RADIUS = 0.045
"""Radius of the motors in the hips [m]."""
THIGH_RADIUS = 0.02
"""Radius of a thigh [m]."""
SHANK_RADIUS = 0.012
"""Radius of a shank [m]: less than a foot's, so that a leg stands on its foot."""
SHANK_END = -0.18
"""Height of the lower end of the shank's axis in the calf's frame [m]: 33 mm above the foot's centre."""
JOINT_STOP = (0.02, 1.0)
"""How soft the joints' stops are, as MuJoCo counts it and by its default: time constant [s] and damping ratio [1]."""
COLORS = {"shell": (0.82, 0.83, 0.85), "joint": (0.20, 0.22, 0.26), "foot": (0.10, 0.10, 0.11)}
"""Colours of the materials."""


def _add_body(stage: Usd.Stage, name: str, pose: Gf.Matrix4d, inertial: go1.Inertial) -> str:
    """Add a body with a published mass; returns its path."""
    path = f"{ROOT}/{name}"
    moments, axes = inertial.principal()
    add_link(stage, path, pose, inertial.mass, tuple(inertial.center), tuple(moments), tuple(axes))
    return path


def _add_leg(stage: Usd.Stage, leg: str) -> None:
    """Add a leg to the trunk."""
    front, left = go1.LEGS[leg]
    x, y, z = go1.HIP_POSITION
    aside = left * go1.THIGH_POSITION[1]
    places: dict[str, Vector] = {
        "hip": (front * x, left * y, z),
        "thigh": (0.0, aside, 0.0),
        "calf": go1.CALF_POSITION,
        "foot": go1.FOOT_POSITION,
    }
    inertials = go1.leg_bodies(leg)
    parent, pose = f"{ROOT}/trunk", Gf.Matrix4d(1.0)
    for part, place in places.items():
        local = Gf.Matrix4d().SetTranslate(Gf.Vec3d(*place))
        pose = local * pose
        body = _add_body(stage, f"{leg}_{part}", pose, inertials[part])
        joint = f"{ROOT}/joints/{leg}_{part}_joint"
        if part == "foot":
            fix_to_body(stage, joint, (parent, body), place)
        else:
            limits = tuple(math.degrees(limit) for limit in go1.POSITION_LIMITS[part])
            add_joint(stage, joint, (parent, body), local, "X" if part == "hip" else "Y", limits)
            # MuJoCo's own stops: what is derived from Newton's stiffness swings, and is unstable in steps of 10 ms
            stop = stage.GetPrimAtPath(joint).CreateAttribute("mjc:solreflimit", Sdf.ValueTypeNames.DoubleArray)
            stop.Set(Vt.DoubleArray(JOINT_STOP))
        parent = body

    hip, thigh, calf, foot = (f"{ROOT}/{leg}_{part}" for part in places)
    add_capsule(stage, f"{hip}/motor", ((0.0, 0.25 * aside, 0.0), (0.0, 0.7 * aside, 0.0)), HIP_RADIUS, "joint")
    add_capsule(stage, f"{thigh}/bone", ((0.0, 0.0, 0.0), go1.CALF_POSITION), THIGH_RADIUS, "shell", collides=True)
    shank = ((0.0, 0.0, 0.0), (0.0, 0.0, SHANK_END))
    add_capsule(stage, f"{calf}/bone", shank, SHANK_RADIUS, "joint", collides=True)
    add_sphere(stage, f"{foot}/ball", (0.0, 0.0, 0.0), go1.FOOT_RADIUS, "foot", collides=True)


def make_quadruped(path: Path) -> None:
    """Write the robot's USD layer.

    Args:
        path: File to write.
    """
    stage = new_articulation(path, ROOT, COLORS)
    trunk = _add_body(stage, "trunk", Gf.Matrix4d(1.0), go1.TRUNK)
    add_box(stage, f"{trunk}/box", (0.0, 0.0, 0.0), TRUNK_SIZE, "shell", collides=True)
    add_sphere(stage, f"{trunk}/head", HEAD, HEAD_RADIUS, "joint", collides=True)
    for leg in go1.LEGS:
        _add_leg(stage, leg)
    stage.GetRootLayer().Save()


if __name__ == "__main__":
    make_quadruped(Path(__file__).with_name("quadruped.usda"))
