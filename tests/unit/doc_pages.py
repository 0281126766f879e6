# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reading the documentation's pages: their links, headings and code blocks."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
PAGES = [page for page in PAGES if "_build" not in page.parts]
READER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path, *languages: str) -> list[Block]:
    """The blocks of a page in some languages, in order."""
    fences = (token for token in READER.parse(page.read_text()) if token.type == "fence")
    found = [Block(page, token.info.strip(), token.content, token.map[0] + 1) for token in fences]
    return [block for block in found if block.language in languages]


def spans(page: Path) -> list[Token]:
    """Everything within the lines of a page, tables included."""
    return [span for token in READER.parse(page.read_text()) for span in token.children or []]


def links(page: Path) -> list[str]:
    """Targets of the links and pictures of a page."""
    targets = [span.attrGet("href") or span.attrGet("src") for span in spans(page)]
    return [str(target) for target in targets if target]


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    tokens = READER.parse(page.read_text())
    found: set[str] = set()
    seen: Counter[str] = Counter()
    for heading, inline in zip(tokens, tokens[1:], strict=False):
        if heading.type == "heading_open":
            text = "".join(span.content for span in inline.children or [])
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    return found


def is_external(link: str) -> bool:
    """Whether a link leaves the repository."""
    return re.match(r"[a-z]+:", link) is not None


def broken_links(page: Path) -> list[str]:
    """Links of a page, within the repository, that lead nowhere."""
    found = []
    for link in links(page):
        if is_external(link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and (target.suffix != ".md" or anchor not in anchors(target))):
            found.append(link)
    return found
