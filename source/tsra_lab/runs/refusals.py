# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Wrong input in one line."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Generator
from pathlib import Path

from tsra_lab.configs import UnknownOption, WrongKind

REFUSALS = (ValueError, OSError, UnknownOption, WrongKind)
"""Errors that tell the user what is wrong and what to do about it."""

_simulator_started = False


def note_start() -> None:
    """Take note that the simulator starts: what goes wrong from here on deserves a traceback."""
    global _simulator_started
    _simulator_started = True


@contextlib.contextmanager
def reading(run: Path) -> Generator[None]:
    """Let a run be refused whatever is wrong with what it recorded.

    Args:
        run: Run directory.

    Raises:
        ValueError: If anything goes wrong that is no refusal yet.
    """
    try:
        yield
    except REFUSALS:
        raise
    except Exception as error:  # a file that is not ours may have any value in any place
        raise ValueError(f"The run '{run}' cannot be opened: {type(error).__name__}: {error}.") from error


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
