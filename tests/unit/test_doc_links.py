# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Every link of the pages leads somewhere. Nothing is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_pages import PAGES, ROOT, anchors, broken_links, is_external, links

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ELSEWHERE = {"https://github.com/isaac-sim/IsaacLab"}
"""All that the pages link to outside of the repository: follow a new one by hand before it is added."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_anchor_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_the_pages_have_links() -> None:
    assert len(PAGES) > 40
    assert sum(len(links(page)) for page in PAGES) > 150


def test_links_to_elsewhere_are_known() -> None:
    assert {link for page in PAGES for link in links(page) if is_external(link)} == ELSEWHERE


def test_broken_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "other.md").write_text("# One `two`, *three*\n\n## Again\n\n## Again\n")
    page.write_text(
        "# Here\n\n[a](other.md) [b](#here) [c](other.md#one-two-three) [d](other.md#again-1) [e](https://x.org/y)\n\n"
        "| [f](none.md) | ![g](none.png) |\n|---|---|\n| [h](other.md#none) | [i](#none) |\n\n`[j](code.md)`\n"
    )
    assert anchors(tmp_path / "other.md") == {"one-two-three", "again", "again-1"}
    assert broken_links(page) == ["none.md", "none.png", "other.md#none", "#none"]
