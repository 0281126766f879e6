# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What one set of variables tells about another: a small network is trained to predict it on episodes it never saw."""

from __future__ import annotations

import torch
import torch.nn as nn
from scipy.stats import rankdata

EPOCHS = 60
BATCH_SIZE = 256
LEARNING_RATE = 2.0e-3
WEIGHT_DECAY = 1.0e-4

TEST_SHARE = 0.3
VALIDATION_SHARE = 0.15

MIN_EPISODES = 8
"""Lower bound on episodes: fewer cannot be split."""

CONSTANT = 1.0e-6
"""Standard deviation below which a variable does not vary."""


def predict_held_out(
    inputs: torch.Tensor, targets: torch.Tensor, episodes: torch.Tensor, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Train the probe on some episodes and predict the targets of others.

    Whole episodes are held out: samples of one episode share what is hidden in it, so samples drawn at random would be
    recognised, not predicted. Each target keeps the prediction of the epoch that is best on a third part, at worst its
    mean: what cannot be predicted is not fitted. The global random state stays as it is.

    Args:
        inputs: What to predict from. Shape is (num_samples, num_inputs).
        targets: What to predict. Shape is (num_samples, num_targets).
        episodes: Episode of each sample. Shape is (num_samples,).
        seed: Seed of the split and the network.

    Returns:
        Predictions and true values of the held-out samples. Shapes are (num_held_out, num_targets).

    Raises:
        ValueError: If there are too few episodes to hold some out.
    """
    with torch.random.fork_rng(range(torch.cuda.device_count())), torch.inference_mode(False), torch.enable_grad():
        torch.manual_seed(seed)
        train, validation, test = _split(episodes)
        x, y = _standardized(inputs, train), _standardized(targets, train)
        network, optimizer = regression(x, y)
        best_error = y[validation].square().mean(dim=0)
        best = torch.zeros_like(y[test])
        for _ in range(EPOCHS):
            train_epoch(network, optimizer, x[train], y[train])
            with torch.no_grad():
                error = (network(x[validation]) - y[validation]).square().mean(dim=0)
                best = torch.where(error < best_error, network(x[test]), best)
                best_error = torch.minimum(error, best_error)
    deviation, mean = torch.std_mean(targets[train], dim=0)
    return mean + deviation * best, targets[test]


def held_out(episodes: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """Which samples :func:`predict_held_out` holds out. The global random state stays as it is.

    Args:
        episodes: Episode of each sample. Shape is (num_samples,).
        seed: Seed of the split.

    Returns:
        Mask of shape (num_samples,).

    Raises:
        ValueError: If there are too few episodes to hold some out.
    """
    with torch.random.fork_rng(range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        return _split(episodes)[2]


def regression(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[nn.Module, torch.optim.Optimizer]:
    """A small network from inputs to targets, and its optimiser.

    Args:
        inputs: Inputs of shape (num_samples, num_inputs).
        targets: Targets of shape (num_samples, num_targets).

    Returns:
        The network, with weights of the global random state, and its optimiser.
    """
    sizes = inputs.shape[1], targets.shape[1]
    network = nn.Sequential(nn.Linear(sizes[0], 64), nn.ELU(), nn.Linear(64, 64), nn.ELU(), nn.Linear(64, sizes[1]))
    network.to(inputs.device)
    return network, torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)


def train_epoch(
    network: nn.Module, optimizer: torch.optim.Optimizer, inputs: torch.Tensor, targets: torch.Tensor
) -> None:
    """Train a network on all samples once, by the mean squared error.

    Args:
        network: The network.
        optimizer: Its optimiser.
        inputs: Inputs of shape (num_samples, num_inputs).
        targets: Targets of shape (num_samples, num_targets).
    """
    for index in torch.randperm(len(inputs)).to(inputs.device).split(BATCH_SIZE):
        loss = nn.functional.mse_loss(network(inputs[index]), targets[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def _split(episodes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Masks of the samples to train on, to choose the epoch by, and to hold out."""
    names, episodes = episodes.unique(return_inverse=True)
    count = len(names)
    if count < MIN_EPISODES:
        raise ValueError(f"A probe needs at least {MIN_EPISODES} episodes, not {count}. Raise --num_envs.")
    order = torch.randperm(count).to(episodes.device)
    num_test, num_validation = round(TEST_SHARE * count), max(1, round(VALIDATION_SHARE * count))
    part = torch.zeros_like(order)
    part[order[:num_test]] = 2
    part[order[num_test : num_test + num_validation]] = 1
    part = part[episodes]
    return part == 0, part == 1, part == 2


def _standardized(values: torch.Tensor, train: torch.Tensor) -> torch.Tensor:
    """Values with mean 0 and standard deviation 1 over the training part; those constant there are 0."""
    deviation, mean = torch.std_mean(values[train], dim=0)
    return torch.where(deviation < CONSTANT, 0.0, (values - mean) / deviation.clamp(min=CONSTANT))


def permuted_across_episodes(values: torch.Tensor, episodes: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """Give each episode values of another one: what a probe finds in them is chance.

    Args:
        values: Values of shape (num_samples, ...).
        episodes: Episode of each sample. Shape is (num_samples,).
        seed: Seed of the permutation.

    Returns:
        Values of the same shape: each from a random sample of the other episode, which is the same for all samples
        of one.
    """
    generator = torch.Generator().manual_seed(seed)
    _, episodes, counts = episodes.cpu().unique(return_inverse=True, return_counts=True)
    order = torch.randperm(len(counts), generator=generator)
    other = torch.empty_like(order)
    other[order] = order.roll(1)
    other = other[episodes]
    sample = (torch.rand(len(episodes), generator=generator) * counts[other]).long()
    first = counts.cumsum(0) - counts
    return values[episodes.argsort(stable=True)[first[other] + sample].to(values.device)]


def is_binary(values: torch.Tensor) -> bool:
    """Whether a term takes exactly two values, those of its components that never vary set aside.

    Args:
        values: Values of shape (num_samples, num_components).
    """
    return len(values[:, _varying(values)].unique()) == 2


def r2_score(predictions: torch.Tensor, truth: torch.Tensor) -> float | None:
    """Share of the variance that is predicted, R2: components count by their variance.

    Args:
        predictions: Predictions of shape (num_samples, num_components).
        truth: True values of the same shape.

    Returns:
        1 for perfect predictions, 0 for those no better than the mean, below 0 for worse; None if nothing varies.
    """
    varying = _varying(truth)
    if not varying.any():
        return None
    residual = (predictions - truth)[:, varying].square().sum()
    return 1.0 - (residual / (truth - truth.mean(dim=0))[:, varying].square().sum()).item()


def auc_score(predictions: torch.Tensor, truth: torch.Tensor) -> float | None:
    """Area under the ROC curve, averaged over components: how often the larger value has the larger prediction.

    Args:
        predictions: Predictions of shape (num_samples, num_components).
        truth: True values of the same shape, two different ones in each component.

    Returns:
        1 for perfect predictions, 0.5 for chance; None if nothing varies.
    """
    varying = _varying(truth)
    if not varying.any():
        return None
    predictions, truth = predictions[:, varying].cpu().numpy(), truth[:, varying].cpu().numpy()
    positive = truth > truth.min(axis=0)
    num_positive = positive.sum(axis=0)
    num_pairs = num_positive * (len(truth) - num_positive)
    # Mann and Whitney's U: of the pairs of a positive and a negative sample, those in the right order
    ranks = (rankdata(predictions, axis=0) * positive).sum(axis=0)
    return ((ranks - num_positive * (num_positive + 1) / 2) / num_pairs).mean().item()


def _varying(values: torch.Tensor) -> torch.Tensor:
    """Which components vary. Shape is (num_components,)."""
    return values.std(dim=0) > CONSTANT
