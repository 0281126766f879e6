# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Headless Chromium, for tests of what is seen in a browser."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""For a machine without a display, and without a word to the network."""


def find_chromium() -> str:
    """Where Chromium or Chrome is. Without it the test is skipped, and fails in CI, which has it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        reason = "There is no Chromium: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return chromium


@contextmanager
def browser_page() -> Iterator[Page]:
    """Open an empty page that can show three dimensions.

    Yields:
        The page.
    """
    executable, flags = find_chromium(), [*FLAGS, "--enable-unsafe-swiftshader"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        page = browser.new_page(viewport={"width": 900, "height": 600})
        yield page
        browser.close()


def watched(page: Page) -> tuple[list[str], list[str]]:
    """What the page will tell its console, and whom it will ask."""
    told, asked = [], []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    return told, asked


@contextmanager
def loaded(context: BrowserContext, address: str) -> Iterator[Page]:
    """Open a page of policies that drive. In the end it asked nobody else for anything, and its console stayed silent.

    Args:
        context: The browser.
        address: Where the page is served.

    Yields:
        The page.
    """
    page = context.new_page()
    told, asked = watched(page)
    page.goto(address)
    page.wait_for_selector("main[aria-busy=false]")
    yield page
    page.close()
    assert told == []
    assert len(asked) >= 7 and [url for url in asked if not url.startswith((address, "data:"))] == []


def undecoded(page: Page) -> list[str]:
    """Sources, shortened, of a page's images that show nothing. The page must have images."""
    images = page.locator("img")
    images.first.wait_for(state="attached")
    return images.evaluate_all(
        "images => images.filter((item) => !(item.complete && item.naturalWidth)).map((item) => item.src.slice(0, 80))"
    )


def drive_until_counted(frame: FrameLocator, policies: list[str]) -> None:
    """Let a page in which one drives policies, which another embeds, run fast until it counts an outcome of each.

    Args:
        frame: The page.
        policies: Names of the policies that drive.
    """
    frame.locator("main[aria-busy=false]").wait_for(timeout=60_000)
    frame.get_by_label("Speed").select_option("16")
    for name in policies:
        cells = frame.get_by_role("row", name=name).get_by_role("cell")
        cells.get_by_text(re.compile(r"^[1-9]\d*$")).first.wait_for(timeout=60_000)
