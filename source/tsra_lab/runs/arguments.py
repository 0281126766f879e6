# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Values of the command line that are checked as they are read."""

from __future__ import annotations

import argparse
import re

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
