# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Samples at which both observation sets are complete: all that a student's learning needs of the onboard sensors."""

from .collector import PairCollector, Pairs, full_precision
from .memory import PairMemory
from .schedule import RenderSchedule, find_onboard_camera
from .sequences import embed

__all__ = [
    "PairCollector",
    "PairMemory",
    "Pairs",
    "RenderSchedule",
    "embed",
    "find_onboard_camera",
    "full_precision",
]
