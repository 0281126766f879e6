# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Things that stand about in the tasks, with the scripts that make their USD files."""

from .cabinet import CABINET_CFG
from .post import POST_CFG, POST_RADIUS

__all__ = ["CABINET_CFG", "POST_CFG", "POST_RADIUS"]
