# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Things that stand about in the tasks. Each comes with the script that makes its USD file."""

from .post import POST_CFG, POST_RADIUS

__all__ = ["POST_CFG", "POST_RADIUS"]
