# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The place of this process in a training on several GPUs, which ``torchrun`` tells by environment variables."""

from __future__ import annotations

import argparse
import os

import torch

TORCHRUN = ("RANK", "LOCAL_RANK", "WORLD_SIZE")
"""Environment variables that ``torchrun`` sets."""


def join_ranks(args: argparse.Namespace) -> int:
    """Find the rank of this process and give it its own GPU; on the CPU all ranks share the device.

    Args:
        args: Arguments of a command; ``device`` and ``distributed`` are set for this rank.

    Returns:
        The global rank; 0 for training in one process.

    Raises:
        ValueError: If ``--distributed`` and the environment variables contradict each other, or a GPU is missing.
    """
    distributed = getattr(args, "distributed", False)
    missing = [name for name in TORCHRUN if name not in os.environ]
    if not distributed:
        if int(os.environ.get("WORLD_SIZE", 1)) > 1:
            raise ValueError(
                f"this is one of {os.environ['WORLD_SIZE']} processes (WORLD_SIZE), but '--distributed' is missing."
                " Only training runs in several: add --distributed, or start the command without torchrun."
            )
        return 0
    if missing:
        raise ValueError(
            f"--distributed needs {', '.join(missing)} in the environment, which torchrun sets:"
            " torchrun --nproc_per_node=<GPUs> scripts/train.py --distributed ..."
        )
    local_rank = int(os.environ["LOCAL_RANK"])
    if args.device.startswith("cuda"):
        if local_rank >= torch.cuda.device_count():
            raise ValueError(
                f"--distributed: local rank {local_rank} has no GPU of its own, for {torch.cuda.device_count()} are"
                " visible. Lower --nproc_per_node."
            )
        args.device = f"cuda:{local_rank}"
    else:
        args.distributed = False  # Isaac Lab's launcher would look for a GPU
    return int(os.environ["RANK"])
