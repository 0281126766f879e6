# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Robots of the tasks: assets written by scripts in this folder, and their configurations."""

from .arm import ARM_CFG, ARM_JOINTS
from .quadrotor import QUADROTOR_CFG
from .quadrotor_dynamics import QuadrotorDynamics, QuadrotorDynamicsCfg
from .quadruped import QUADRUPED_ACTION_SCALE, QUADRUPED_CFG, QUADRUPED_FEET, QUADRUPED_JOINTS, QUADRUPED_SHAPES
from .rover import ROVER_CFG, TURNING_ROVER_CFG

__all__ = [
    "ARM_CFG",
    "ARM_JOINTS",
    "QUADROTOR_CFG",
    "QUADRUPED_ACTION_SCALE",
    "QUADRUPED_CFG",
    "QUADRUPED_FEET",
    "QUADRUPED_JOINTS",
    "QUADRUPED_SHAPES",
    "ROVER_CFG",
    "TURNING_ROVER_CFG",
    "QuadrotorDynamics",
    "QuadrotorDynamicsCfg",
]
