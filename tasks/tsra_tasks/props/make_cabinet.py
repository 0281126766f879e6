# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Write ``cabinet.usda``: a cabinet with a drawer that has a bar for a handle, made of primitives.

The cabinet's frame lies at the foot of its front: x out of the front, z up. The body is one solid box, so the drawer's
tray is only seen; what can be touched is the body, the drawer's front, the bar and its two posts. The drawer slides on
the joint ``drawer``, whose position is how far it is open [m]. The joint ``handle`` is where along the front the handle
is mounted [m]: a drive holds it there, so that handles differ and have to be seen.

Run ``python -m tsra_tasks.props.make_cabinet`` after a change and commit the result.
"""

from pathlib import Path

from pxr import Gf

from ..robots.usd_primitives import (
    add_box,
    add_capsule,
    add_joint,
    add_link,
    box_inertia,
    fix_to_world,
    new_articulation,
)

BODY_SIZE = (0.40, 0.50, 0.40)
"""Depth, width and height of the body [m]."""
FRONT_SIZE = (0.018, 0.46, 0.10)
"""Thickness, width and height of the drawer's front [m]."""
FRONT_GAP = 0.002
"""Gap between the body and the drawer's front [m]."""
HANDLE_POSITION = (0.076, 0.0, 0.345)
"""Centre of the bar when drawer and handle are at zero, in the cabinet's frame [m]. Behind it 44 mm are free."""
HANDLE_RADIUS = 0.012
"""Radius of the bar [m]."""
HANDLE_LENGTH = 0.12
"""Length of the bar, without its round ends [m]."""
HANDLE_TRAVEL = 0.14
"""How far to either side of the middle the handle may be mounted [m]."""
HANDLE_MASS = 0.3
"""Mass of the handle [kg]."""
DRAWER_TRAVEL = 0.30
"""How far the drawer opens [m]."""
DRAWER_MASS = 2.0
"""Mass of the drawer without its handle [kg]."""


def make_cabinet(path: Path) -> None:
    """Write the cabinet's USD layer.

    Args:
        path: File to write.
    """
    colors = {"body": (0.55, 0.40, 0.28), "front": (0.80, 0.66, 0.48), "metal": (0.25, 0.26, 0.28)}
    stage = new_articulation(path, "/Cabinet", colors)
    depth, width, height = BODY_SIZE
    thickness, front_width, front_height = FRONT_SIZE
    _, _, handle_z = HANDLE_POSITION

    # the body never moves: its mass only has to be positive
    add_link(stage, "/Cabinet/body", Gf.Matrix4d(1.0), 20.0, (-0.5 * depth, 0.0, 0.5 * height), (1.0, 1.0, 1.0))
    add_box(stage, "/Cabinet/body/box", (-0.5 * depth, 0.0, 0.5 * height), BODY_SIZE, "body", collides=True)
    lower = (handle_z - 0.5 * front_height) * 0.5
    add_box(stage, "/Cabinet/body/door", (0.5 * thickness, 0.0, lower), (thickness, front_width, 0.26), "front")
    fix_to_world(stage, "/Cabinet/joints/anchor", "/Cabinet/body")

    # the drawer's frame is where the handle is at zero
    pose = Gf.Matrix4d().SetTranslate(Gf.Vec3d(*HANDLE_POSITION))
    plate_x = FRONT_GAP + 0.5 * thickness - HANDLE_POSITION[0]
    inertia = box_inertia(DRAWER_MASS, (depth, front_width, front_height))
    add_link(stage, "/Cabinet/drawer", pose, DRAWER_MASS, (-0.15, 0.0, 0.0), inertia)
    add_box(stage, "/Cabinet/drawer/front", (plate_x, 0.0, 0.0), FRONT_SIZE, "front", collides=True)
    tray = plate_x - 0.5 * DRAWER_TRAVEL
    add_box(stage, "/Cabinet/drawer/bottom", (tray, 0.0, -0.04), (DRAWER_TRAVEL, 0.40, 0.01), "front")
    for name, side in (("left_side", 1.0), ("right_side", -1.0)):
        add_box(stage, f"/Cabinet/drawer/{name}", (tray, 0.2 * side, -0.01), (DRAWER_TRAVEL, 0.01, 0.06), "front")
    sides = ("/Cabinet/body", "/Cabinet/drawer")
    add_joint(stage, "/Cabinet/joints/drawer", sides, pose, "X", (0.0, DRAWER_TRAVEL), prismatic=True)

    half, plate_face = 0.5 * HANDLE_LENGTH, plate_x + 0.5 * thickness
    inertia = box_inertia(HANDLE_MASS, (-plate_face, HANDLE_LENGTH, 2.0 * HANDLE_RADIUS))
    add_link(stage, "/Cabinet/handle", pose, HANDLE_MASS, (0.0, 0.0, 0.0), inertia)
    ends = ((0.0, -half, 0.0), (0.0, half, 0.0))
    add_capsule(stage, "/Cabinet/handle/bar", ends, HANDLE_RADIUS, "metal", collides=True)
    for name, side in (("left_post", 1.0), ("right_post", -1.0)):
        center = (0.5 * plate_face, side * (half - 0.005), 0.0)
        add_box(stage, f"/Cabinet/handle/{name}", center, (-plate_face, 0.01, 0.01), "metal", collides=True)
    sides, limits = ("/Cabinet/drawer", "/Cabinet/handle"), (-HANDLE_TRAVEL, HANDLE_TRAVEL)
    add_joint(stage, "/Cabinet/joints/handle", sides, Gf.Matrix4d(1.0), "Y", limits, prismatic=True)
    stage.GetRootLayer().Save()


if __name__ == "__main__":
    make_cabinet(Path(__file__).with_name("cabinet.usda"))
