# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Measuring policies: episodes on matched seeds, success rates and the imitation gap."""

from .episodes import Episodes, run_episodes
from .imitability import measure_imitability
from .report import evaluation_report, format_table
from .starts import write_starts

__all__ = [
    "Episodes",
    "evaluation_report",
    "format_table",
    "measure_imitability",
    "run_episodes",
    "write_starts",
]
