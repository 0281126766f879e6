# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observations that teacher and student see alike, beside the embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn as nn
from rsl_rl.modules import EmpiricalNormalization
from tensordict import TensorDict


class SharedObservation(nn.Module):
    """What a policy head takes directly: what the robot measures at present, normalised by running statistics.

    It reaches teacher and student alike, so it needs no embedding.
    """

    def __init__(self, obs: TensorDict, columns: Mapping[str, Sequence[int]]) -> None:
        """Size the statistics.

        Args:
            obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
            columns: Vector groups, and the columns of each that the head takes.

        Raises:
            ValueError: If a group is no vector.
        """
        super().__init__()
        self.columns = {group: list(chosen) for group, chosen in columns.items()}
        for group in self.groups:
            if obs[group].dim() != 2:
                raise ValueError(
                    f"Observation set 'shared' has group '{group}' of shape {tuple(obs[group].shape[1:])}, but the"
                    " policy head takes vectors alone. Leave it to the student's encoder."
                )
        self.normalizer = EmpiricalNormalization(self.width)

    @property
    def groups(self) -> list[str]:
        """Groups of which the head takes something."""
        return list(self.columns)

    @property
    def width(self) -> int:
        """Number of elements."""
        return sum(map(len, self.columns.values()))

    def forward(self, obs: TensorDict) -> torch.Tensor:
        """Normalised observations. Shape is (batch, width)."""
        return self.normalizer(self._join(obs))

    def update_normalization(self, obs: TensorDict) -> None:
        """Learn the statistics of a batch."""
        self.normalizer.update(self._join(obs))

    def columns_in(self, obs: TensorDict, encoder_groups: list[str]) -> list[int] | None:
        """Where the shared observations are in the vector input of an encoder.

        Args:
            obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
            encoder_groups: Vector groups that the encoder sees, in order.

        Returns:
            Columns in the order of the shared observations; None if the encoder does not see all of them.
        """
        if not set(self.groups) <= set(encoder_groups):
            return None
        starts, start = {}, 0
        for group in encoder_groups:
            starts[group] = start
            start += obs[group].shape[-1]
        return [starts[group] + column for group, columns in self.columns.items() for column in columns]

    def _join(self, obs: TensorDict) -> torch.Tensor:
        return torch.cat([obs[group][..., columns] for group, columns in self.columns.items()], dim=-1)
