# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What training on several processes (ranks) needs beside averaged gradients. On one rank it does nothing."""

from __future__ import annotations

import torch
from torch import distributed
from torch.distributed.nn.functional import all_gather


def world_size() -> int:
    """Number of processes that train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def share_of(batch_size: int) -> int:
    """This rank's part of a batch that all ranks draw together; at least 1."""
    return max(1, batch_size // world_size())


def gather_batch(batch: torch.Tensor) -> torch.Tensor:
    """Join the ranks' parts of a batch, for losses that compare its samples; gradients flow back to every part.

    Args:
        batch: This rank's part. Shape is (batch, ...), the same on all ranks.

    Returns:
        All parts in the order of the ranks, of shape (world_size * batch, ...).
    """
    return torch.cat(all_gather(batch.contiguous())) if world_size() > 1 else batch


def average_over_ranks(value: torch.Tensor) -> torch.Tensor:
    """Average a tensor over the ranks, so that all of them draw the same conclusion from it.

    Args:
        value: Tensor of any shape, the same on all ranks.

    Returns:
        The mean, of the same shape.
    """
    if world_size() > 1:
        value = value.detach().clone()
        distributed.all_reduce(value)
        value /= world_size()
    return value
