# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Learning an embedding that privileged state and onboard observation share."""

from .aligner import Aligner
from .losses import alignment_loss
from .metrics import embedding_health
from .pairs import OnboardCamera, PairCollector, find_onboard_camera, full_precision
from .sequences import embed

__all__ = [
    "Aligner",
    "OnboardCamera",
    "PairCollector",
    "alignment_loss",
    "embed",
    "embedding_health",
    "find_onboard_camera",
    "full_precision",
]
