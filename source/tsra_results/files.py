# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Files that are written whole or not at all."""

import argparse
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: str | Path) -> Generator[BinaryIO]:
    """Write a file. A crash at any time leaves the file that was there before, or none.

    Args:
        path: File to write; its folder is made if need be.

    Yields:
        What to write to. It takes the place of ``path`` once the block ends without an error.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_report(report: dict | list, path: str | Path) -> None:
    """Write a report as JSON, whole or not at all.

    Args:
        report: JSON-ready values.
        path: File to write; its folder is made if need be.

    Raises:
        ValueError: If a number is not finite.
    """
    text = json.dumps(report, indent=2, allow_nan=False) + "\n"
    with whole_file(path) as file:
        file.write(text.encode())


def writable_file(text: str) -> str:
    """A file that can be written; its folder is made when it is."""
    path = Path(text)
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if path.is_dir() or not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise argparse.ArgumentTypeError(f"'{text}' cannot be written")
    return text


def writable_folder(text: str) -> str:
    """A folder that can be written to, or made."""
    path = Path(text).absolute()
    folder = next(parent for parent in (path, *path.parents) if parent.exists())
    if not text.strip() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise argparse.ArgumentTypeError(f"'{text}' cannot be written to")
    return text
