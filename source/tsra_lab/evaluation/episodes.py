# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Whole episodes of a policy, from initial states that depend on the seed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from tsra_lab.hooks import hooks_of

SUCCESS = "success"
"""Name of the termination term that means success."""

ENDED = "ended"
"""Outcome of episodes where nothing tells how they end."""


@dataclass
class Episodes:
    """Outcomes of a policy's episodes, in an order that is the same for every policy."""

    returns: torch.Tensor
    """Undiscounted return of each episode. Shape is (num_episodes,)."""

    lengths: torch.Tensor
    """Length of each episode [environment steps]. Shape is (num_episodes,)."""

    outcomes: dict[str, torch.Tensor]
    """Which termination terms ended each episode, by the term's name. Shapes are (num_episodes,)."""

    metrics: dict[str, torch.Tensor] = field(default_factory=dict)
    """The task's metrics, averaged over the steps of each episode; NaN where none counted. Shapes are
    (num_episodes,)."""

    initial_state: dict[str, torch.Tensor] = field(default_factory=dict)
    """State in which each episode began, as the task tells it. Shapes are (num_episodes, ...)."""

    @property
    def success(self) -> torch.Tensor | None:
        """Whether each episode succeeded, or None where the task has no termination term ``success``."""
        return self.outcomes.get(SUCCESS)


@torch.inference_mode()
def run_episodes(
    env: VecEnv,
    policy: Callable[[TensorDict], torch.Tensor],
    num_episodes: int,
    seed: int,
    on_step: Callable[[torch.Tensor], None] | None = None,
) -> Episodes:
    """Run a policy deterministically for a number of episodes.

    Every environment contributes exactly its first episode after a seeded reset, so short episodes are not counted
    more often than long ones, and all policies meet the same initial states. More episodes than environments are run
    in batches with consecutive seeds.

    A task adds metrics of its own and tells initial states by its :class:`tsra_lab.hooks.TaskHooks`.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        policy: Gives actions of shape (num_envs, num_actions) for observations; reset between episodes if it can be.
        num_episodes: Number of episodes.
        seed: Seed of the first batch.
        on_step: Called before each step with a mask of the environments whose episode is still counted.

    Returns:
        The episodes.

    Raises:
        ValueError: If ``num_episodes`` is not positive.
    """
    if num_episodes < 1:
        raise ValueError(f"At least one episode is needed, not {num_episodes}.")
    batches = []
    for batch in range(0, num_episodes, env.num_envs):
        counted = min(env.num_envs, num_episodes - batch)
        batches.append(_run_batch(env, policy, counted, seed + batch // env.num_envs, on_step))
    return Episodes(
        returns=torch.cat([batch.returns for batch in batches]),
        lengths=torch.cat([batch.lengths for batch in batches]),
        outcomes={name: torch.cat([batch.outcomes[name] for batch in batches]) for name in batches[0].outcomes},
        metrics={name: torch.cat([batch.metrics[name] for batch in batches]) for name in batches[0].metrics},
        initial_state={
            name: torch.cat([batch.initial_state[name] for batch in batches]) for name in batches[0].initial_state
        },
    )


def _run_batch(
    env: VecEnv,
    policy: Callable[[TensorDict], torch.Tensor],
    counted: int,
    seed: int,
    on_step: Callable[[torch.Tensor], None] | None,
) -> Episodes:
    """Run the first episode of the first ``counted`` environments."""
    active = torch.arange(env.num_envs, device=env.device) < counted
    returns = torch.zeros(env.num_envs, device=env.device)
    lengths = torch.zeros(env.num_envs, dtype=torch.long, device=env.device)
    outcomes: dict[str, torch.Tensor] = {}
    hooks = hooks_of(env)
    sums: dict[str, torch.Tensor] = {}
    counts: dict[str, torch.Tensor] = {}

    env.seed(seed)
    obs, _ = env.reset()
    # copies: the simulator goes on in place
    initial_state = {
        name: values[:counted].cpu().clone() for name, values in hooks.initial_state(env.unwrapped).items()
    }
    reset = getattr(policy, "reset", lambda dones=None: None)
    reset()
    while active.any():
        if on_step is not None:
            on_step(active)
        for name, values in hooks.step_metrics(env.unwrapped).items():
            counts[name] = counts.get(name, 0) + (active & ~values.isnan())
            sums[name] = sums.get(name, 0.0) + values.nan_to_num(0.0) * active
        obs, rewards, dones, extras = env.step(policy(obs).to(env.device))
        reset(dones)
        returns += rewards * active
        lengths += active
        ended = active & dones.bool()
        for name, fired in terminations(env, dones, extras).items():
            outcomes[name] = outcomes.get(name, torch.zeros_like(ended)) | (ended & fired)
        active &= ~ended
    return Episodes(
        returns[:counted].cpu(),
        lengths[:counted].cpu(),
        {name: values[:counted].cpu() for name, values in outcomes.items()},
        {name: (sums[name] / counts[name])[:counted].cpu() for name in sums},
        initial_state,
    )


def terminations(env: VecEnv, dones: torch.Tensor, extras: dict) -> dict[str, torch.Tensor]:
    """Find out which terms ended each episode in the last step.

    Without managers they are ``terminated`` and ``time_out``, where the environment tells which; else :data:`ENDED`,
    for a signal that is missing is not a no.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        dones: Which episodes ended, as its step said. Shape is (num_envs,).
        extras: Further information of the step.

    Returns:
        Whether each term fired, by name. Shapes are (num_envs,).
    """
    base = env.unwrapped
    manager = getattr(base, "termination_manager", None)
    if manager is not None:
        return {name: manager.get_term(name) for name in manager.active_terms}
    # Isaac Lab's direct environments of a finite horizon tell time-outs here alone
    timed_out = getattr(base, "reset_time_outs", extras.get("time_outs"))
    if timed_out is None:
        return {ENDED: dones.bool()}
    return {"terminated": dones.bool() & ~timed_out.bool(), "time_out": timed_out.bool()}
