# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The recorded episodes again, in MuJoCo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tsra_deploy import Policy
from tsra_results import InitialStates

from .noise import SensorNoise
from .world import TIME_OUT, World


@dataclass
class Episodes:
    """How episodes ended."""

    outcomes: np.ndarray
    """Name of the termination term that ended each episode. Shape is (num_episodes,)."""

    lengths: np.ndarray
    """Length of each episode [control steps]. Shape is (num_episodes,)."""


def run_episodes(world: World, policy: Policy, noise: SensorNoise, recorded: InitialStates) -> Episodes:
    """Run a policy through recorded episodes.

    Args:
        world: World of the policy's task.
        policy: The exported student.
        noise: Noise of its sensors.
        recorded: Where the episodes begin.

    Returns:
        The episodes.
    """
    results = [run_episode(world, policy, noise, recorded.state(episode)) for episode in range(len(recorded))]
    outcomes, lengths = zip(*results, strict=True)
    return Episodes(np.array(outcomes), np.array(lengths))


def run_episode(world: World, policy: Policy, noise: SensorNoise, state: dict[str, np.ndarray]) -> tuple[str, int]:
    """Run one episode.

    Args:
        world: World of the policy's task.
        policy: The exported student.
        noise: Noise of its sensors.
        state: Initial state.

    Returns:
        Name of the termination term that ended it, and its length [control steps].
    """
    world.reset(state)
    policy.reset()
    for step in range(1, world.max_steps + 1):
        world.step(policy.act(noise(world.observe())))
        outcome = world.outcome()
        if outcome is not None:
            return outcome, step
    return TIME_OUT, world.max_steps
