# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""One step of an optimiser."""

from __future__ import annotations

import torch
import torch.nn as nn
from rsl_rl.utils import reduce_gradients_in_buckets

from .ranks import world_size

BUCKET_MB = 25.0
"""Size of the buffers in which gradients are averaged over ranks [MB], as rsl_rl's."""


def optimizer_step(optimizer: torch.optim.Optimizer, loss: torch.Tensor, max_grad_norm: float | None) -> None:
    """Move an optimiser's parameters down the gradient of a loss, averaged over all ranks.

    Args:
        optimizer: Optimiser; only its own parameters move.
        loss: Scalar.
        max_grad_norm: Norm at which the gradient of all its parameters together is clipped; None for no bound.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    optimizer.zero_grad()
    loss.backward()
    if world_size() > 1:
        reduce_gradients_in_buckets(parameters, world_size(), BUCKET_MB)
    if max_grad_norm is not None:
        nn.utils.clip_grad_norm_(parameters, max_grad_norm)
    optimizer.step()
