# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Policies that act side by side, and how their episodes end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict


class Players:
    """One policy for each part of the environments, any of which may be changed."""

    def __init__(self, policies: Mapping[str, Any], acting: Sequence[str], env: VecEnv) -> None:
        """Assign the parts.

        Args:
            policies: Policies by name.
            acting: Who acts in each part.
            env: Environment, whose number is a multiple of the number of parts.
        """
        self.policies = policies
        self.num_envs, self.device = env.num_envs, env.device
        self.acting = list(acting)
        """Name of the policy in each part."""
        size = env.num_envs // len(acting)
        self.parts = [slice(part * size, (part + 1) * size) for part in range(len(acting))]
        """Environments of each part."""

    def __call__(self, obs: TensorDict) -> torch.Tensor:
        """Act.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            Actions of shape (num_envs, num_actions).
        """
        # each sees all environments, so that its memory is right in every part
        actions = {name: self.policies[name](obs).to(self.device) for name in set(self.acting)}
        return torch.cat([actions[name][part] for name, part in zip(self.acting, self.parts, strict=True)])

    def reset(self, dones: torch.Tensor) -> None:
        """Let the policies forget what ended.

        Args:
            dones: Which environments began anew. Shape is (num_envs,).
        """
        for name in set(self.acting):
            if hasattr(self.policies[name], "reset"):
                self.policies[name].reset(dones)

    def switch(self, part: int, name: str) -> None:
        """Let another policy act in a part.

        Args:
            part: The part.
            name: Name of the policy. It begins without memory, unless it acts elsewhere already.
        """
        if name not in self.acting and hasattr(self.policies[name], "reset"):
            self.policies[name].reset()
        self.acting[part] = name


class Tally:
    """Counts how episodes ended, for each part."""

    def __init__(self, players: Players) -> None:
        """Begin with none.

        Args:
            players: Who acts.
        """
        self._players = players
        self._mixed = torch.zeros(players.num_envs, dtype=torch.bool, device=players.device)
        self.episodes = [0 for _ in players.parts]
        """Number of whole episodes in each part."""
        self.outcomes: list[Counter[str]] = [Counter() for _ in players.parts]
        """How often a termination term ended an episode in each part."""

    def add(self, ended: torch.Tensor, outcomes: Mapping[str, torch.Tensor]) -> None:
        """Count the episodes that ended in a step. What a user broke off is not counted.

        Args:
            ended: Which environments finished an episode. Shape is (num_envs,).
            outcomes: Which termination terms fired, by name. Shapes are (num_envs,).
        """
        fired = torch.stack(list(outcomes.values())).any(dim=0)
        whole = ended & fired & ~self._mixed
        self._mixed &= ~ended
        for part, environments in enumerate(self._players.parts):
            self.episodes[part] += int(whole[environments].sum())
            for name, values in outcomes.items():
                self.outcomes[part][name] += int((whole & values.bool())[environments].sum())

    def restart(self, part: int) -> None:
        """Begin anew for a part whose policy changed; its present episodes will not count.

        Args:
            part: The part.
        """
        self.episodes[part], self.outcomes[part] = 0, Counter()
        self._mixed[self._players.parts[part]] = True

    def lines(self) -> list[str]:
        """One line for each part, such as ``student: 12 episodes, success 11, time_out 1``."""
        lines = []
        for name, episodes, outcomes in zip(self._players.acting, self.episodes, self.outcomes, strict=True):
            ends = [f"{outcome} {number}" for outcome, number in outcomes.items() if number]
            lines.append(", ".join([f"{name}: {episodes} episode{'s' * (episodes != 1)}", *ends]))
        return lines
