# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The processes (ranks) of a distributed training."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import distributed

TIMEOUT = timedelta(minutes=30)
"""How long a rank waits for the others; they wait while rank 0 evaluates."""


def join_ranks(device: str) -> dict[str, int] | None:
    """Join the other processes that ``torchrun`` has started: by NCCL on GPUs, by gloo on the CPU.

    Args:
        device: Device of the agent.

    Returns:
        ``global_rank``, ``local_rank`` and ``world_size``, as rsl_rl's algorithms take them; None on one process.

    Raises:
        ValueError: If the device is another rank's GPU.
    """
    world_size = int(os.getenv("WORLD_SIZE", "1"))
    if world_size == 1:
        return None
    ranks = {
        "global_rank": int(os.environ["RANK"]),
        "local_rank": int(os.environ["LOCAL_RANK"]),
        "world_size": world_size,
    }
    on_gpu = device != "cpu"
    if on_gpu and device != f"cuda:{ranks['local_rank']}":
        raise ValueError(f"Rank {ranks['local_rank']} trains on cuda:{ranks['local_rank']}, not on '{device}'.")
    if not distributed.is_initialized():
        distributed.init_process_group(
            "nccl" if on_gpu else "gloo", rank=ranks["global_rank"], world_size=world_size, timeout=TIMEOUT
        )
    if on_gpu:
        torch.cuda.set_device(ranks["local_rank"])
    return ranks


@contextmanager
def lost_ranks_named() -> Generator[None]:
    """Say what it means when the ranks can't talk to each other any more.

    Yields:
        Nothing.

    Raises:
        RuntimeError: If another rank was lost.
    """
    try:
        yield
    except distributed.DistError as error:
        raise RuntimeError(lost_message()) from error
    except RuntimeError as error:
        # gloo's own errors have no class of theirs
        if distributed.is_initialized() and any(word in str(error) for word in ("Connection", "gloo", "Timed out")):
            raise RuntimeError(lost_message()) from error
        raise


def lost_message() -> str:
    """What a rank says when another does not answer."""
    return (
        f"Rank {os.environ['RANK']} lost another rank, which was killed or failed: its own output, above, tells why."
        " Training ends; go on from the last checkpoint with --checkpoint latest."
    )


def check_ranks_agree(state: Mapping[str, object]) -> None:
    """Check that models and statistics are equal on all ranks.

    Args:
        state: Checkpoint of this rank's algorithm.

    Raises:
        RuntimeError: If a model differs; the message names it.
    """
    sums = {
        f"{name}.{key}": tensor.double().sum()
        for name, part in state.items()
        if name.endswith("_state_dict") and isinstance(part, Mapping)
        for key, tensor in part.items()
        if isinstance(tensor, torch.Tensor)
    }
    lowest = torch.stack(list(sums.values()))
    highest = lowest.clone()
    distributed.all_reduce(lowest, distributed.ReduceOp.MIN)
    distributed.all_reduce(highest, distributed.ReduceOp.MAX)
    differing = [name for name, differs in zip(sums, (lowest != highest).tolist(), strict=True) if differs]
    if differing:
        raise RuntimeError(
            f"The ranks have drifted apart in {', '.join(differing[:5])}: this is a defect, do not go on."
        )
