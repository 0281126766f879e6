# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Health of an aligned embedding."""

from __future__ import annotations

import torch


@torch.no_grad()
def embedding_health(teacher: torch.Tensor, student: torch.Tensor) -> dict[str, float]:
    """Measure what a loss value alone hides: whether pairs find each other and whether dimensions are alive.

    Args:
        teacher: Embeddings of privileged observations. Shape is (batch, embedding_dim).
        student: Embeddings of the onboard observations of the same samples. Shape is (batch, embedding_dim).

    Returns:
        ``retrieval_accuracy``: share of onboard embeddings whose nearest privileged embedding in the batch is their
        own pair (chance is 1 / batch); ``embedding_std_min`` and ``embedding_std_mean``: standard deviation of the
        privileged embedding per dimension, over the dimensions.
    """
    nearest = torch.cdist(student, teacher).argmin(dim=-1)
    pairs = torch.arange(len(student), device=student.device)
    std = teacher.std(dim=0)
    return {
        "retrieval_accuracy": (nearest == pairs).float().mean().item(),
        "embedding_std_min": std.min().item(),
        "embedding_std_mean": std.mean().item(),
    }
