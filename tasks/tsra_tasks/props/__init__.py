# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Things that stand about in the tasks, with the scripts that make their USD files."""

from .cabinet import CABINET_CFG
from .curb import CURB_COLOR, CURB_HEIGHT, CURB_WIDTH, curb_cfg
from .ground import GROUND_CFG
from .post import POST_CFG, POST_HEIGHT, POST_RADIUS

__all__ = [
    "CABINET_CFG",
    "CURB_COLOR",
    "CURB_HEIGHT",
    "CURB_WIDTH",
    "GROUND_CFG",
    "POST_CFG",
    "POST_HEIGHT",
    "POST_RADIUS",
    "curb_cfg",
]
