# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Parts of an environment that go through the same episodes at the same time."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from rsl_rl.env import VecEnv

from tsra_lab.hooks import hooks_of
from tsra_lab.runners import random_state, restore_random_state

TOLERANCE = 1.0e-3
"""By how much initial states may differ: positions are differences to origins that lie far apart."""


class MatchedParts:
    """Splits the environments into equal parts whose episodes begin alike and together.

    With ``n`` environments in each part, environments ``i``, ``n + i``, ``2 n + i`` and so on are *partners*. Each
    episode of an environment is drawn from a seed of its own, which partners share: they meet the same episodes one
    after the other, hidden quantities included. Whose episode ends first waits for its partners at the start of the
    next, which is held by ending it, by time-out, at every step.
    """

    def __init__(self, env: VecEnv, count: int, seed: int) -> None:
        """Take over the drawing of episodes, and begin the first.

        Args:
            env: Isaac Lab environment in rsl_rl's wrapper.
            count: Number of parts.
            seed: What all episodes depend on.

        Raises:
            ValueError: If the environments cannot be split, or the first episodes do not begin alike.
        """
        if env.num_envs % count:
            raise ValueError(f"{env.num_envs} environments cannot be split into {count} equal parts.")
        self.env = env
        self.size = env.num_envs // count
        """Number of environments in a part."""
        self.waiting = torch.zeros(env.num_envs, dtype=torch.bool, device=env.device)
        """Which environments wait for their partners. Shape is (num_envs,)."""
        self._seed = seed
        self._episode = torch.full((env.num_envs,), -1, dtype=torch.long)
        self._reset_drawn: Any = env.unwrapped._reset_idx
        # Isaac Lab resets what ended in the middle of a step, and this is the one way that all resets take
        env.unwrapped._reset_idx = self._reset
        env.reset()
        self._check_alike()

    def hold(self) -> None:
        """Let those who wait begin anew in the coming step."""
        self.env.episode_length_buf[self.waiting] = int(self.env.max_episode_length)

    def ended(self, dones: torch.Tensor) -> torch.Tensor:
        """Find out which episodes ended in a step, and who waits from now on.

        Args:
            dones: What the step said. Shape is (num_envs,).

        Returns:
            ``dones`` without those who waited. Shape is (num_envs,).

        Raises:
            RuntimeError: If those who wait were not reset.
        """
        if (self.waiting & ~dones.bool()).any():
            raise RuntimeError("The task does not end episodes by time-out, so no policy can wait for another.")
        ended = dones.bool() & ~self.waiting
        partners = self._episode.reshape(-1, self.size)
        ahead = partners > partners.min(dim=0).values
        self.waiting = ahead.flatten().to(self.waiting.device)
        return ended

    def _reset(self, env_ids: torch.Tensor | slice) -> None:
        """Reset environments one by one, each to the episode that it comes to next."""
        device = self.env.device
        chosen = torch.arange(self.env.num_envs, dtype=torch.int32, device=device)[env_ids]
        state = random_state()
        for index in chosen.tolist():
            self._episode[index] += not self.waiting[index]
            _seed_all(self._seed, index % self.size, int(self._episode[index]))
            self._reset_drawn(torch.tensor([index], dtype=chosen.dtype, device=device))
        restore_random_state(state)

    def _check_alike(self) -> None:
        """Refuse parts that do not begin alike."""
        for name, values in hooks_of(self.env).initial_state(self.env.unwrapped).items():
            parts = values.reshape(-1, self.size, *values.shape[1:]).double()
            if not torch.allclose(parts, parts[:1].expand_as(parts), rtol=0.0, atol=TOLERANCE):
                raise ValueError(
                    f"Episodes that should begin alike differ in '{name}': the task draws it elsewhere than in its"
                    " resets. Play one policy at a time."
                )


def _seed_all(*numbers: int) -> None:
    """Seed every generator that a task may draw from with several numbers together."""
    seed = int(np.random.SeedSequence(numbers).generate_state(1)[0])
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
