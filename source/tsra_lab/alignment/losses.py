# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Alignment losses on the embeddings that teacher and student have of the same samples.

All of them are weightings of the same four terms, so the choice of a loss is a choice of weights
(:class:`tsra_lab.configs.AlignmentCfg`): contrast (InfoNCE, van den Oord et al., arXiv:1807.03748, symmetric as in
CLIP, arXiv:2103.00020), match, and the variance and covariance terms of VICReg (Bardes et al., arXiv:2105.04906).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as functional


@dataclass(frozen=True, kw_only=True)
class AlignmentLoss:
    """Weighted sum of the alignment terms. Terms of weight zero are not computed."""

    contrast_weight: float
    """Weight of :func:`contrast`."""

    match_weight: float
    """Weight of the mean squared difference of the pairs."""

    variance_weight: float
    """Weight of :func:`variance_hinge`, summed over both embeddings."""

    covariance_weight: float
    """Weight of :func:`covariance`, summed over both embeddings."""

    temperature: float
    """Temperature of :func:`contrast`."""

    def __call__(self, teacher: torch.Tensor, student: torch.Tensor) -> torch.Tensor:
        """Loss of a batch.

        Args:
            teacher: Embeddings of privileged observations. Shape is (batch, embedding_dim).
            student: Embeddings of the onboard observations of the same samples. Shape is (batch, embedding_dim).

        Returns:
            Scalar loss.
        """
        loss = teacher.new_zeros(())
        if self.contrast_weight:
            loss = loss + self.contrast_weight * contrast(teacher, student, self.temperature)
        if self.match_weight:
            loss = loss + self.match_weight * functional.mse_loss(teacher, student)
        if self.variance_weight:
            loss = loss + self.variance_weight * (variance_hinge(teacher) + variance_hinge(student))
        if self.covariance_weight:
            loss = loss + self.covariance_weight * (covariance(teacher) + covariance(student))
        return loss


def contrast(teacher: torch.Tensor, student: torch.Tensor, temperature: float) -> torch.Tensor:
    """Symmetric InfoNCE on cosine similarity: each embedding must find its own pair within the batch.

    Args:
        teacher: Embeddings of shape (batch, embedding_dim).
        student: Embeddings of shape (batch, embedding_dim).
        temperature: Divides the similarities; lower is stricter.

    Returns:
        Scalar loss.
    """
    logits = functional.normalize(teacher, dim=-1) @ functional.normalize(student, dim=-1).T / temperature
    pairs = torch.arange(len(logits), device=logits.device)
    return 0.5 * (functional.cross_entropy(logits, pairs) + functional.cross_entropy(logits.T, pairs))


def variance_hinge(embedding: torch.Tensor) -> torch.Tensor:
    """Mean over dimensions of how far the standard deviation falls short of 1 (VICReg, eq. 1).

    Args:
        embedding: Embeddings of shape (batch, embedding_dim).

    Returns:
        Scalar loss.
    """
    # the small constant keeps the square root's gradient finite where a dimension has collapsed
    std = torch.sqrt(embedding.var(dim=0) + 1.0e-4)
    return functional.relu(1.0 - std).mean()


def covariance(embedding: torch.Tensor) -> torch.Tensor:
    """Sum of squared covariances between different dimensions, over the number of dimensions (VICReg, eq. 3-4).

    Args:
        embedding: Embeddings of shape (batch, embedding_dim).

    Returns:
        Scalar loss.
    """
    matrix = torch.cov(embedding.T)
    return (matrix.square().sum() - matrix.diagonal().square().sum()) / embedding.shape[-1]
