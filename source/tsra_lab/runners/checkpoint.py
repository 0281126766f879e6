# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Checkpoints that survive an interruption, and the random state that they hold."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import numpy as np
import torch

from tsra_results import whole_file

from .divergence import non_finite_models

FORMAT_VERSION = 2
"""Version of what a checkpoint holds. The first had no version."""


def save_checkpoint(checkpoint: dict, path: str | Path) -> None:
    """Write a checkpoint. A crash at any moment leaves the file that was there before, or none.

    Args:
        checkpoint: Tensors and plain Python values.
        path: File to write; its folder is made if need be.
    """
    with whole_file(path) as file:
        torch.save({"format_version": FORMAT_VERSION} | checkpoint, file)


def load_checkpoint(path: str | Path, map_location: str | None = None) -> dict:
    """Read a checkpoint, ours or stock rsl_rl's, with ``weights_only=True``.

    Args:
        path: File to read.
        map_location: Device for the tensors.

    Returns:
        The checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no checkpoint, one of another version of TSRA Lab, or of a training that diverged.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"There is no checkpoint '{path}'.")
    try:
        _check_archive(path)
        checkpoint = torch.load(path, weights_only=True, map_location=map_location)
        _check_tensors(checkpoint)
    except Exception as error:  # a damaged file makes torch raise almost anything
        raise ValueError(
            f"'{path}' is not a readable checkpoint: it is damaged, or holds more than tensors and plain values."
        ) from error
    if not isinstance(checkpoint, dict):
        raise ValueError(f"'{path}' is not a checkpoint: it holds a {type(checkpoint).__name__}.")
    iteration = checkpoint.get("iter", 0)
    if not isinstance(iteration, int) or isinstance(iteration, bool) or iteration < 0:
        raise ValueError(f"'{path}' is not a checkpoint: its iteration is {iteration!r}.")
    # stock rsl_rl's have neither a version nor our entries
    ours = "random_state" in checkpoint
    version = checkpoint.get("format_version", 1 if ours else FORMAT_VERSION)
    if version != FORMAT_VERSION:
        raise ValueError(
            f"'{path}' has format version {version}, but this version of TSRA Lab reads {FORMAT_VERSION}. Use the"
            " version that wrote it, or train anew."
        )
    if broken := non_finite_models(checkpoint):
        raise ValueError(
            f"'{path}' holds numbers that are not finite, in {', '.join(broken[:3])}: its training diverged. Take an"
            " earlier checkpoint."
        )
    return checkpoint


def _check_archive(path: str | Path) -> None:
    """Refuse a file whose parts are compressed or overlap, as torch never writes them: it may unfold to any size."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    packed = any(part.compress_type != zipfile.ZIP_STORED for part in parts)
    if packed or sum(part.file_size for part in parts) > Path(path).stat().st_size:
        raise ValueError("it is larger than it seems")


def _check_tensors(checkpoint: object) -> None:
    """Refuse tensors that are anything but the numbers of their storage: a view of one number may be of any size."""
    waiting, seen = [checkpoint], set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, torch.Tensor):
            plain = value.layout == torch.strided and not value.is_meta and not value.is_quantized
            if not plain or value.numel() * value.element_size() > value.untyped_storage().nbytes():
                raise ValueError("a tensor is not as torch writes it")
        elif isinstance(value, (dict, list, tuple)) and id(value) not in seen:
            seen.add(id(value))  # what refers to itself, or to one thing many times, is walked once
            waiting += value.values() if isinstance(value, dict) else value


def random_state() -> dict:
    """State of every random generator that training draws from, as tensors and plain values."""
    name, keys, position, has_gauss, cached = np.random.get_state()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": (name, torch.from_numpy(keys.astype(np.int64)), position, has_gauss, cached),
        "python": random.getstate(),
    }


def restore_random_state(state: dict) -> None:
    """Restore what :func:`random_state` gave.

    Args:
        state: State of the generators. CUDA generators are restored where there are as many as were saved.
    """
    torch.set_rng_state(state["torch"].cpu())
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all([generator.cpu() for generator in state["cuda"]])
    name, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((name, keys.cpu().numpy().astype(np.uint32), position, has_gauss, cached))
    random.setstate(state["python"])
