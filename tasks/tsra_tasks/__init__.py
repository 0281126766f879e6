# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab task environments with privileged and onboard observation groups.

Importing this package registers every task with Gymnasium. Isaac Lab's command line finds it through the
``isaaclab.tasks`` entry point.
"""

from . import color_maze, curbs, limited_view, obstacle_flight, open_drawer, velocity  # noqa: F401
