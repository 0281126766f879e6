# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How far a teacher can be imitated: whether it acts on what the onboard sensors cannot tell, and what its embedding
knows of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from tsra_lab.hooks import hooks_of
from tsra_lab.models import EncodedPolicy

from .episodes import run_episodes
from .probe import CONSTANT, auc_score, is_binary, permuted_across_episodes, predict_held_out, r2_score

NUM_EPISODES = 512
"""Number of recorded episodes."""

MAX_BATCHES = 4
"""Upper bound on batches of episodes, where there are few environments."""

SAMPLE_INTERVAL = 4
"""Environment steps between samples: neighbouring ones tell little new."""

MAX_SAMPLES = 8192
"""Upper bound on the samples that are kept, drawn at random."""


@dataclass
class Samples:
    """What a teacher met while it acted deterministically."""

    observations: TensorDict
    """Observations of all groups. Shapes are (num_samples, ...)."""

    episodes: torch.Tensor
    """Episode of each sample. Shape is (num_samples,)."""

    present: TensorDict | None = None
    """The teacher's groups, computed once more; None where the task has no hook."""

    redrawn: TensorDict | None = None
    """The same, sensor noise included, with only that redrawn which the onboard sensors cannot tell."""

    found: torch.Tensor | None = None
    """In which samples a redraw was found. Shape is (num_samples,)."""


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


def collect_samples(env: VecEnv, teacher: MLPModel, seed: int) -> Samples:
    """Run the teacher from seeded initial states and record what it meets.

    Where the task's hook ``resampled_hidden_state`` redraws what the onboard sensors cannot tell, the teacher's groups
    are computed with and without it, with the same sensor noise; terms with a history keep their past. The torch
    random state stays as it would be without.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        teacher: Policy without memory; reset between episodes.
        seed: Seed of the first batch of episodes.

    Returns:
        The samples, up to :data:`MAX_SAMPLES`.

    Raises:
        ValueError: If the teacher has a memory: what it would do elsewhere depends on its past.
    """
    if getattr(teacher, "is_recurrent", False):
        raise ValueError("The teacher has a memory. Only teachers that act on the present observation can be judged.")
    counted = min(env.num_envs, NUM_EPISODES)
    batches = []
    for batch in range(min(math.ceil(NUM_EPISODES / counted), MAX_BATCHES)):
        recorder = _Recorder(env, groups_of(teacher), first_episode=batch * counted)
        run_episodes(env, teacher, counted, seed + batch, recorder)
        batches += recorder.samples
    count = sum(len(batch.episodes) for batch in batches)
    kept = torch.randperm(count, generator=torch.Generator().manual_seed(seed))[:MAX_SAMPLES].sort().values

    def join(name: str) -> Any:
        parts = [getattr(batch, name) for batch in batches]
        return None if parts[0] is None else torch.cat(parts)[kept.to(env.device)]

    return Samples(join("observations"), join("episodes"), join("present"), join("redrawn"), join("found"))


class _Recorder:
    """Records samples of a batch of episodes, as :func:`run_episodes` goes through them."""

    def __init__(self, env: VecEnv, groups: list[str], first_episode: int) -> None:
        self.env = env
        self.groups = groups
        self.first_episode = first_episode
        self.hooks = hooks_of(env)
        self.steps = 0
        self.samples: list[Samples] = []

    def __call__(self, active: torch.Tensor) -> None:
        """Record the present step of the episodes that still count."""
        if self.steps % SAMPLE_INTERVAL == 0:
            episodes = self.first_episode + active.nonzero().flatten()
            redraw = (part[active] for part in self._redraw())
            self.samples.append(Samples(self.env.get_observations()[active], episodes, *redraw))
        self.steps += 1

    def _redraw(self) -> tuple[TensorDict, TensorDict, torch.Tensor] | tuple[()]:
        """The groups at present and redrawn, and where a redraw was found; empty where the task has no hook."""
        with torch.random.fork_rng(range(torch.cuda.device_count())):
            redraw = self.hooks.resampled_hidden_state(self.env.unwrapped)
            if redraw is None:
                return ()
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


@torch.no_grad()
def action_sensitivity(
    teacher: MLPModel, observations: TensorDict, changed: TensorDict, found: torch.Tensor | None = None
) -> dict:
    """Measure how far a teacher's action moves when its observations change, relative to how far it moves anyway.

    For each action it is the mean distance between both, over the action's standard deviation over all samples.
    0 means that the change is ignored. Two independent draws of a normally distributed action differ by 1.13.

    Args:
        teacher: Gives actions of shape (num_samples, num_actions).
        observations: Observations that the teacher met. Shapes are (num_samples, ...).
        changed: The same observations, changed.
        found: In which samples they did change; None for all. Shape is (num_samples,).

    Returns:
        JSON-ready dictionary: ``mean`` over the actions that vary, ``per_action`` (None for those that do not) and
        ``samples``, the number of samples.

    Raises:
        ValueError: If no sample changed.
    """
    actions, others = teacher(observations), teacher(changed)
    found = torch.ones(len(actions), dtype=torch.bool, device=actions.device) if found is None else found
    if not found.any():
        raise ValueError("Hidden state could be redrawn in no sample. Does resampled_hidden_state() find any redraw?")
    spread = actions.std(dim=0)
    moved = (others - actions)[found].abs().mean(dim=0)
    pairs = zip(moved.tolist(), spread.tolist(), strict=True)
    values = [distance / std if std > CONSTANT else None for distance, std in pairs]
    varying = [value for value in values if value is not None]
    mean = sum(varying) / len(varying) if varying else 0.0
    return {"mean": mean, "per_action": values, "samples": int(found.sum())}


def permute_terms(observations: TensorDict, terms: Iterable[ObservationTerm], seed: int = 0) -> TensorDict:
    """Exchange terms between samples, all by the same permutation.

    Args:
        observations: Observations of shape (num_samples, ...).
        terms: Terms to exchange.
        seed: Seed of the permutation.

    Returns:
        Observations in which only these terms differ.
    """
    order = torch.randperm(len(observations), generator=torch.Generator().manual_seed(seed)).to(observations.device)
    changed = observations.clone()
    for term in terms:
        changed[term.group][:, term.columns] = term.of(observations)[order]
    return changed


def hidden_sensitivity(env: VecEnv, teacher: MLPModel, samples: Samples, onboard: Iterable[str]) -> dict:
    """Measure the action sensitivity to what the onboard sensors cannot tell.

    With the task's hook, it is redrawn exactly. Without, the teacher's terms that no onboard group has too, by name or
    by function, are exchanged between samples; that is coarser, for onboard sensors, a camera above all, may tell
    something of them: it is an upper bound.

    Args:
        env: Environment of the samples.
        teacher: Teacher that met them.
        samples: As :func:`collect_samples` gives them.
        onboard: Observation groups of the student.

    Returns:
        As :func:`action_sensitivity`, and ``method``: ``task hook`` or ``permutation of <terms>``.

    Raises:
        ValueError: If there is no hook and the teacher sees nothing that onboard groups lack, or its groups are no
            vectors.
    """
    if samples.redrawn is not None:
        return action_sensitivity(teacher, samples.present, samples.redrawn, samples.found) | {"method": "task hook"}
    vectors = [group for group in onboard if samples.observations[group].ndim == 2]
    names, functions = zip(*(_source(env, term) for term in observation_terms(env, vectors)), strict=True)
    hidden = []
    for term in observation_terms(env, groups_of(teacher)):
        name, function = _source(env, term)
        if name not in names and (function is None or function not in functions):
            hidden.append(term)
    if not hidden:
        raise ValueError("The teacher sees nothing that the onboard groups lack, so nothing is hidden.")
    changed = permute_terms(samples.observations, hidden)
    method = f"permutation of {', '.join(term.name for term in hidden)}"
    return action_sensitivity(teacher, samples.observations, changed) | {"method": method}


def _group_cfg(env: VecEnv, group: str) -> object | None:
    """Configuration of an observation group, or None where it is not to be had."""
    return getattr(getattr(getattr(env.unwrapped, "cfg", None), "observations", None), group, None)


def _source(env: VecEnv, term: ObservationTerm) -> tuple[str, tuple | None]:
    """Name of a term, and the function with its parameters that computes it, where it is known."""
    name = term.name.rpartition("/")[2]
    cfg = getattr(_group_cfg(env, term.group), name, None)
    return name, None if cfg is None else (cfg.func, cfg.params)


def leakage(env: VecEnv, teacher: EncodedPolicy, student: EncodedPolicy, samples: Samples) -> dict[str, dict]:
    """Measure what the embeddings tell about each of the teacher's terms, on episodes that the probe never saw.

    Args:
        env: Environment of the samples.
        teacher: Teacher that met them.
        student: Its student.
        samples: As :func:`collect_samples` gives them.

    Returns:
        For each term that varies, a JSON-ready dictionary: ``metric``, ``auc`` for terms of two values, else ``r2``,
        and its value from ``z_teacher``, ``z_student``, the teacher's observations themselves (``state``), and from
        the teacher's embedding with the targets ``permuted`` across episodes, which is chance.

    Raises:
        ValueError: If the teacher's groups are no vectors, or there are too few episodes.
    """
    terms = observation_terms(env, groups_of(teacher))
    targets = torch.cat([term.of(samples.observations) for term in terms], dim=-1)
    with torch.no_grad():
        z_teacher, z_student = (policy.get_latent(samples.observations) for policy in (teacher, student))
    chance = permuted_across_episodes(targets, samples.episodes)
    held_out = {
        "z_teacher": predict_held_out(z_teacher, targets, samples.episodes),
        "z_student": predict_held_out(z_student, targets, samples.episodes),
        "state": predict_held_out(targets, targets, samples.episodes),
        "permuted": predict_held_out(z_teacher, chance, samples.episodes),
    }
    sizes = [term.size for term in terms]
    split = {name: [values.split(sizes, dim=-1) for values in pair] for name, pair in held_out.items()}
    result = {}
    for index, (term, values) in enumerate(zip(terms, targets.split(sizes, dim=-1), strict=True)):
        metric, score = ("auc", auc_score) if is_binary(values) else ("r2", r2_score)
        scores = {name: score(predictions[index], truth[index]) for name, (predictions, truth) in split.items()}
        if scores["z_teacher"] is not None:
            result[term.name] = {"metric": metric, **scores}
    return result


def measure_imitability(env: VecEnv, teacher: MLPModel, student: MLPModel, seed: int) -> dict:
    """Run a teacher and measure how far it can be imitated.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        teacher: Policy of the privileged observations.
        student: Policy of the onboard observations.
        seed: Seed of the episodes.

    Returns:
        JSON-ready dictionary: ``action_sensitivity`` as :func:`hidden_sensitivity` gives it, and ``leakage`` as
        :func:`leakage` does, None for policies without an embedding, teachers with images and students with memory,
        whose embedding is not of the present alone.

    Raises:
        ValueError: If the teacher has a memory, nothing is hidden from the student, or episodes are too few.
    """
    samples = collect_samples(env, teacher, seed)
    encoded = isinstance(teacher, EncodedPolicy) and isinstance(student, EncodedPolicy) and not student.is_recurrent
    vectors = all(samples.observations[group].ndim == 2 for group in groups_of(teacher))
    return {
        "action_sensitivity": hidden_sensitivity(env, teacher, samples, groups_of(student)),
        "leakage": leakage(env, teacher, student, samples) if encoded and vectors else None,
    }
