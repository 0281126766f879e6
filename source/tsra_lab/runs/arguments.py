# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Values of the command line that are checked as they are read."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

import torch

MAX_SEED = 2**32 - 1
"""Largest seed that numpy takes."""


def positive(text: str) -> int:
    """A whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def seed(text: str) -> int:
    """A whole number of at least 0 that every random generator takes."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must not be negative, but is {number}")
    if number > MAX_SEED:
        raise argparse.ArgumentTypeError(f"must be at most {MAX_SEED}, not {number}")
    return number


def check_device(device: str) -> None:
    """Refuse a device that there is not.

    Args:
        device: Device of the command line.

    Raises:
        ValueError: If it is neither the CPU nor a GPU that is there.
    """
    match = re.fullmatch(r"cpu|cuda(?::(\d+))?", device)
    if match is None:
        raise ValueError(f"--device {device!r}: choose cpu, cuda or cuda:<number>")
    if device != "cpu" and not torch.cuda.is_available():
        raise ValueError(f"--device {device}: there is no GPU that PyTorch can use. The CPU is --device cpu")
    if device != "cpu" and int(match[1] or 0) >= torch.cuda.device_count():
        raise ValueError(f"--device {device}: there are GPUs up to cuda:{torch.cuda.device_count() - 1} only")


def named(text: str) -> str:
    """A text that is not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def writable_file(text: str) -> str:
    """A file that can be written; its folder is made when it is."""
    path = Path(named(text))
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if path.is_dir() or not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise argparse.ArgumentTypeError(f"'{text}' cannot be written")
    return text


def writable_folder(text: str) -> str:
    """A folder that can be written to, or made."""
    path = Path(named(text)).absolute()
    folder = next(parent for parent in (path, *path.parents) if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise argparse.ArgumentTypeError(f"'{text}' cannot be written to")
    return text
