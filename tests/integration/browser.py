# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A page in headless Chromium, for tests of what is seen in a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run", "--enable-unsafe-swiftshader"),
)
"""For a machine without a display, and without a word to the network."""


@contextmanager
def browser_page() -> Iterator[Page]:
    """Open an empty page. Without Chromium or Chrome the test is skipped, and fails where it counts (``CI=true``).

    Yields:
        The page.
    """
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        reason = "There is no Chromium: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 900, "height": 600})
        yield page
        browser.close()
