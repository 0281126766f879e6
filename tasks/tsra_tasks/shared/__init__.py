# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What several tasks share: goals, posts and rays, cameras, physics and agents."""
