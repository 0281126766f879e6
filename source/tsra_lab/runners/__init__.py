# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The training loop, and checkpoints that survive an interruption."""

from .aligned_runner import BEST_CHECKPOINT, FIGURES_FOLDER, AlignedRunner
from .checkpoint import FORMAT_VERSION, load_checkpoint, random_state, restore_random_state, save_checkpoint
from .divergence import DIAGNOSTIC_FILE, Divergence

__all__ = [
    "BEST_CHECKPOINT",
    "DIAGNOSTIC_FILE",
    "FIGURES_FOLDER",
    "FORMAT_VERSION",
    "AlignedRunner",
    "Divergence",
    "load_checkpoint",
    "random_state",
    "restore_random_state",
    "save_checkpoint",
]
