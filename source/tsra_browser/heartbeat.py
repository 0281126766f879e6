# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A sign of life while something says nothing of itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

INTERVAL = 10.0
"""Time between two lines [s]."""


@contextmanager
def heartbeat(text: str, interval: float = INTERVAL) -> Generator[Callable[[], None]]:
    """Context in which a line says now and then what goes on, and since when.

    Args:
        text: What goes on.
        interval: Longest time without a line [s].

    Yields:
        To be called where something else was said: the next line can wait.
    """
    start, over = time.monotonic(), threading.Event()
    last = start

    def heard() -> None:
        nonlocal last
        last = time.monotonic()

    def beat() -> None:
        while not over.wait(max(last + interval - time.monotonic(), 0.0)):
            if time.monotonic() - last >= interval:
                print(f"[INFO] {text}: {time.monotonic() - start:.0f} s so far.", flush=True)
                heard()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        over.set()
        thread.join()
