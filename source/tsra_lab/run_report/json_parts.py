# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reading JSON that came with a run: every value is of the kind that it must be, or the file is refused by name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_BYTES = 2**24
"""Largest file. An evaluation has 1 kB, so this is one of ten thousand."""

MAX_TEXT = 400
"""Longest text that is shown; the rest is cut off."""

LARGEST = 1.0e12
"""Largest number that is measured anywhere, and that can be drawn."""


def plain_text(text: str) -> str:
    """Make a text of a stranger's fit to be shown: in one line, not long, without marks that turn what follows around.

    Args:
        text: Any text.

    Returns:
        The text, with a sign in place of each character that cannot be printed.
    """
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return shown if len(shown) <= MAX_TEXT else shown[:MAX_TEXT] + "..."


@dataclass(frozen=True)
class Part:
    """A value of a file, and where it stands."""

    value: Any
    """The value."""

    path: Path
    """The file."""

    place: str = ""
    """Where in the file; empty for all of it."""

    def __getitem__(self, name: str) -> Part:
        """An entry of a mapping; null where there is none."""
        self.require(isinstance(self.value, dict), "a mapping")
        return Part(self.value.get(name), self.path, f"{self.place}.{name}".lstrip("."))

    def require(self, condition: bool, kind: str) -> None:
        """Refuse the file if a condition does not hold.

        Args:
            condition: What must hold.
            kind: What the value must be, in words.

        Raises:
            ValueError: If it does not hold.
        """
        if not condition:
            place = plain_text(self.place) or "the file"
            raise ValueError(
                f"'{self.path}' is damaged: {place} must be {kind}. Make it anew, or move it elsewhere: the report then"
                " does without."
            )

    def items(self) -> list[Part]:
        """Elements of a list."""
        self.require(isinstance(self.value, list), "a list")
        return [Part(item, self.path, f"{self.place}[{index}]") for index, item in enumerate(self.value)]

    def entries(self) -> dict[str, Part]:
        """Entries of a mapping by name."""
        self.require(isinstance(self.value, dict), "a mapping")
        return {plain_text(name): self[name] for name in self.value}

    def number(self, low: float = -LARGEST, high: float = LARGEST) -> float:
        """A number within bounds."""
        value = self.value
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        self.require(is_number and low <= value <= high, f"a number of {low:g} to {high:g}")
        return float(value)

    def count(self) -> int:
        """A whole number of at least 0."""
        self.require(isinstance(self.value, int), "a whole number")
        return int(self.number(0.0))

    def text(self) -> str:
        """A text, fit to be shown."""
        self.require(isinstance(self.value, str), "a text")
        return plain_text(self.value)

    def is_given(self) -> bool:
        """Whether it is more than null."""
        return self.value is not None


def read_json(path: Path) -> Part:
    """Read a file.

    Args:
        path: File to read.

    Returns:
        All of it.

    Raises:
        ValueError: If it is no JSON, or larger than what is measured of a run.
    """
    try:
        if not path.is_file():
            raise ValueError("it is no file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES} bytes")
        return Part(json.loads(content), path)
    except (OSError, ValueError, RecursionError) as error:
        problem = plain_text(str(error)) or type(error).__name__
        raise ValueError(
            f"'{path}' is not readable as JSON: {problem}. Make it anew, or move it elsewhere: the report then does"
            " without."
        ) from error
