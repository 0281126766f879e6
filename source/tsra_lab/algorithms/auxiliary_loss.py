# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A further loss within PPO's update.

rsl_rl's PPO adds one loss to its own on every minibatch: the mirror loss of its symmetry extension. This gives another
loss in that form, so that ``update`` need not be written again. ``tests/unit/test_auxiliary_loss.py`` fails when rsl_rl
changes the form.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from tensordict import TensorDict

LOGGED_AS = "symmetry"
"""Name under which ``PPO.update`` reports the mean of the loss."""


class AuxiliaryLoss:
    """A loss of the observations of a minibatch, in the form of :class:`rsl_rl.extensions.Symmetry`."""

    use_mirror_loss = True
    mirror_loss_coeff = 1.0

    def __init__(self, loss: Callable[[TensorDict], torch.Tensor | None]) -> None:
        """Wrap a loss.

        Args:
            loss: Gives a scalar for observations of shape (batch, ...), or None for no loss.
        """
        self.loss = loss

    def augment_batch(self, batch: RolloutStorage.Batch, original_batch_size: int) -> None:
        """Leave the minibatch as it is."""

    def compute_loss(self, actor: MLPModel, batch: RolloutStorage.Batch, original_batch_size: int) -> torch.Tensor:
        """Loss of the minibatch; zero where there is none."""
        loss = self.loss(batch.observations)
        return batch.returns.new_zeros(()) if loss is None else loss
