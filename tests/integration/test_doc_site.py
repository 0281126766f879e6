# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The pages as a site: built without a warning, and read without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import browser_page, drive_until_counted, watched

from tsra_browser import page_server
from tsra_browser.serving import address_of

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
LOADED = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src", "video": "src"}
"""Attribute by which an element of a page loads something."""


class Loads(HTMLParser):
    """What a page loads when it is opened."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        # a canonical address is not loaded
        if tag in LOADED and values.get("rel") != "canonical":
            self.targets.append(values.get(LOADED[tag]) or "")


def is_elsewhere(target: str) -> bool:
    """Whether an address is not one of the site's own files."""
    return re.match(r"\s*(?:[a-z]+:)?//", target, re.IGNORECASE) is not None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as ``make docs`` does."""
    folder = tmp_path_factory.mktemp("site")
    (recipe,) = re.findall(r"^\t.*-m sphinx (.*) docs docs/_build$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert "--fail-on-warning" in recipe and "--nitpicky" in recipe
    command = [
        sys.executable,
        "-m",
        "sphinx",
        *recipe.split(),
        "-d",
        str(folder / "doctrees"),
        "docs",
        str(folder / "html"),
    ]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "html"


def test_every_page_is_built(site: Path) -> None:
    pages = [page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md") if "_build" not in page.parts]
    assert len(pages) > 40
    assert [page for page in pages if not (site / page.with_suffix(".html")).is_file()] == []


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    # the theme's own folder has a template among its files
    pages = [page for page in site.rglob("*.html") if "_static" not in page.parts]
    loads = {page: Loads(page.read_text()).targets for page in pages}
    assert all(any(target.endswith(".css") or ".css?" in target for target in targets) for targets in loads.values())
    found = [(page.name, target) for page, targets in loads.items() for target in targets if is_elsewhere(target)]
    assert found == []
    for style in site.rglob("*.css"):
        text = style.read_text()
        targets = re.findall(r"""url\(\s*["']?([^"')]+)""", text) + re.findall(r"""@import\s+["']([^"']+)""", text)
        assert [target for target in targets if is_elsewhere(target)] == [], style.name


def test_what_is_loaded_from_elsewhere_would_be_found() -> None:
    page = '<script src="https://x.org/y.js"></script><link rel="stylesheet" href="//x.org/y.css"><img src="y.png">'
    targets = Loads(page).targets
    assert [is_elsewhere(target) for target in targets] == [True, True, False]


def test_classes_are_told_from_their_docstrings(site: Path) -> None:
    for page, words in (
        ("tsra_deploy", ("Policy", "ObservationError")),
        ("tsra_lab.configs", ("AlignedPPOCfg", "kept_pairs")),
        ("tsra_lab.algorithms", ("AlignedPPO", "Consistency")),
    ):
        text = (site / "api" / f"{page}.html").read_text()
        assert [word for word in words if f">{word}<" not in text] == [], page


def test_the_graph_is_drawn_and_links_to_other_pages_are_followed(site: Path) -> None:
    text = (site / "architecture.html").read_text()
    assert '<svg class="drawn-graph"' in text
    assert 'href="method.html"' in text
    assert "--&gt;" not in text


def test_policies_can_be_driven_in_the_site(site: Path) -> None:
    files = list((ROOT / "docs" / "live").iterdir())
    assert len(files) == 4 and sum(file.stat().st_size for file in files) < 1_500_000
    with page_server(site, 0) as server, browser_page() as page:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = address_of(server)
        _, asked = watched(page)
        told = []
        page.on("console", lambda message: told.append(message.location["url"]))
        page.on("pageerror", lambda error: told.append(f"{address}live/: {error}"))
        page.goto(f"{address}live.html")
        frame = page.frame_locator("iframe.live-page")
        drive_until_counted(frame, ["Student of a plain teacher", "TSRA's student, distilled"])
        assert frame.locator("#tally tr").count() == 3
        # rovers have moved, and their pictures are no blank ones
        assert len(frame.locator("canvas").first.screenshot()) > 5000
        page.get_by_role("link", name="In a window of its own").click()
        page.wait_for_selector("main[aria-busy=false]")
        assert page.url == f"{address}live/index.html"
        # the theme's script tells which colours it chose, and the site has no icon
        assert [url for url in told if url.startswith(f"{address}live/")] == []
        assert len(asked) > 20 and [url for url in asked if not url.startswith((address, "data:"))] == []
        server.shutdown()
