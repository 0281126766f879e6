# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A tiny environment with something hidden, and policies whose dependence on it is known: tensors, no simulator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace

import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from tsra_lab.hooks import TaskHooks

LENGTH = 12
"""Steps of every episode."""


def read_position(env: HiddenEnv) -> torch.Tensor:
    """Noisy position. Shape is (num_envs, 1)."""
    return env.position + 0.05 * torch.randn(env.num_envs, 1)


def read_cells(env: HiddenEnv) -> torch.Tensor:
    """Cells. Shape is (num_envs, 3)."""
    return env.cells


def read_last_action(env: OnboardActionEnv) -> torch.Tensor:
    """Last action. Shape is (num_envs, 1)."""
    return env.last_action


def read_still(env: HiddenEnv) -> torch.Tensor:
    """Ones. Shape is (num_envs, 1)."""
    return torch.ones(env.num_envs, 1)


class HiddenEnv(VecEnv):
    """A point on a line, moved by its action, and three cells of -1 or 1, drawn at each reset.

    The onboard group tells the position, the privileged one the cells too, and a term that never varies.
    """

    def __init__(self, num_envs: int = 128, hook: bool = True) -> None:
        self.num_envs, self.num_actions, self.device = num_envs, 1, "cpu"
        self.max_episode_length = LENGTH
        self.functions = {
            "privileged": {"position": read_position, "cells": read_cells, "still": read_still},
            "onboard": {"position": read_position},
        }
        self.cfg = HiddenEnvCfg() if hook else SimpleNamespace()
        self._describe()

    def rename_onboard(self, name: str) -> None:
        """Call the onboard group's only term otherwise."""
        self.functions["onboard"] = {name: read_position}
        self._describe()

    def _describe(self) -> None:
        sizes = {read_position: 1, read_cells: 3, read_still: 1, read_last_action: 1}
        self.observation_manager = SimpleNamespace(
            active_terms={group: list(terms) for group, terms in self.functions.items()},
            group_obs_term_dim={
                group: [(sizes[function],) for function in terms.values()] for group, terms in self.functions.items()
            },
            group_obs_concatenate=dict.fromkeys(self.functions, True),
            compute_group=self._compute_group,
        )
        self.cfg.observations = SimpleNamespace(
            **{
                group: SimpleNamespace(
                    **{name: SimpleNamespace(func=function, params={}) for name, function in terms.items()}
                )
                for group, terms in self.functions.items()
            }
        )

    def _compute_group(self, group: str, update_history: bool = False) -> torch.Tensor:
        assert not update_history
        return torch.cat([function(self) for function in self.functions[group].values()], dim=-1)

    @property
    def unwrapped(self) -> HiddenEnv:
        return self

    def seed(self, seed: int) -> int:
        torch.manual_seed(seed)
        return seed

    def draw_cells(self) -> torch.Tensor:
        """Cells of all environments. Shape is (num_envs, 3)."""
        return torch.randint(2, (self.num_envs, 3)) * 2.0 - 1.0

    def reset(self) -> tuple[TensorDict, dict]:
        self.episode_length_buf = torch.zeros(self.num_envs, dtype=torch.long)
        self.position = torch.randn(self.num_envs, 1)
        self.cells = self.draw_cells()
        self._observe()
        return self.get_observations(), {}

    def _observe(self) -> None:
        groups = {group: self._compute_group(group) for group in self.functions}
        self.observations = TensorDict(groups, batch_size=[self.num_envs])

    def get_observations(self) -> TensorDict:
        return self.observations

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict]:
        self.position = self.position + 0.1 * actions[:, :1].clamp(-1.0, 1.0) + 0.1 * torch.randn(self.num_envs, 1)
        self.episode_length_buf = self.episode_length_buf + 1
        dones = self.episode_length_buf >= LENGTH
        if dones.any():
            self.reset()
        self._observe()
        return self.observations, torch.zeros(self.num_envs), dones.long(), {"time_outs": dones}


class OnboardActionEnv(HiddenEnv):
    """The environment with the last action or a history onboard, or both, and a first cell that pushes the point."""

    def __init__(self, last_action: bool, history: int, push: float = 0.0) -> None:
        super().__init__()
        self.history, self.push = history, push
        if last_action:
            self.functions["onboard"]["last_action"] = read_last_action
        self._describe()

    def reset(self) -> tuple[TensorDict, dict]:
        self.last_action = torch.zeros(self.num_envs, 1)
        self.past: list[torch.Tensor] = []
        super().reset()
        for _ in range(self.history - 1):  # a history that is full from the start
            self.position = self.position + self.push * self.cells[:, :1]
            self._observe()
        return self.get_observations(), {}

    def _observe(self) -> None:
        super()._observe()
        self.past = [*self.past, self.observations["onboard"]][-self.history :]
        frames = [self.past[0]] * (self.history - len(self.past)) + self.past
        self.observations["onboard"] = torch.cat(frames, dim=-1)

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict]:
        self.last_action = actions[:, :1].clone()
        self.position = self.position + self.push * self.cells[:, :1]
        return super().step(actions)


@contextmanager
def redrawn_cells(env: HiddenEnv) -> Iterator[torch.Tensor]:
    """Other cells in every second environment, for as long as the context lasts."""
    present = env.cells
    found = torch.arange(env.num_envs) % 2 == 0
    env.cells = torch.where(found[:, None], env.draw_cells(), present)
    try:
        yield found
    finally:
        env.cells = present


class HiddenEnvCfg(TaskHooks):
    """Hooks of the environment."""

    def resampled_hidden_state(self, env: HiddenEnv) -> AbstractContextManager[torch.Tensor]:
        return redrawn_cells(env)


class LinearPolicy:
    """Acts by ``weights @ observation`` of one group."""

    def __init__(self, weights: list[list[float]], group: str = "privileged") -> None:
        self.weights = torch.tensor(weights)
        self.obs_groups = [group]

    def __call__(self, obs: TensorDict) -> torch.Tensor:
        return obs[self.obs_groups[0]] @ self.weights.T
