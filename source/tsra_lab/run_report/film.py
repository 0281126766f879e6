# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A film of the run, within the page."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

KINDS = {".mp4": ("video/mp4", 4, b"ftyp"), ".gif": ("image/gif", 0, b"GIF8")}
"""By the file's ending: its type, and the bytes by which it is known, with their place."""


@dataclass(frozen=True)
class Film:
    """A film that was found."""

    path: Path
    """The file."""

    kind: str
    """Its type."""

    size: int
    """Bytes of the file."""

    @property
    def embedded_size(self) -> int:
        """Bytes that it takes in the page."""
        return 4 * -(-self.size // 3)

    def data_uri(self) -> str:
        """The film as an address that needs no network."""
        return f"data:{self.kind};base64,{base64.b64encode(self.path.read_bytes()).decode()}"


def find_film(run: Path) -> Film | None:
    """Find the newest film of a run, in its folder ``videos``.

    Args:
        run: Run directory.

    Returns:
        The film; None if there is none.

    Raises:
        ValueError: If the newest is no film.
    """
    # a link may lead to any file of this computer, which would then travel within the report
    inside = [path for path in (run / "videos").rglob("*") if path.is_file() and not path.is_symlink()]
    films = [path for path in inside if path.suffix.lower() in KINDS and path.resolve().is_relative_to(run.resolve())]
    newest = max(films, key=lambda path: (path.stat().st_mtime, path.name), default=None)
    return None if newest is None else open_film(newest)


def open_film(path: Path) -> Film:
    """Look at a film.

    Args:
        path: File that ends in ``.mp4`` or ``.gif``.

    Returns:
        The film.

    Raises:
        ValueError: If it is none.
    """
    kind, place, sign = KINDS.get(path.suffix.lower(), ("", 0, b""))
    head = b""
    if kind and path.is_file():
        with path.open("rb") as file:
            head = file.read(16)
    if not kind or head[place : place + len(sign)] != sign:
        raise ValueError(f"'{path}' is no film: it must be an MP4 or a GIF. Record it anew (scripts/play.py --video).")
    return Film(path, kind, path.stat().st_size)
