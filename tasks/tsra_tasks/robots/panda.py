# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Published kinematics and limits of the Franka Emika Panda, and the gripper that our arm carries.

Source: "Robot and interface specifications" of the Franka Control Interface documentation
(https://frankaemika.github.io/docs/control_parameters.html): Denavit-Hartenberg parameters in Craig's convention,
joint limits, rated speeds and torques. No CAD data are used: shapes and masses are ours, in ``make_arm.py``.
"""

import math

import torch

NUM_JOINTS = 7

DH_PARAMETERS = (
    # a [m], d [m], alpha [rad]
    (0.0, 0.333, 0.0),
    (0.0, 0.0, -math.pi / 2),
    (0.0, 0.316, math.pi / 2),
    (0.0825, 0.0, math.pi / 2),
    (-0.0825, 0.384, -math.pi / 2),
    (0.0, 0.0, math.pi / 2),
    (0.088, 0.0, math.pi / 2),
)
"""Craig's parameters of each joint: turn by alpha about x, move by a along x, turn by the joint about z, move by d
along z."""

FLANGE = 0.107
"""Flange from the last joint's frame, along z [m]."""

POSITION_LIMITS = (
    (-2.8973, 2.8973),
    (-1.7628, 1.7628),
    (-2.8973, 2.8973),
    (-3.0718, -0.0698),
    (-2.8973, 2.8973),
    (-0.0175, 3.7525),
    (-2.8973, 2.8973),
)
"""Joint limits [rad]."""

VELOCITY_LIMITS = (2.1750, 2.1750, 2.1750, 2.1750, 2.6100, 2.6100, 2.6100)
"""Joint speed limits [rad/s]."""

EFFORT_LIMITS = (87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0)
"""Joint torque limits [N m]."""

HAND_YAW = -math.pi / 4
"""Rotation of the hand on the flange, about z [rad]. The fingers open along the hand's y axis."""

FINGER_TRAVEL = 0.04
"""Travel of each finger from closed [m]."""

FINGER_BASE = 0.0584
"""Root of the fingers from the flange, along z [m]."""

FINGER_LENGTH = 0.094
"""Length of a finger [m]. Franka's are 0.054: ours are longer, so that they reach behind a handle while the hand stays
above the cabinet's top."""

GRIPPER_POINT = FINGER_BASE + FINGER_LENGTH - 0.015
"""The point between the fingertips that is commanded, from the flange along z [m]."""


def reach_down(radius: torch.Tensor, height: torch.Tensor) -> torch.Tensor:
    """Inverse kinematics of a gripper that points straight down, with the joints 3 and 5 at zero.

    Shoulder and elbow are a planar chain of two links then, solved by the law of cosines with the elbow up.

    Args:
        radius: Distance of the gripper's point from the first joint's axis [m].
        height: Its height above the base [m]. Shape is that of ``radius``.

    Returns:
        Positions of the joints 2, 4 and 6 [rad], in the last dimension; of a straight arm in the point's direction
        where it does not reach.
    """
    (_, base, _), (_, upper, _), (elbow, _, _), (_, fore, _), (wrist, _, _) = (
        DH_PARAMETERS[index] for index in (0, 2, 3, 4, 6)
    )
    out, up = radius - wrist, height + FLANGE + GRIPPER_POINT - base
    first, second = math.hypot(upper, elbow), math.hypot(fore, elbow)
    cosine = (out.square() + up.square() - first**2 - second**2) / (2.0 * first * second)
    bend = cosine.clamp(-1.0, 1.0).acos()
    bend += math.atan2(elbow, upper) + math.atan2(elbow, fore)
    # where the wrist is when the upper arm is upright
    upright_out = elbow - elbow * bend.cos() + fore * bend.sin()
    upright_up = upper + elbow * bend.sin() + fore * bend.cos()
    lean = torch.atan2(out, up) - torch.atan2(upright_out, upright_up)
    return torch.stack([lean, -bend, lean + bend], dim=-1)
