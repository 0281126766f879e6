# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Everything of an algorithm that has a state: what is saved, loaded, set to a mode and sent to other ranks."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn as nn
from torch import distributed


class StateRegistry:
    """Parts of an algorithm by name; a part that is registered can't be forgotten in a checkpoint."""

    def __init__(self) -> None:
        """Begin without parts."""
        self.models: dict[str, nn.Module] = {}
        self.optimizers: dict[str, torch.optim.Optimizer] = {}
        self._numbers: dict[str, tuple[object, str]] = {}

    def add_model(self, name: str, model: nn.Module) -> None:
        """Register a model; its state is saved as ``<name>_state_dict``."""
        self.models[name] = model

    def add_optimizer(self, name: str, optimizer: torch.optim.Optimizer) -> None:
        """Register an optimiser; its state is saved as ``<name>_state_dict``."""
        self.optimizers[name] = optimizer

    def add_number(self, name: str, holder: object, attribute: str) -> None:
        """Register a number, such as a count of steps.

        Args:
            name: Name that it is saved under.
            holder: Object that has it.
            attribute: Name of the object's attribute.
        """
        self._numbers[name] = (holder, attribute)

    def train(self, mode: bool = True) -> None:
        """Set train mode, or evaluation mode."""
        for model in self.models.values():
            model.train(mode)

    def state_dict(self) -> dict:
        """State of all parts, by the keys of rsl_rl's checkpoints."""
        parts = self.models | self.optimizers
        numbers = {name: getattr(holder, attribute) for name, (holder, attribute) in self._numbers.items()}
        return {f"{name}_state_dict": part.state_dict() for name, part in parts.items()} | numbers

    def load_state_dict(self, state: Mapping, optimizers: bool, strict: bool) -> None:
        """Restore what :meth:`state_dict` gave.

        Args:
            state: The state.
            optimizers: Whether to restore optimisers too; else they stay as they are.
            strict: Whether the models' weights must match exactly.
        """
        for name, model in self.models.items():
            model.load_state_dict(state[f"{name}_state_dict"], strict=strict)
        if optimizers:
            for name, optimizer in self.optimizers.items():
                optimizer.load_state_dict(state[f"{name}_state_dict"])
        for name, (holder, attribute) in self._numbers.items():
            setattr(holder, attribute, state[name])

    def broadcast(self) -> None:
        """Send the models' parameters and statistics from rank 0 to all others."""
        for model in self.models.values():
            for tensor in model.state_dict().values():
                distributed.broadcast(tensor, src=0)
