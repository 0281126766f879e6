# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Robots of the tasks: assets written by scripts in this folder, and their articulation configurations."""

from .rover import ROVER_CFG, TURNING_ROVER_CFG

__all__ = ["ROVER_CFG", "TURNING_ROVER_CFG"]
