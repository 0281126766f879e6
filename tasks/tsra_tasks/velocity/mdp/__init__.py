# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Terms about what legged robots cannot feel: friction, payload, strength of the motors and contacts of the feet."""

from .gains import NETWORKS, Gains, ScaleMotorStrength
from .observations import BodyMassRatio, FootFriction, MotorStrength, feet_contact

__all__ = [
    "NETWORKS",
    "BodyMassRatio",
    "FootFriction",
    "Gains",
    "MotorStrength",
    "ScaleMotorStrength",
    "feet_contact",
]
