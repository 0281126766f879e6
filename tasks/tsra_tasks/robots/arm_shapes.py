# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Shapes of the arm's links: what its script draws, and what can hide something from a camera."""

import math

from .panda import FINGER_LENGTH, FLANGE, HAND_YAW

Vector = tuple[float, float, float]

FINGER_SIZE = (0.020, 0.014, FINGER_LENGTH)
"""Width, thickness and length of a finger [m]."""
HAND_SIZE = (0.06, 0.20, 0.066)
"""Depth, width and height of the hand [m]; it is as wide as the fingers open, along y."""

CAPSULES: tuple[tuple[tuple[Vector, Vector], float], ...] = (
    (((0.0, 0.0, -0.19), (0.0, 0.0, 0.0)), 0.060),
    (((0.0, 0.0, -0.04), (0.0, -0.19, 0.0)), 0.060),
    (((0.0, 0.0, -0.12), (0.0825, 0.0, 0.0)), 0.055),
    (((0.0, 0.0, 0.03), (-0.0825, 0.12, 0.0)), 0.055),
    (((0.0, 0.02, -0.26), (0.0, 0.04, 0.0)), 0.052),
    (((0.0, 0.0, 0.0), (0.088, 0.0, 0.0)), 0.048),
    (((0.0, 0.0, -0.01), (0.0, 0.0, 0.06)), 0.044),
)
"""Ends [m] and radius [m] of the capsule of each link, in the link's frame."""

HAND_REACH = 0.5 * (HAND_SIZE[1] - HAND_SIZE[2])
"""Half the length of the capsule that stands for the hand, without its round ends [m]."""

OCCLUDERS: tuple[tuple[str, tuple[Vector, Vector], float], ...] = (
    *((f"link{index + 1}", ends, radius) for index, (ends, radius) in enumerate(CAPSULES)),
    (
        "link7",
        (
            (HAND_REACH * math.sin(HAND_YAW), -HAND_REACH * math.cos(HAND_YAW), FLANGE + 0.5 * HAND_SIZE[2]),
            (-HAND_REACH * math.sin(HAND_YAW), HAND_REACH * math.cos(HAND_YAW), FLANGE + 0.5 * HAND_SIZE[2]),
        ),
        0.5 * HAND_SIZE[2],
    ),
    ("left_finger", ((0.0, 0.007, 0.0), (0.0, 0.007, FINGER_LENGTH)), 0.009),
    ("right_finger", ((0.0, 0.007, 0.0), (0.0, 0.007, FINGER_LENGTH)), 0.009),
)
"""Body, ends [m] and radius [m] of the capsules that stand for the whole moving arm: boxes are rounded off."""
