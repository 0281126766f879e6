# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How far a teacher can be imitated: whether it acts on what the onboard sensors cannot tell, and what its embedding
knows of it."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from tsra_lab.models import EncodedPolicy

from .probe import CONSTANT, auc_score, is_binary, permuted_across_episodes, predict_held_out, r2_score
from .samples import ObservationTerm, Samples, Say, collect_samples, groups_of, observation_terms, source_of

HIDDEN = "hidden state"
"""What a task's hook redraws: exactly what the onboard sensors cannot tell."""

NOT_DIRECT = "terms not observed directly"
"""What is exchanged without a hook. A student may infer it, from a history or an image."""


@torch.no_grad()
def action_sensitivity(
    teacher: MLPModel,
    observations: TensorDict,
    changed: TensorDict,
    found: torch.Tensor | None = None,
    spread: torch.Tensor | None = None,
) -> dict:
    """Measure how far a teacher's action moves when its observations change, relative to how far it moves anyway.

    For each action it is the mean distance between both, over the action's standard deviation.
    0 means that the change is ignored. Two independent draws of a normally distributed action differ by 1.13.

    Args:
        teacher: Gives actions of shape (num_samples, num_actions).
        observations: Observations that the teacher met. Shapes are (num_samples, ...).
        changed: The same observations, changed.
        found: In which samples they did change; None for all. Shape is (num_samples,).
        spread: Standard deviation of each action; None for that over all samples. Shape is (num_actions,).

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
    spread = actions.std(dim=0) if spread is None else spread
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

    With the task's hook, it is redrawn exactly. Without, it is unknown what is hidden: the teacher's terms that no
    onboard group has too, by name or by function, are exchanged between samples. They are not observed directly, but a
    history may tell a velocity, and a camera almost anything: of the sensitivity to what is hidden, this is an upper
    bound. :func:`tsra_lab.evaluation.diagnosis.diagnose` tells what of it a student can infer.

    Args:
        env: Environment of the samples.
        teacher: Teacher that met them.
        samples: As :func:`collect_samples` gives them.
        onboard: Observation groups of the student.

    Returns:
        As :func:`action_sensitivity`; ``to``, :data:`HIDDEN` or :data:`NOT_DIRECT`; and ``method``: ``task hook`` or
        ``permutation of <terms>``.

    Raises:
        ValueError: If there is no hook and the teacher sees nothing that onboard groups lack, or its groups are no
            vectors.
    """
    if samples.redrawn is not None:
        redraw = action_sensitivity(teacher, samples.present, samples.redrawn, samples.found)
        return redraw | {"to": HIDDEN, "method": "task hook"}
    vectors = [group for group in onboard if samples.observations[group].ndim == 2]
    sources = [source_of(env, term) for term in observation_terms(env, vectors)]
    names, functions = [name for name, _ in sources], [function for _, function in sources]
    hidden = []
    for term in observation_terms(env, groups_of(teacher)):
        name, function = source_of(env, term)
        if name not in names and (function is None or function not in functions):
            hidden.append(term)
    if not hidden:
        raise ValueError("The teacher sees nothing that the onboard groups lack, so nothing is hidden.")
    changed = permute_terms(samples.observations, hidden)
    method = f"permutation of {', '.join(term.name for term in hidden)}"
    return action_sensitivity(teacher, samples.observations, changed) | {"to": NOT_DIRECT, "method": method}


def leakage(env: VecEnv, teacher: EncodedPolicy, samples: Samples, say: Say | None = None) -> dict[str, dict]:
    """Measure what the embeddings tell about each of the teacher's terms, on episodes that the probe never saw.

    Args:
        env: Environment of the samples.
        teacher: The teacher.
        samples: What its student met, as :func:`collect_samples` gives it.
        say: Told before each probe how many are trained.

    Returns:
        For each term that varies, a JSON-ready dictionary: ``metric``, ``auc`` for terms of two values, else ``r2``,
        and its value from ``z_teacher``, ``z_student``, the teacher's observations themselves (``state``), and from
        the teacher's embedding with the targets ``permuted`` across episodes, which is chance.

    Raises:
        ValueError: If the teacher's groups are no vectors, there are too few episodes, or who acted has no embedding.
    """
    if samples.embedding is None:
        raise ValueError("These samples have no embedding of a student: let one act that has.")
    terms = observation_terms(env, groups_of(teacher))
    targets = torch.cat([term.of(samples.observations) for term in terms], dim=-1)
    with torch.no_grad():
        z_teacher, z_student = teacher.encoder(samples.observations), samples.embedding
    chance = permuted_across_episodes(targets, samples.episodes)
    probes = {
        "z_teacher": (z_teacher, targets),
        "z_student": (z_student, targets),
        "state": (targets, targets),
        "permuted": (z_teacher, chance),
    }
    held_out = {}
    for name, (inputs, predicted) in probes.items():
        if say is not None:
            say(f"Probing: {len(held_out)} of {len(probes)} probes are trained.")
        held_out[name] = predict_held_out(inputs, predicted, samples.episodes)
    sizes = [term.size for term in terms]
    split = {name: [values.split(sizes, dim=-1) for values in pair] for name, pair in held_out.items()}
    result = {}
    for index, (term, values) in enumerate(zip(terms, targets.split(sizes, dim=-1), strict=True)):
        metric, score = ("auc", auc_score) if is_binary(values) else ("r2", r2_score)
        scores = {name: score(predictions[index], truth[index]) for name, (predictions, truth) in split.items()}
        if scores["z_teacher"] is not None:
            result[term.name] = {"metric": metric, **scores}
    return result


def measure_imitability(env: VecEnv, teacher: MLPModel, student: MLPModel, seed: int, say: Say | None = None) -> dict:
    """Run a teacher and measure how far it can be imitated.

    Action sensitivity is measured where the teacher acts, leakage where the student does: the teacher's actions, which
    a student may see as its last ones, betray what only the teacher knows.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        teacher: Policy of the privileged observations.
        student: Policy of the onboard observations.
        seed: Seed of the episodes.
        say: Told how far it is, as often as there is something to tell.

    Returns:
        JSON-ready dictionary: ``action_sensitivity`` as :func:`hidden_sensitivity` gives it, and ``leakage`` as
        :func:`leakage` does, None for policies without an embedding and teachers with images.

    Raises:
        ValueError: If the teacher has a memory, nothing is hidden from the student, or episodes are too few.
    """
    samples = collect_samples(env, teacher, seed, say=say)
    encoded = isinstance(teacher, EncodedPolicy) and isinstance(student, EncodedPolicy)
    vectors = all(samples.observations[group].ndim == 2 for group in groups_of(teacher))
    sensitivity = hidden_sensitivity(env, teacher, samples, groups_of(student))
    if not (encoded and vectors):
        return {"action_sensitivity": sensitivity, "leakage": None}
    of_student = collect_samples(env, teacher, seed, student, say)
    return {"action_sensitivity": sensitivity, "leakage": leakage(env, teacher, of_student, say)}
