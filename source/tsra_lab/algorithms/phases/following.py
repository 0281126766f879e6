# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Student encoders that learn to follow their teacher's embedding."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn as nn
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from tsra_lab.alignment import Pairs, optimizer_step, share_of


class Following:
    """Moves student encoders, and nothing else, down a loss of the pairs."""

    def __init__(
        self,
        encoders: Mapping[str, MLPModel],
        max_grad_norm: float,
        *,
        learning_rate: float,
        steps_per_iteration: int,
        batch_size: int,
    ) -> None:
        """Create the optimiser.

        Args:
            encoders: Encoders that learn, by name.
            max_grad_norm: Norm at which their gradient is clipped.
            learning_rate: This and what follows: as in :class:`tsra_lab.configs.FollowingCfg`.

        Raises:
            ValueError: If an encoder has a memory.
        """
        if any(encoder.is_recurrent for encoder in encoders.values()):
            raise ValueError("Samples are shuffled here, so encoders with memory cannot learn. AlignedPPO has them.")
        self.encoders = encoders
        self.optimizer = torch.optim.Adam(nn.ModuleDict(encoders).parameters(), lr=learning_rate)
        self.max_grad_norm = max_grad_norm
        self.steps_per_iteration = steps_per_iteration
        self.batch_size = batch_size

    def update(self, pairs: Pairs, loss: Callable[[TensorDict], torch.Tensor]) -> float:
        """Learn from pairs; observation statistics learn from the latest.

        Args:
            pairs: Observations of both sets.
            loss: Gives a scalar for observations of shape (batch, ...).

        Returns:
            The mean loss.
        """
        if (new := pairs.new_samples()) is not None:
            for encoder in self.encoders.values():
                encoder.update_normalization(new)
        total = 0.0
        for _ in range(self.steps_per_iteration):
            value = loss(pairs.draw(share_of(self.batch_size)))
            optimizer_step(self.optimizer, value, self.max_grad_norm)
            total += value.item()
        return total / max(self.steps_per_iteration, 1)
