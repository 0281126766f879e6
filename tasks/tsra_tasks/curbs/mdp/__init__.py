# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Terms of the curbs task's Markov decision process, beside those of Isaac Lab and of the velocity tasks."""

from .curbs import Curbs, draw_curbs, ground_height
from .events import PlaceCurbs, redrawn_curbs_ahead
from .initial_state import initial_state
from .metrics import walking_metrics
from .observations import HeightProfile
from .rewards import BaseHeight, foot_lift, progress
from .terminations import FollowedCommand, velocity_errors

__all__ = [
    "BaseHeight",
    "Curbs",
    "FollowedCommand",
    "HeightProfile",
    "PlaceCurbs",
    "draw_curbs",
    "foot_lift",
    "ground_height",
    "initial_state",
    "progress",
    "redrawn_curbs_ahead",
    "velocity_errors",
    "walking_metrics",
]
