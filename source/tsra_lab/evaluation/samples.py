# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What policies observe, term by term, sampled from whole episodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from tsra_lab.hooks import hooks_of
from tsra_lab.models import EncodedPolicy

from .episodes import run_episodes

NUM_EPISODES = 512
"""Number of recorded episodes."""

MAX_BATCHES = 4
"""Upper bound on batches of episodes, where there are few environments."""

SAMPLE_INTERVAL = 4
"""Environment steps between samples: neighbouring ones tell little new."""

MAX_SAMPLES = 8192
"""Upper bound on the samples that are kept, drawn at random."""

Say = Callable[[str], None]
"""Gets told how far something is, more often than anybody wants to read."""


@dataclass
class Samples:
    """What a policy met while it acted deterministically."""

    observations: TensorDict
    """Observations of all groups. Shapes are (num_samples, ...)."""

    episodes: torch.Tensor
    """Episode of each sample. Shape is (num_samples,)."""

    present: TensorDict | None = None
    """The teacher's groups, computed once more; None where the task has no hook, or another acted."""

    redrawn: TensorDict | None = None
    """The same, sensor noise included, with only that redrawn which the onboard sensors cannot tell."""

    found: torch.Tensor | None = None
    """In which samples a redraw was found. Shape is (num_samples,)."""

    embedding: torch.Tensor | None = None
    """What the acting policy's encoder made of them, its memory included; None where it has none. Shape is
    (num_samples, embedding_dim)."""

    mean_return: float = 0.0
    """Mean undiscounted return of the episodes."""


@dataclass(frozen=True)
class ObservationTerm:
    """A term within the vector of its observation group."""

    name: str
    """Name of the term; with its group's where two groups have terms of this name."""

    group: str
    """Observation group."""

    columns: slice
    """Where in the group's vector it lies."""

    @property
    def size(self) -> int:
        """Number of components."""
        return self.columns.stop - self.columns.start

    def of(self, observations: TensorDict) -> torch.Tensor:
        """Values of the term. Shape is (num_samples, num_components)."""
        return observations[self.group][:, self.columns]


def groups_of(policy: MLPModel) -> list[str]:
    """Observation groups that a policy sees, images included.

    Args:
        policy: Policy.

    Returns:
        Names of the groups.
    """
    return list(dict.fromkeys([*policy.obs_groups, *getattr(policy, "obs_groups_2d", [])]))


def observation_terms(env: VecEnv, groups: Iterable[str]) -> list[ObservationTerm]:
    """Lay out the terms of observation groups.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        groups: Names of the groups.

    Returns:
        The terms, in the order of the groups' vectors.

    Raises:
        ValueError: If the environment does not tell its terms, or a group is no vector of them.
    """
    manager = getattr(env.unwrapped, "observation_manager", None)
    if manager is None:
        raise ValueError("The environment has no observation manager, so the terms of its observations are unknown.")
    places = []
    for group in groups:
        if group not in manager.active_terms:
            raise ValueError(f"There is no observation group '{group}'. There are: {', '.join(manager.active_terms)}.")
        dims = manager.group_obs_term_dim[group]
        by_time = getattr(_group_cfg(env, group), "history_order", None) == "time"
        if not manager.group_obs_concatenate[group] or any(len(dim) != 1 for dim in dims) or by_time:
            raise ValueError(
                f"Observation group '{group}' is not a vector of one term after the other. Set concatenate_terms=True"
                " and history_order='term' in it, and keep images in groups of their own."
            )
        start = 0
        for name, (size,) in zip(manager.active_terms[group], dims, strict=True):
            places.append((name, group, slice(start, start + size)))
            start += size
    names = [name for name, _, _ in places]
    return [
        ObservationTerm(name if names.count(name) == 1 else f"{group}/{name}", group, columns)
        for name, group, columns in places
    ]


def collect_samples(
    env: VecEnv,
    teacher: MLPModel,
    seed: int,
    acting: Callable[[TensorDict], torch.Tensor] | None = None,
    say: Say | None = None,
) -> Samples:
    """Run the teacher, or who acts in its place, from seeded initial states and record what is met.

    Where the teacher acts and the task's hook ``resampled_hidden_state`` redraws what the onboard sensors cannot tell,
    the teacher's groups are computed with and without it, with the same sensor noise; terms with a history keep their
    past. The torch random state stays as it would be without.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        teacher: Policy without memory; reset between episodes.
        seed: Seed of the first batch of episodes; there are up to :data:`MAX_BATCHES`, with consecutive seeds.
        acting: Policy that acts in the teacher's place.
        say: Told at each step how many episodes are over.

    Returns:
        The samples, up to :data:`MAX_SAMPLES`.

    Raises:
        ValueError: If the teacher has a memory: what it would do elsewhere depends on its past.
    """
    if getattr(teacher, "is_recurrent", False):
        raise ValueError("The teacher has a memory. Only teachers that act on the present observation can be judged.")
    counted = min(env.num_envs, NUM_EPISODES)
    redrawn = groups_of(teacher) if acting is None else []
    batches, returns = [], []
    num_batches = min(math.ceil(NUM_EPISODES / counted), MAX_BATCHES)

    def tell(over: int) -> None:
        if say is not None:
            say(f"Sampling: {over} of {num_batches * counted} episodes are over.")

    for batch in range(num_batches):
        recorder = _Recorder(env, redrawn, range(batch * counted, (batch + 1) * counted), acting, tell)
        returns.append(run_episodes(env, acting or teacher, counted, seed + batch, recorder).returns)
        batches += recorder.samples
    count = sum(len(batch.episodes) for batch in batches)
    kept = torch.randperm(count, generator=torch.Generator().manual_seed(seed))[:MAX_SAMPLES].sort().values

    def join(name: str) -> Any:
        parts = [getattr(batch, name) for batch in batches]
        return None if parts[0] is None else torch.cat(parts)[kept.to(env.device)]

    parts = [join(name) for name in ("observations", "episodes", "present", "redrawn", "found", "embedding")]
    return Samples(*parts, mean_return=torch.cat(returns).mean().item())


class _Recorder:
    """Records samples of a batch of episodes, as :func:`run_episodes` goes through them."""

    def __init__(
        self, env: VecEnv, groups: list[str], episodes: range, acting: object, tell: Callable[[int], None]
    ) -> None:
        self.env = env
        self.groups = groups
        self.episodes = episodes
        self.embedded = acting if isinstance(acting, EncodedPolicy) else None
        self.tell = tell
        self.hooks = hooks_of(env)
        self.steps = 0
        self.samples: list[Samples] = []

    def __call__(self, active: torch.Tensor) -> None:
        """Record the present step of the episodes that still count, and tell how many are over."""
        self.tell(self.episodes.stop - int(active.sum()))
        if self.steps % SAMPLE_INTERVAL == 0:
            episodes = self.episodes.start + active.nonzero().flatten()
            observations = self.env.get_observations()
            samples = Samples(observations[active], episodes)
            if self.embedded is not None:
                samples.embedding = _embedding(self.embedded, observations)[active]
            if (redraw := self._redraw()) is not None:
                samples.present, samples.redrawn, samples.found = (part[active] for part in redraw)
            self.samples.append(samples)
        self.steps += 1

    def _redraw(self) -> tuple[TensorDict, TensorDict, torch.Tensor] | None:
        """The groups at present and redrawn, and where a redraw was found; None where nothing is redrawn."""
        if not self.groups:
            return None
        with torch.random.fork_rng(range(torch.cuda.device_count())):
            redraw = self.hooks.resampled_hidden_state(self.env.unwrapped)
            if redraw is None:
                return None
            with redraw as found:
                found = found.clone()
                redrawn = self._observe()
            return self._observe(), redrawn, found

    def _observe(self) -> TensorDict:
        """Compute the groups, with the same sensor noise at every call within a step."""
        torch.manual_seed(self.steps)
        manager = self.env.unwrapped.observation_manager
        values = {group: manager.compute_group(group, update_history=False) for group in self.groups}
        return TensorDict(values, batch_size=[self.env.num_envs])


def _embedding(policy: EncodedPolicy, observations: TensorDict) -> torch.Tensor:
    """A policy's embedding of the present observations. A memory remembers them only when the policy acts."""
    memory = policy.get_hidden_state()
    embedding = policy.encoder(observations)
    policy.reset(hidden_state=memory)
    return embedding


def _group_cfg(env: VecEnv, group: str) -> object | None:
    """Configuration of an observation group, or None where it is not to be had."""
    return getattr(getattr(getattr(env.unwrapped, "cfg", None), "observations", None), group, None)


def source_of(env: VecEnv, term: ObservationTerm) -> tuple[str, tuple | None]:
    """Name of a term, and the function with its parameters that computes it, where it is known."""
    name = term.name.rpartition("/")[2]
    cfg = getattr(_group_cfg(env, term.group), name, None)
    return name, None if cfg is None else (cfg.func, cfg.params)
