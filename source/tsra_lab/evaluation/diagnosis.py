# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Which privileged terms cause the imitation gap: those that the teacher acts on and the student cannot infer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from matplotlib import rc_context
from matplotlib.figure import Figure
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from .imitability import action_sensitivity, permute_terms
from .imitator import samples_of_student
from .probe import held_out, predict_held_out, r2_score
from .samples import Say, collect_samples, groups_of, observation_terms
from .style import INK, STYLE

THRESHOLD = 0.2
"""Score from which a term is blamed.

It was chosen after the fact: of three plain PPO teachers and an aligned one, with and without last action and history
onboard, what is to blame scored 0.22 to 0.69, what is not at most 0.17 (``docs/benchmarks/imitation_gap.md``).
"""


def diagnose(env: VecEnv, teacher: MLPModel, onboard: Iterable[str], seed: int, say: Say | None = None) -> dict:
    """Rank a teacher's observation terms by what they contribute to the imitation gap.

    All is measured where a quick imitator of the teacher acts (:mod:`tsra_lab.evaluation.imitator`): where the teacher
    acts, its actions betray what only it knows. For each term:

    - *dependence* is the action sensitivity to this term, exchanged between samples: how far the teacher's action
      moves, relative to its spread where the teacher acts.
    - *unpredictability* is the share of the term's variance that a probe does not predict from the present onboard
      observations, on episodes that it never saw: ``1 - max(R2, 0)``.
    - The *score* is how far, in the same unit, the teacher's action moves if the probe's prediction takes the place of
      the term: a student's best guess. It is large for a term that is hidden and acted on, and near 0 for one that the
      student knows, or of which it knows what the teacher acts on.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper.
        teacher: Any policy without memory.
        onboard: Observation groups that a student sees.
        seed: Seed of the episodes.
        say: Told at each step how many episodes of the teacher or an imitator are over.

    Returns:
        JSON-ready dictionary: ``onboard``, ``seed``, ``samples``, the number of the teacher's and of the imitator's;
        ``returns``, the mean return of each; ``threshold``; ``terms``, from the highest score to the lowest, each with
        ``term``, ``group``, ``dependence``, ``unpredictability`` and ``score``; ``causes``, the names of those at or
        above the threshold; ``action_sensitivity`` to all that is hidden, None where the task has no
        ``resampled_hidden_state``.

    Raises:
        ValueError: If the teacher sees onboard groups alone or has a memory, a group is no vector of terms, or
            episodes are too few.
    """
    onboard = list(onboard)
    groups = groups_of(teacher)
    if set(groups) <= set(onboard):
        raise ValueError(
            f"The policy sees {', '.join(groups)} alone, which the student sees too: nothing is hidden. Name what"
            " the student sees with --onboard, or the checkpoint of a privileged teacher."
        )
    observation_terms(env, onboard)  # refuses groups that are no vectors
    terms = observation_terms(env, groups)
    samples = collect_samples(env, teacher, seed, say=say)
    imitated = samples_of_student(env, teacher, onboard, samples, seed, say)
    predictions, truth = predict_held_out(
        torch.cat([imitated.observations[group] for group in onboard], dim=-1),
        torch.cat([term.of(imitated.observations) for term in terms], dim=-1),
        imitated.episodes,
    )
    observations = imitated.observations[held_out(imitated.episodes)]
    with torch.no_grad():
        spread = teacher(samples.observations).std(dim=0)

    def moved(changed: TensorDict) -> float:
        return action_sensitivity(teacher, observations, changed, spread=spread)["mean"]

    sizes = [term.size for term in terms]
    rows: list[dict[str, Any]] = []
    for term, guess, actual in zip(terms, predictions.split(sizes, dim=-1), truth.split(sizes, dim=-1), strict=True):
        r2 = r2_score(guess, actual)
        guessed = observations.clone()
        guessed[term.group][:, term.columns] = guess
        rows.append(
            {
                "term": term.name,
                "group": term.group,
                "dependence": moved(permute_terms(observations, [term])),
                # a term that never varies is known
                "unpredictability": 0.0 if r2 is None else 1.0 - max(r2, 0.0),
                "score": moved(guessed),
            }
        )
    rows.sort(key=lambda row: -row["score"])
    hook = samples.redrawn is not None
    return {
        "onboard": onboard,
        "seed": seed,
        "samples": {"teacher": len(samples.episodes), "imitator": len(imitated.episodes)},
        "returns": {"teacher": samples.mean_return, "imitator": imitated.mean_return},
        "threshold": THRESHOLD,
        "terms": rows,
        "causes": [row["term"] for row in rows if row["score"] >= THRESHOLD],
        "action_sensitivity": action_sensitivity(teacher, samples.present, samples.redrawn, samples.found)
        if hook
        else None,
    }


def format_diagnosis(diagnosis: dict) -> str:
    """Write a diagnosis for the terminal.

    Args:
        diagnosis: As :func:`diagnose` gives it.

    Returns:
        A table of the terms and a sentence that names those to blame.
    """
    width = max(len("term"), *(len(row["term"]) for row in diagnosis["terms"]))
    lines = [f"{'term':{width}}  dependence  unpredictability  score", f"{'-' * width}  {'-' * 10}  {'-' * 16}  -----"]
    for row in diagnosis["terms"]:
        numbers = f"{row['dependence']:10.3f}  {row['unpredictability']:16.3f}  {row['score']:5.3f}"
        lines.append(f"{row['term']:{width}}  {numbers}")
    if diagnosis["action_sensitivity"] is not None:
        lines.append(f"action sensitivity to hidden state (task hook): {diagnosis['action_sensitivity']['mean']:.3f}")
    returns = diagnosis["returns"]
    lines.append(f"mean return: teacher {returns['teacher']:.2f}, a quick imitator of it {returns['imitator']:.2f}")
    return "\n".join([*lines, verdict(diagnosis)])


def verdict(diagnosis: dict) -> str:
    """Say in a sentence what causes the gap.

    Args:
        diagnosis: As :func:`diagnose` gives it.

    Returns:
        The sentence.
    """
    scores = {row["term"]: row["score"] for row in diagnosis["terms"]}
    if diagnosis["causes"]:
        named = ", ".join(f"{term} (score {scores[term]:.2f})" for term in diagnosis["causes"])
        return f"The teacher acts on what the student cannot infer: {named}."
    highest = diagnosis["terms"][0]
    return (
        f"Nothing to blame: no term that the teacher acts on is hidden from the student. The highest score is"
        f" {highest['score']:.2f} ({highest['term']}), below {diagnosis['threshold']}."
    )


def draw_diagnosis(diagnosis: dict, title: str, path: Path) -> None:
    """Draw the terms' scores as bars, with dependence and unpredictability.

    Args:
        diagnosis: As :func:`diagnose` gives it.
        title: Title of the picture.
        path: Image file to write.
    """
    with rc_context(STYLE):
        diagnosis_figure(diagnosis, title).savefig(path, dpi=160)


def diagnosis_figure(diagnosis: dict, title: str) -> Figure:
    """Draw the terms' scores as bars, with dependence and unpredictability, under the present settings of matplotlib.

    Args:
        diagnosis: As :func:`diagnose` gives it.
        title: Title of the picture.

    Returns:
        The picture.
    """
    rows, threshold = diagnosis["terms"], diagnosis["threshold"]
    figure = Figure(figsize=(6.4, 1.7 + 0.38 * len(rows)), layout="constrained")
    axis = figure.subplots()
    colors = ["#e2552f" if row["score"] >= threshold else "#8fa8d8" for row in rows]
    places = range(len(rows))
    label = "score: on what the student cannot infer"
    axis.barh(places, [row["score"] for row in rows], height=0.62, color=colors, label=label)
    # of different size: where they coincide both are seen
    for name, marker, size, label in (
        ("dependence", "o", 8.0, "the action depends on it"),
        ("unpredictability", "D", 4.5, "share that the student cannot infer"),
    ):
        style = {"color": "white", "markeredgecolor": INK, "markersize": size, "clip_on": False}
        axis.plot([row[name] for row in rows], places, marker, label=label, **style)
    axis.axvline(threshold, color=INK, linewidth=1.0, linestyle="--", label=f"blamed from {threshold} on")
    axis.set_yticks(places, [row["term"] for row in rows])
    axis.tick_params(axis="y", length=0)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.set_xlim(left=0.0)
    axis.grid(axis="x", color="#dddddd", linewidth=0.7)
    axis.set_axisbelow(True)
    figure.suptitle(title, fontsize=STYLE["axes.titlesize"])
    figure.legend(loc="outside lower center", ncols=2)
    return figure
