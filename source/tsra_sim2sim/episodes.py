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

from .delays import SensorDelays
from .noise import SensorNoise
from .world import TIME_OUT, World


@dataclass
class Episodes:
    """How episodes ended."""

    outcomes: np.ndarray
    """Name of the termination term that ended each episode. Shape is (num_episodes,)."""

    lengths: np.ndarray
    """Length of each episode [control steps]. Shape is (num_episodes,)."""

    timed_out: np.ndarray
    """Which episodes were as long as any may be, whatever their outcome. Shape is (num_episodes,)."""


def run_episodes(
    world: World, policy: Policy, noise: SensorNoise, delays: SensorDelays, recorded: InitialStates, seed: int
) -> Episodes:
    """Run a policy through recorded episodes.

    Args:
        world: World of the policy's task.
        policy: The exported student.
        noise: Noise of its sensors.
        delays: Their delays.
        recorded: Where the episodes begin.
        seed: Seed of what the world draws within episodes.

    Returns:
        The episodes.
    """
    random = np.random.default_rng(seed)
    results = [
        run_episode(world, policy, noise, delays, recorded.state(episode), random) for episode in range(len(recorded))
    ]
    outcomes, lengths = (np.array(values) for values in zip(*results, strict=True))
    return Episodes(outcomes, lengths, timed_out=lengths == world.max_steps)


def run_episode(
    world: World,
    policy: Policy,
    noise: SensorNoise,
    delays: SensorDelays,
    state: dict[str, np.ndarray],
    random: np.random.Generator,
) -> tuple[str, int]:
    """Run one episode.

    Args:
        world: World of the policy's task.
        policy: The exported student.
        noise: Noise of its sensors.
        delays: Their delays.
        state: Initial state.
        random: Source of what the world draws within the episode.

    Returns:
        Name of the termination term that ended it, and its length [control steps].
    """
    world.reset(state)
    policy.reset()
    delays.reset()
    for step in range(1, world.max_steps + 1):
        world.step(policy.act(delays(noise(world.observe()))))
        outcome = world.outcome()
        if outcome is not None:
            return outcome, step
        world.between_steps(random)
    return TIME_OUT, world.max_steps
