# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The newest of the pictures that a training drew at its evaluations."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from tsra_lab.runners import FIGURES_FOLDER

PATTERN = r"alignment_(\d+)\.png"
"""File name of the picture of an iteration."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
"""What a PNG begins with."""

MAX_BYTES = 2**20
"""Largest picture; ours have a tenth of it."""


@dataclass(frozen=True)
class AlignmentFigure:
    """A picture of both views' embeddings."""

    iteration: int
    """Iteration at which it was drawn."""

    data_uri: str
    """The picture, as an address that needs no network."""


def find_figure(run: Path) -> AlignmentFigure | None:
    """Find the picture of the last evaluation.

    Args:
        run: Run directory.

    Returns:
        The picture; None if there is none.

    Raises:
        ValueError: If it is no PNG, or too large.
    """
    folder = run / FIGURES_FOLDER
    # a link may lead to any file of this computer, which would then travel within the report
    files = [path for path in folder.glob("*.png") if path.is_file() and not path.is_symlink()]
    numbered = [(int(match[1]), path) for path in files if (match := re.fullmatch(PATTERN, path.name))]
    if folder.is_symlink() or not numbered:
        return None
    iteration, path = max(numbered)
    content = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    if not content.startswith(SIGNATURE):
        raise ValueError(f"'{path}' is no PNG of at most {MAX_BYTES} bytes: delete it.")
    return AlignmentFigure(iteration, f"data:image/png;base64,{base64.b64encode(content).decode()}")
