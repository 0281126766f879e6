# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Measuring policies: episodes on matched seeds, success rates and the imitation gap."""

from .embeddings import EmbeddedPairs, PairRecorder, alignment_figure
from .environment_state import preserved
from .episodes import Episodes, run_episodes, terminations
from .imitability import measure_imitability
from .initial_states import write_initial_states
from .report import evaluation_report, format_performance, format_table, shortfall

__all__ = [
    "EmbeddedPairs",
    "Episodes",
    "PairRecorder",
    "alignment_figure",
    "evaluation_report",
    "format_performance",
    "format_table",
    "measure_imitability",
    "preserved",
    "run_episodes",
    "shortfall",
    "terminations",
    "write_initial_states",
]
