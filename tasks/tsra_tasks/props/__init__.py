# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Things that stand about in the tasks, with the scripts that make their USD files, and rays that measure them."""

from .cabinet import CABINET_CFG
from .post import POST_CFG, POST_RADIUS
from .rays import post_distances, ray_post_distances

__all__ = ["CABINET_CFG", "POST_CFG", "POST_RADIUS", "post_distances", "ray_post_distances"]
