# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The page of error messages quotes what the source says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "errors.md"
VALUE = "\0"
"""What stands for a value in a text of the source."""


def quoted() -> list[str]:
    """Messages of the page: the first cell of each row."""
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return [re.match(r"\| `([^`]+)` \|", row)[1] for row in rows]


def texts() -> list[str]:
    """All texts of the source, with a sign for each value that is put in."""
    found = []
    for file in (file for folder in ("source", "tasks") for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else VALUE for part in node.values]
                found.append("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


def is_said(message: str, said: list[str]) -> bool:
    """Whether a text has the message: the same words, and a value where the page has dots."""
    # three dots at the end may stand for more words too, and four for a value and a full stop
    beginning = message if message.endswith("....") else message.removesuffix("...")
    words = [re.escape(part) for part in beginning.split("...")]
    pattern = re.compile(f"{VALUE}+".join(words))
    return any(pattern.search(text) for text in said)


def test_every_message_on_the_page_is_one_of_the_source() -> None:
    said, messages = texts(), quoted()
    assert len(messages) > 60
    assert [message for message in messages if not is_said(message, said)] == []


def test_another_message_would_be_found_missing() -> None:
    said = texts()
    assert is_said("It did not answer within ... s (time_limit).", said)
    assert not is_said("It did not answer within ... minutes (time_limit).", said)
    assert not is_said("It did ... answer within ... s (time_limit).", said)


def test_every_table_has_three_cells() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    assert [row for row in rows if len(re.sub(r"`[^`]*`", "", row).split("|")) != 5] == []
