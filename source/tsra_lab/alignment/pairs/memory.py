# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pairs of the past."""

from __future__ import annotations

import torch
from tensordict import TensorDict

LARGEST_SIZE = 2.0e9
"""Most memory that the pairs of the past may take [B]: that of 36,000 images of 96 x 96 pixels and 3 channels."""


class PairMemory:
    """Keeps the last pairs of past rollouts; the oldest give way.

    Its memory is allocated with the first pairs and never grows: ``capacity`` times the size of a pair. Where that is
    more than :data:`LARGEST_SIZE`, fewer are kept, and it says so.
    """

    def __init__(self, capacity: int) -> None:
        """Begin without pairs.

        Args:
            capacity: Upper bound on the number of pairs; 0 keeps none.

        Raises:
            ValueError: If it is negative.
        """
        if capacity < 0:
            raise ValueError(f"kept_pairs must not be negative, but is {capacity}.")
        self.capacity = capacity
        self._pairs = TensorDict({}, batch_size=[0])
        self._added = 0

    def __len__(self) -> int:
        """Number of pairs that are kept."""
        return min(self._added, self.capacity)

    def __getitem__(self, index: torch.Tensor) -> TensorDict:
        """Pairs at places below ``len(self)``."""
        return self._pairs[index]

    def add(self, pairs: TensorDict) -> None:
        """Keep pairs.

        Args:
            pairs: Observations, one tensor per group. Shapes are (num_pairs, ...).
        """
        pairs = pairs[-self.capacity :] if self.capacity else pairs[:0]
        if len(pairs) == 0:
            return
        if self._added == 0:
            pairs = self._allocate(pairs)
        places = torch.arange(self._added, self._added + len(pairs), device=pairs.device) % self.capacity
        self._pairs[places] = pairs
        self._added += len(pairs)

    def _allocate(self, pairs: TensorDict) -> TensorDict:
        """Make room, now that the size of a pair is known; returns those of these pairs that fit."""
        size = sum(tensor[0].numel() * tensor.element_size() for tensor in pairs.values())
        asked, self.capacity = self.capacity, min(self.capacity, max(1, int(LARGEST_SIZE / size)))
        self._pairs = pairs.new_zeros(self.capacity)
        fewer = f" {asked} were asked for, which is too much memory." if self.capacity < asked else ""
        total = self.capacity * size / 1.0e6
        print(f"[INFO] The last {self.capacity} pairs of past rollouts are kept, in {total:.0f} MB.{fewer}")
        return pairs[-self.capacity :]
