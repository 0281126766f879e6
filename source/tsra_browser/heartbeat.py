# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A sign of life while something says nothing of itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

INTERVAL = 10.0
"""Time between two lines [s]."""


@contextmanager
def heartbeat(text: str, interval: float = INTERVAL) -> Generator[None]:
    """Context in which a line says now and then what goes on, and since when.

    Args:
        text: What goes on.
        interval: Time between two lines [s].
    """
    start, over = time.monotonic(), threading.Event()

    def beat() -> None:
        while not over.wait(interval):
            print(f"[INFO] {text}: {time.monotonic() - start:.0f} s so far.", flush=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
