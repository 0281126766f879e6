# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Learning an embedding that privileged state and onboard observation share."""

from .aligner import Aligner
from .losses import AlignmentLoss
from .metrics import embedding_health
from .optimizer_step import optimizer_step
from .pairs import PairCollector, PairMemory, Pairs, RenderSchedule, embed, find_onboard_camera, full_precision
from .ranks import average_over_ranks, gather_batch, share_of, world_size

__all__ = [
    "average_over_ranks",
    "Aligner",
    "AlignmentLoss",
    "PairCollector",
    "PairMemory",
    "Pairs",
    "RenderSchedule",
    "embed",
    "embedding_health",
    "find_onboard_camera",
    "full_precision",
    "gather_batch",
    "optimizer_step",
    "share_of",
    "world_size",
]
