# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Wrong input in one line."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path

from tsra_lab.configs import UnknownOption, WrongKind

REFUSALS = (ValueError, FileNotFoundError, UnknownOption, WrongKind)
"""Errors that tell the user what is wrong and what to do about it."""

_simulator_started = False


def note_start() -> None:
    """Take note that the simulator starts: what goes wrong from here on deserves a traceback."""
    global _simulator_started
    _simulator_started = True


def refusing(main: Callable[[], int]) -> Callable[[], int]:
    """Let a command refuse wrong input in one line, with exit status 2, before the simulator starts.

    Args:
        main: The command.

    Returns:
        The same command.
    """

    @functools.wraps(main)
    def command() -> int:
        program = Path(sys.argv[0]).name
        try:
            return main()
        except REFUSALS as error:
            if _simulator_started:
                raise
            print(f"{program}: error: {' '.join(str(error).split())}", file=sys.stderr)
            return 2

    return command
