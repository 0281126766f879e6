# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The alignment losses against values worked out by hand, and the metrics of an embedding."""

from __future__ import annotations

import math

import pytest
import torch

from tsra_lab.alignment import AlignmentLoss, embedding_health
from tsra_lab.alignment.losses import contrast, covariance, variance_hinge

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

WEIGHTS = {"contrast_weight": 0.0, "match_weight": 0.0, "variance_weight": 0.0, "covariance_weight": 0.0}


def embeddings(batch: int = 32, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings of teacher and student that resemble each other pairwise."""
    torch.manual_seed(seed)
    teacher = torch.randn(batch, 4)
    return teacher, teacher + 0.3 * torch.randn(batch, 4)


def test_contrast_is_lower_for_matched_than_for_shuffled_pairs():
    teacher, student = embeddings()
    matched = contrast(teacher, student, 0.5)
    shuffled = contrast(teacher, student.roll(1, dims=0), 0.5)
    assert matched < 0.7 * shuffled


def test_contrast_is_symmetric_in_its_embeddings():
    teacher, student = embeddings()
    student = student * torch.tensor([3.0, 1.0, 0.2, 1.0])  # so that rows and columns of the similarities differ
    assert contrast(teacher, student, 0.5).item() == pytest.approx(contrast(student, teacher, 0.5).item(), rel=1e-6)


def test_contrast_of_uninformative_embeddings_is_the_log_of_the_batch_size():
    same = torch.ones(20, 4)
    assert contrast(same, same, 0.1).item() == pytest.approx(math.log(20), rel=1e-5)


@pytest.mark.parametrize("temperature", [0.25, 0.5, 2.0])
def test_contrast_uses_cosine_similarity_over_temperature(temperature: float):
    """Orthogonal pairs have similarity 1 with their own and 0 with the others, whatever their lengths."""
    teacher, student = 3.0 * torch.eye(5), 0.2 * torch.eye(5)
    expected = math.log(math.exp(1.0 / temperature) + 4.0) - 1.0 / temperature
    assert contrast(teacher, student, temperature).item() == pytest.approx(expected, rel=1e-4)


def test_contrast_moves_both_embeddings():
    teacher, student = (each.requires_grad_() for each in embeddings())
    contrast(teacher, student, 0.5).backward()
    assert teacher.grad.norm() > 0 and student.grad.norm() > 0


def test_variance_hinge_is_zero_from_a_deviation_of_one_on():
    torch.manual_seed(0)
    embedding = torch.randn(64, 3)
    embedding = (embedding - embedding.mean(dim=0)) / embedding.std(dim=0)
    assert variance_hinge(embedding).item() == pytest.approx(0.0, abs=1e-6)
    assert variance_hinge(4.0 * embedding) == 0.0
    assert variance_hinge(0.5 * embedding).item() == pytest.approx(1.0 - math.sqrt(0.25 + 1e-4), rel=1e-4)


def test_a_lively_dimension_does_not_make_up_for_a_dead_one():
    lively = torch.tensor([[5.0], [-5.0], [5.0], [-5.0]])
    embedding = torch.cat([lively, torch.zeros(4, 1)], dim=1)
    assert variance_hinge(embedding).item() == pytest.approx(0.5 * 0.99, rel=1e-5)


def test_variance_hinge_has_a_finite_gradient_at_collapse_that_spreads_what_is_left():
    collapsed = torch.zeros(8, 3, requires_grad=True)
    variance_hinge(collapsed).backward()
    assert torch.isfinite(collapsed.grad).all()
    nearly = torch.tensor([[1.0e-3], [-1.0e-3]], requires_grad=True)
    variance_hinge(nearly).backward()
    assert nearly.grad[0] < 0 < nearly.grad[1]  # descent pushes the two apart


def test_covariance_of_decorrelated_dimensions_is_zero():
    embedding = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    assert covariance(7.0 * embedding + 3.0) == 0.0


def test_covariance_of_a_matrix_made_by_hand():
    """Two samples: the covariance matrix is [[2, 2, -4], [2, 2, -4], [-4, -4, 8]]."""
    embedding = torch.tensor([[1.0, 1.0, -2.0], [-1.0, -1.0, 2.0]])
    expected = 2.0 * (2.0**2 + 4.0**2 + 4.0**2) / 3.0
    assert covariance(embedding).item() == pytest.approx(expected)
    assert covariance(embedding + 5.0).item() == pytest.approx(expected, rel=1e-5)


def test_zero_weights_give_zero():
    assert AlignmentLoss(**WEIGHTS, temperature=0.5)(*embeddings()) == 0.0


def test_a_term_of_weight_zero_cannot_spoil_the_loss():
    loss = AlignmentLoss(**WEIGHTS | {"match_weight": 1.0}, temperature=0.0)(*embeddings())
    assert torch.isfinite(loss)


def test_the_loss_is_the_weighted_sum_of_its_terms():
    teacher, student = embeddings()
    teacher, student = 0.5 * teacher, 0.4 * student  # a deviation below 1, so that every term counts
    terms = {
        "contrast_weight": contrast(teacher, student, 0.3),
        "match_weight": (teacher - student).square().mean(),
        "variance_weight": variance_hinge(teacher) + variance_hinge(student),
        "covariance_weight": covariance(teacher) + covariance(student),
    }
    weights = dict(zip(terms, (2.0, 3.0, 5.0, 7.0), strict=True))
    for name, term in terms.items():
        assert term > 1.0e-3
        alone = AlignmentLoss(**WEIGHTS | {name: weights[name]}, temperature=0.3)(teacher, student)
        assert alone.item() == pytest.approx(weights[name] * term.item(), rel=1e-5)
    total = sum(weights[name] * term.item() for name, term in terms.items())
    assert AlignmentLoss(**weights, temperature=0.3)(teacher, student).item() == pytest.approx(total, rel=1e-5)


def test_equal_embeddings_are_all_retrieved_and_random_ones_by_chance():
    torch.manual_seed(0)
    teacher, other = torch.randn(500, 4), torch.randn(500, 4)
    assert embedding_health(teacher, teacher.clone())["retrieval_accuracy"] == 1.0
    assert embedding_health(teacher, other)["retrieval_accuracy"] < 0.03  # chance is 1 / 500


def test_retrieval_looks_for_the_students_pair_among_the_teachers():
    teacher, student = torch.tensor([[0.0], [1.0]]), torch.tensor([[0.1], [0.2]])
    assert embedding_health(teacher, student)["retrieval_accuracy"] == 0.5
    assert embedding_health(student, teacher)["retrieval_accuracy"] == 1.0


def test_a_dead_dimension_shows_in_the_smallest_deviation():
    teacher = torch.tensor([[3.0, 1.0], [0.0, 1.0], [-3.0, 1.0]])
    health = embedding_health(teacher, torch.randn(3, 2))
    assert health["embedding_std_min"] == 0.0
    assert health["embedding_std_mean"] == pytest.approx(1.5)
