# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write ``arm.usda``: a seven-joint arm with the kinematics of a Franka Emika Panda, made of primitives.

Kinematics and limits are the published ones in ``panda.py``. Shapes are capsules and boxes of about the real arm's
size. Masses follow from one assumption: all links are solid, of one density, and the arm weighs the published 18 kg
without its base. Each link's inertia is that of a solid cylinder along its longest capsule. The hand is part of the
last link; two fingers slide on it. Only the forearm, the hand and the fingers collide.

Run ``python -m tsra_tasks.robots.make_arm`` after a change and commit the result.
"""

import math
from pathlib import Path

from pxr import Gf

from .arm_shapes import CAPSULES, FINGER_SIZE, HAND_SIZE
from .panda import (
    DH_PARAMETERS,
    FINGER_BASE,
    FINGER_TRAVEL,
    FLANGE,
    HAND_YAW,
    NUM_JOINTS,
    POSITION_LIMITS,
)
from .usd_primitives import (
    Vector,
    add_box,
    add_capsule,
    add_joint,
    add_link,
    box_inertia,
    fix_to_world,
    new_articulation,
)

ARM_MASS = 18.0
"""Mass of the moving links without fingers [kg]."""
FINGER_MASS = 0.05
"""Mass of a finger [kg]."""
FOREARM = 4
"""Index of the one capsule that collides: the others are out of the cabinet's reach."""


def capsule_volume(ends: tuple[Vector, Vector], radius: float) -> float:
    """Volume of a capsule [m^3].

    Args:
        ends: Centres of its half-spheres [m].
        radius: Radius [m].

    Returns:
        The volume.
    """
    return math.pi * radius**2 * (math.dist(*ends) + 4.0 / 3.0 * radius)


def link_inertia(mass: float, ends: tuple[Vector, Vector], radius: float) -> Vector:
    """Moments of inertia of a solid cylinder that stands for a capsule, along the link's axes [kg m^2].

    The products of inertia are left out: the reflected inertia of the gears outweighs them.

    Args:
        mass: Mass [kg].
        ends: Ends of the cylinder's axis [m].
        radius: Radius [m].

    Returns:
        Moments about x, y and z.
    """
    length = math.dist(*ends) + 4.0 / 3.0 * radius
    across, along = mass * (3.0 * radius**2 + length**2) / 12.0, 0.5 * mass * radius**2
    axis = [(b - a) / math.dist(*ends) for a, b in zip(*ends, strict=True)]
    return tuple(across + (along - across) * share**2 for share in axis)


def joint_pose(index: int) -> Gf.Matrix4d:
    """Pose of a joint's frame in the frame before it, at position zero.

    Args:
        index: Index of the joint, from 0.

    Returns:
        The pose, as a row-vector matrix of USD.
    """
    a, d, alpha = DH_PARAMETERS[index]
    pose = Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(1.0, 0.0, 0.0), math.degrees(alpha)))
    return pose.SetTranslateOnly(Gf.Vec3d(a, -math.sin(alpha) * d, math.cos(alpha) * d))


def finger_pose(side: int) -> Gf.Matrix4d:
    """Pose of a closed finger in the last link's frame; it opens along its own y axis.

    Args:
        side: 0 for the left finger, 1 for the right.

    Returns:
        The pose.
    """
    yaw = math.degrees(HAND_YAW) + 180.0 * side
    pose = Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(0.0, 0.0, 1.0), yaw))
    return pose.SetTranslateOnly(Gf.Vec3d(0.0, 0.0, FLANGE + FINGER_BASE))


def make_arm(path: Path) -> None:
    """Write the arm's USD layer.

    Args:
        path: File to write.
    """
    colors = {"shell": (0.90, 0.90, 0.88), "joint": (0.30, 0.33, 0.38), "finger": (0.15, 0.15, 0.17)}
    stage = new_articulation(path, "/Arm", colors)

    add_link(stage, "/Arm/link0", Gf.Matrix4d(1.0), 3.0, (0.0, 0.0, 0.06), (0.02, 0.02, 0.02))
    add_capsule(stage, "/Arm/link0/shell", ((-0.04, 0.0, 0.06), (0.0, 0.0, 0.06)), 0.075, "joint")
    fix_to_world(stage, "/Arm/joints/anchor", "/Arm/link0")

    volumes = [capsule_volume(*capsule) for capsule in CAPSULES]
    hand_volume = math.prod(HAND_SIZE)
    density = ARM_MASS / (sum(volumes) + hand_volume)
    pose = Gf.Matrix4d(1.0)
    for index, (ends, radius) in enumerate(CAPSULES):
        link, parent = f"/Arm/link{index + 1}", f"/Arm/link{index}"
        local = joint_pose(index)
        pose = local * pose
        if index == NUM_JOINTS - 1:  # the hand is on it: one cylinder for both
            volumes[index] += hand_volume
            ends = (ends[0], (0.0, 0.0, FLANGE + HAND_SIZE[2]))
        mass = density * volumes[index]
        center = tuple(0.5 * (a + b) for a, b in zip(*ends, strict=True))
        add_link(stage, link, pose, mass, center, link_inertia(mass, ends, radius))
        material = "shell" if index % 2 else "joint"
        add_capsule(stage, f"{link}/shell", CAPSULES[index][0], radius, material, collides=index == FOREARM)
        limits = tuple(math.degrees(limit) for limit in POSITION_LIMITS[index])
        add_joint(stage, f"/Arm/joints/joint{index + 1}", (parent, link), local, "Z", limits)

    hand = f"/Arm/link{NUM_JOINTS}"
    center = (0.0, 0.0, FLANGE + 0.5 * HAND_SIZE[2])
    add_box(stage, f"{hand}/hand", center, HAND_SIZE, "shell", yaw=math.degrees(HAND_YAW), collides=True)
    _, thickness, length = FINGER_SIZE
    center = (0.0, 0.5 * thickness, 0.5 * length)
    inertia = box_inertia(FINGER_MASS, FINGER_SIZE)
    for side, name in enumerate(("left_finger", "right_finger")):
        finger, local = f"/Arm/{name}", finger_pose(side)
        add_link(stage, finger, local * pose, FINGER_MASS, center, inertia)
        add_box(stage, f"{finger}/pad", center, FINGER_SIZE, "finger", collides=True)
        add_joint(stage, f"/Arm/joints/{name}", (hand, finger), local, "Y", (0.0, FINGER_TRAVEL), prismatic=True)
    stage.GetRootLayer().Save()


if __name__ == "__main__":
    make_arm(Path(__file__).with_name("arm.usda"))
