# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a finding says: in a word, and from the best to the worst."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """How good or bad something is."""

    GOOD = 0
    UNKNOWN = 1
    ATTENTION = 2
    BAD = 3

    @property
    def word(self) -> str:
        """The word for people, who need not see colours."""
        return ("good", "not known", "look closer", "wrong")[self]
