# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The camera of the drawer task: where it stands and what it sees."""

import math

import isaaclab.sim as sim_utils
from isaaclab.sensors import CameraCfg

from ..shared.renderer_cfg import CameraRendererCfg
from .mdp import Vector

CAMERA_POSITION: Vector = (0.0, 0.3, 1.2)
"""Where the camera is, from the arm's base [m]: on a mast to its left."""

CAMERA_TARGET: Vector = (0.55, 0.0, 0.35)
"""What the camera looks at [m]."""

FIELD_OF_VIEW = math.radians(36.0)
"""Angle of view across the image [rad]."""

IMAGE_SIZE = 32
"""Width and height of the image [pixels]."""

MAX_DEPTH = 1.6
"""Depth beyond which nothing is seen [m]."""


def look_at(eye: Vector, target: Vector) -> tuple[float, float, float, float]:
    """Orientation of a camera whose x axis points at a target and whose image is level.

    Args:
        eye: Position of the camera [m].
        target: Position it looks at [m].

    Returns:
        Quaternion (x, y, z, w).
    """
    dx, dy, dz = (b - a for a, b in zip(eye, target, strict=True))
    yaw, pitch = 0.5 * math.atan2(dy, dx), 0.5 * math.atan2(-dz, math.hypot(dx, dy))
    return (
        -math.sin(yaw) * math.sin(pitch),
        math.cos(yaw) * math.sin(pitch),
        math.sin(yaw) * math.cos(pitch),
        math.cos(yaw) * math.cos(pitch),
    )


CAMERA_CFG = CameraCfg(
    prim_path="{ENV_REGEX_NS}/Camera",
    offset=CameraCfg.OffsetCfg(pos=CAMERA_POSITION, rot=look_at(CAMERA_POSITION, CAMERA_TARGET), convention="world"),
    width=IMAGE_SIZE,
    height=IMAGE_SIZE,
    data_types=["distance_to_image_plane"],
    spawn=sim_utils.PinholeCameraCfg(
        focal_length=0.5 / math.tan(0.5 * FIELD_OF_VIEW), horizontal_aperture=1.0, clipping_range=(0.05, MAX_DEPTH)
    ),
    renderer_cfg=CameraRendererCfg(),
)
"""Depth camera fixed beside the arm's base: an arm that reaches straight for the handle hides it."""
