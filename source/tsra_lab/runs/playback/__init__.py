# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Letting policies act for somebody to watch, alone or side by side."""

from .loop import Playback, open_playback
from .parts import MatchedParts
from .requests import check_playback

__all__ = ["MatchedParts", "Playback", "check_playback", "open_playback"]
