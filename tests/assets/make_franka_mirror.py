# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write a local asset root that holds stand-ins for what ``TSRA-OpenDrawer-Franka`` loads.

They have the official places, names of joints and bodies, and kinematics; shapes are boxes and capsules. The robot's
kinematics are the published ones. The cabinet's frames, and the extents of its front and of the handle's bar and feet,
are those of the cabinet's URDF in NVIDIA's IsaacGymEnvs. The official files' variants are left out.

Isaac Lab reads the environment variable ``ISAACSIM_ASSET_ROOT`` when it is imported, so the variable must point at the
root before. ``python make_franka_mirror.py ROOT`` writes one.
"""

import math
import sys
from pathlib import Path

from pxr import Gf, Sdf, Usd, UsdPhysics

from tsra_tasks.robots.arm_shapes import CAPSULES, HAND_SIZE
from tsra_tasks.robots.make_arm import joint_pose
from tsra_tasks.robots.panda import FINGER_BASE, FINGER_TRAVEL, FLANGE, HAND_YAW, POSITION_LIMITS
from tsra_tasks.robots.usd_primitives import (
    Vector,
    add_box,
    add_capsule,
    add_joint,
    add_link,
    box_inertia,
    fix_to_world,
    new_articulation,
)

FINGER_SIZE = (0.021, 0.010, 0.0538)
"""Width, thickness and length of a finger [m]."""
HALF_HEIGHT = 0.38
"""Half the height of the cabinet [m]; its frame is in its middle."""
FRONT_BACK = 0.2975
"""Back of the drawers' fronts in the cabinet's frame [m]."""
TOP_DRAWER = (0.0515, 0.0, 0.3172)
"""Frame of the upper drawer and of its handle in the cabinet's frame, when it is closed [m]."""
BOTTOM_DRAWER = (0.0515, 0.0, 0.18795)
"""Frame of the lower drawer [m]."""
DOOR_HINGE = (0.3162, 0.3757, -0.12973)
"""Frame of the right door [m]; the left one's is its mirror image."""
COLORS = {"light": (0.8, 0.8, 0.8), "dark": (0.3, 0.3, 0.3)}


def translation(position: Vector) -> Gf.Matrix4d:
    """A pose that is only moved [m]."""
    return Gf.Matrix4d().SetTranslate(Gf.Vec3d(*position))


def add_fixed_joint(stage: Usd.Stage, path: str, bodies: tuple[str, str], pose: Gf.Matrix4d) -> None:
    """Fix a child to its parent, at a pose in the parent's frame."""
    joint = UsdPhysics.FixedJoint.Define(stage, path)
    joint.CreateBody0Rel().SetTargets([bodies[0]])
    joint.CreateBody1Rel().SetTargets([bodies[1]])
    joint.CreateLocalPos0Attr(Gf.Vec3f(pose.ExtractTranslation()))
    joint.CreateLocalRot0Attr(Gf.Quatf(pose.ExtractRotationQuat()))


def _make_franka(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stage = new_articulation(str(path), "/panda", COLORS)
    add_link(stage, "/panda/panda_link0", Gf.Matrix4d(1.0), 3.0, (0.0, 0.0, 0.06), (0.02, 0.02, 0.02))
    fix_to_world(stage, "/panda/joints/anchor", "/panda/panda_link0")
    pose = Gf.Matrix4d(1.0)
    for index, (ends, radius) in enumerate(CAPSULES):
        link, parent, local = f"/panda/panda_link{index + 1}", f"/panda/panda_link{index}", joint_pose(index)
        pose = local * pose
        center = tuple(0.5 * (a + b) for a, b in zip(*ends, strict=True))
        add_link(stage, link, pose, 2.5, center, (0.02, 0.02, 0.02))
        add_capsule(stage, f"{link}/shell", ends, radius, "light")
        limits = tuple(math.degrees(limit) for limit in POSITION_LIMITS[index])
        add_joint(stage, f"/panda/joints/panda_joint{index + 1}", (parent, link), local, "Z", limits)

    hand, local = "/panda/panda_hand", Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(0, 0, 1), math.degrees(HAND_YAW)))
    local.SetTranslateOnly(Gf.Vec3d(0.0, 0.0, FLANGE))
    pose = local * pose
    center = (0.0, 0.0, 0.5 * HAND_SIZE[2])
    add_link(stage, hand, pose, 0.7, center, box_inertia(0.7, HAND_SIZE))
    add_box(stage, f"{hand}/box", center, HAND_SIZE, "light", collides=True)
    add_fixed_joint(stage, "/panda/joints/panda_hand_joint", ("/panda/panda_link7", hand), local)
    center = (0.0, 0.5 * FINGER_SIZE[1], 0.5 * FINGER_SIZE[2])
    for side, name in enumerate(("panda_leftfinger", "panda_rightfinger")):
        finger, joint = f"/panda/{name}", f"/panda/joints/panda_finger_joint{side + 1}"
        local = Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(0.0, 0.0, 1.0), 180.0 * side))
        local.SetTranslateOnly(Gf.Vec3d(0.0, 0.0, FINGER_BASE))
        add_link(stage, finger, local * pose, 0.05, center, box_inertia(0.05, FINGER_SIZE))
        add_box(stage, f"{finger}/pad", center, FINGER_SIZE, "dark", collides=True)
        add_joint(stage, joint, (hand, finger), local, "Y", (0.0, FINGER_TRAVEL), prismatic=True)
    # only the first finger is driven, with gains of the file; the second follows it
    drive = UsdPhysics.DriveAPI.Get(stage.GetPrimAtPath("/panda/joints/panda_finger_joint1"), "linear")
    drive.GetStiffnessAttr().Set(2000.0)
    drive.GetDampingAttr().Set(100.0)
    follower = stage.GetPrimAtPath("/panda/joints/panda_finger_joint2")
    follower.AddAppliedSchema("NewtonMimicAPI")
    follower.CreateRelationship("newton:mimicJoint").SetTargets([Sdf.Path("/panda/joints/panda_finger_joint1")])
    stage.GetRootLayer().Save()


def _make_cabinet(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    stage = new_articulation(str(path), "/cabinet", COLORS)
    body = "/cabinet/sektion"
    add_link(stage, body, Gf.Matrix4d(1.0), 20.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    depth = FRONT_BACK + 0.31
    center = (FRONT_BACK - 0.5 * depth, 0.0, 0.0)
    add_box(stage, f"{body}/box", center, (depth, 0.76, 2.0 * HALF_HEIGHT), "light", collides=True)
    fix_to_world(stage, "/cabinet/joints/anchor", body)

    for name, position in (("top", TOP_DRAWER), ("bottom", BOTTOM_DRAWER)):
        drawer, handle, pose = f"/cabinet/drawer_{name}", f"/cabinet/drawer_handle_{name}", translation(position)
        add_link(stage, drawer, pose, 3.0, (0.1, 0.0, 0.0), (0.2, 0.1, 0.2))
        add_box(stage, f"{drawer}/front", (0.2596, 0.0, 0.0), (0.0272, 0.76, 0.128), "dark", collides=True)
        add_joint(stage, f"/cabinet/joints/drawer_{name}_joint", (body, drawer), pose, "X", (0.0, 0.4), prismatic=True)
        add_link(stage, handle, pose, 0.2, (0.3, 0.0, 0.01), (1e-3, 1e-3, 1e-3))
        add_box(stage, f"{handle}/bar", (0.3041, 0.0, 0.0092), (0.0155, 0.163, 0.0243), "light", collides=True)
        for foot, side in (("left_foot", -1.0), ("right_foot", 1.0)):
            center, size = (0.2845, 0.0633 * side, 0.0092), (0.0225, 0.040, 0.0243)
            add_box(stage, f"{handle}/{foot}", center, size, "light", collides=True)
        add_fixed_joint(
            stage, f"/cabinet/joints/drawer_handle_{name}_joint", (drawer, handle), translation((0.0, 0.0, 0.0))
        )

    x, y, z = DOOR_HINGE
    for name, side, limits in (("right", 1.0, (0.0, 90.0)), ("left", -1.0, (-90.0, 0.0))):
        door, pose = f"/cabinet/door_{name}_link", translation((x, side * y, z))
        center = (0.0, -0.5 * side * y, 0.0)
        add_link(stage, door, pose, 2.0, center, (0.1, 0.1, 0.1))
        add_box(stage, f"{door}/panel", center, (0.016, 0.37, 0.48), "dark")
        add_joint(stage, f"/cabinet/joints/door_{name}_joint", (body, door), pose, "Z", limits)
    stage.GetRootLayer().Save()


def make_franka_mirror(root: Path) -> None:
    """Write the robot and the cabinet where Isaac Lab looks for its own.

    Args:
        root: Directory that ``ISAACSIM_ASSET_ROOT`` is to name. Created if need be.
    """
    _make_franka(root / "Isaac" / "IsaacLab" / "Robots" / "FrankaEmika" / "franka_panda.usda")
    _make_cabinet(root / "Isaac" / "Props" / "Sektion_Cabinet" / "sektion_cabinet_instanceable.usd")


if __name__ == "__main__":
    make_franka_mirror(Path(sys.argv[1]))
