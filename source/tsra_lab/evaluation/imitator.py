# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a student meets when it acts itself: a quick imitator of the teacher, made by a few rounds of DAgger.

Where the teacher acts, its actions tell what only it knows: by the last action, but also by the way that the robot
takes. A student's own actions tell it nothing of the kind, so what it can know is measured where it acts.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from .probe import CONSTANT, regression, train_epoch
from .samples import MAX_BATCHES, Samples, Say, collect_samples

ROUNDS = 4
"""How often the imitator acts and then learns from what it met."""

EPOCHS = 40
"""Passes over all samples in each round."""


class Imitator:
    """A small network that acts on the onboard groups as a teacher would."""

    def __init__(self, teacher: MLPModel, onboard: Iterable[str], observations: TensorDict) -> None:
        """Fit the network to the teacher's actions. The global random state stays as it is.

        Args:
            teacher: Policy without memory.
            onboard: Observation groups that the imitator sees, all of them vectors.
            observations: Observations of all groups. Shapes are (num_samples, ...).
        """
        self._onboard = list(onboard)
        with torch.no_grad():
            actions = teacher(observations)
        with torch.random.fork_rng(range(torch.cuda.device_count())), torch.inference_mode(False), torch.enable_grad():
            torch.manual_seed(0)
            inputs, actions = self._join(observations), actions.clone()
            self._input_spread, self._input_mean = torch.std_mean(inputs, dim=0)
            self._action_spread, self._action_mean = torch.std_mean(actions, dim=0)
            self._network, optimizer = regression(inputs, actions)
            targets = (actions - self._action_mean) / self._action_spread.clamp(min=CONSTANT)
            for _ in range(EPOCHS):
                train_epoch(self._network, optimizer, self._standardized(inputs), targets)

    @torch.no_grad()
    def __call__(self, observations: TensorDict) -> torch.Tensor:
        """Actions of shape (num_envs, num_actions)."""
        return self._action_mean + self._action_spread * self._network(self._standardized(self._join(observations)))

    def _join(self, observations: TensorDict) -> torch.Tensor:
        """What the network sees. Shape is (num_samples, num_inputs)."""
        return torch.cat([observations[group] for group in self._onboard], dim=-1)

    def _standardized(self, inputs: torch.Tensor) -> torch.Tensor:
        """Inputs with mean 0 and standard deviation 1; those that never varied are 0."""
        scaled = (inputs - self._input_mean) / self._input_spread.clamp(min=CONSTANT)
        return torch.where(self._input_spread < CONSTANT, 0.0, scaled)


def samples_of_student(
    env: VecEnv, teacher: MLPModel, onboard: Iterable[str], of_teacher: Samples, seed: int, say: Say | None = None
) -> Samples:
    """Let imitators of the teacher act, each fitted to what those before it met, and take the best one's samples.

    Only the first learns where the teacher acted: there, the last action is the teacher's, and who learns to repeat it
    fails.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        teacher: Policy without memory.
        onboard: Observation groups of the student, all of them vectors.
        of_teacher: What the teacher met.
        seed: Seed of the first batch of the teacher's episodes; the imitators meet others.
        say: Told at each step how many episodes of an imitator are over.

    Returns:
        Samples of the imitator with the highest return.
    """
    met: list[Samples] = []
    for index in range(1, ROUNDS + 1):
        observations = torch.cat([samples.observations for samples in met or [of_teacher]])
        imitator = Imitator(teacher, onboard, observations)
        met.append(collect_samples(env, teacher, seed + index * MAX_BATCHES, imitator, say))
    return max(met, key=lambda samples: samples.mean_return)
