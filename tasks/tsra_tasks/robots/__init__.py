# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Robots and furniture: assets written by scripts in this folder, and their articulation configurations."""

from .arm import ARM_CFG, ARM_JOINTS
from .cabinet import CABINET_CFG
from .rover import ROVER_CFG, TURNING_ROVER_CFG

__all__ = ["ARM_CFG", "ARM_JOINTS", "CABINET_CFG", "ROVER_CFG", "TURNING_ROVER_CFG"]
