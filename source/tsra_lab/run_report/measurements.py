# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What was measured of a run's policies: evaluations while training, one afterwards, a diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .json_parts import Part, read_json


@dataclass(frozen=True, kw_only=True)
class Performance:
    """What a policy did in its episodes."""

    success: float | None = None
    """Success rate; None where the task knows no success."""

    interval: tuple[float, float] | None = None
    """95 % interval of the success rate."""

    return_mean: float
    """Mean return."""

    return_std: float
    """Standard deviation of the return over episodes."""

    length: float
    """Mean length [steps]."""

    outcomes: dict[str, float] = field(default_factory=dict)
    """How episodes ended, as shares."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Policies on the same episodes."""

    iteration: int | None = None
    """Iteration of the training; None for an evaluation afterwards."""

    env_steps: int | None = None
    """Environment steps of the training until then."""

    episodes: int
    """Episodes of each policy."""

    policies: dict[str, Performance]
    """By name: ``teacher``, ``student``, ``onnx``."""

    @property
    def teacher(self) -> Performance | None:
        """The teacher's."""
        return self.policies.get("teacher")

    @property
    def student(self) -> Performance | None:
        """The student's; the exported file's where only that was evaluated."""
        return self.policies.get("student", self.policies.get("onnx"))


@dataclass(frozen=True)
class Leak:
    """How well a privileged term is predicted from the embeddings."""

    term: str
    """Name of the term."""

    metric: str
    """``R2`` or ``AUC``."""

    scores: dict[str, float | None]
    """By source: the embeddings of teacher and student, the teacher's observations, and chance."""


@dataclass(frozen=True)
class Imitability:
    """How far the teacher can be imitated."""

    sensitivity: float
    """Action sensitivity."""

    to: str
    """To what."""

    leakage: list[Leak]
    """One for each privileged term; empty where it was not measured."""


def read_evaluations(path: Path) -> list[Evaluation]:
    """Read the evaluations of a training.

    Args:
        path: ``evaluations.json`` of a run.

    Returns:
        Evaluations, in the order of their iterations.

    Raises:
        ValueError: If the file is damaged.
    """
    found: list[Evaluation] = []
    before = -1
    for part in read_json(path).items():
        iteration, env_steps = part["iteration"].count(), part["env_steps"].count()
        part["iteration"].require(iteration > before, "later than the one before")
        before = iteration
        found.append(_evaluation(part, iteration, env_steps))
    return found


def read_evaluation(path: Path) -> tuple[Evaluation, Imitability | None, str]:
    """Read what ``evaluate.py --json`` wrote.

    Args:
        path: The file.

    Returns:
        The evaluation, what was measured of imitability, and the name of the task.

    Raises:
        ValueError: If the file is damaged.
    """
    part = read_json(path)
    measured = part["imitability"]
    return _evaluation(part), _imitability(measured) if measured.is_given() else None, part["task"].text()


def read_diagnosis(path: Path) -> dict[str, Any]:
    """Read what ``diagnose.py`` wrote.

    Args:
        path: The file.

    Returns:
        What of it is shown, as :func:`tsra_lab.evaluation.diagnosis.diagnose` gives it.

    Raises:
        ValueError: If the file is damaged.
    """
    part = read_json(path)
    numbers = ("dependence", "unpredictability", "score")
    terms: list[dict[str, Any]] = [
        {"term": row["term"].text()} | {name: row[name].number(0.0) for name in numbers}
        for row in part["terms"].items()
    ]
    part["terms"].require(0 < len(terms) <= 1000, "a list of 1 to 1000 terms")
    causes, names = [item.text() for item in part["causes"].items()], {row["term"] for row in terms}
    part["causes"].require(set(causes) <= names, "among the terms")
    returns = {name: part["returns"][name].number() for name in ("teacher", "imitator")}
    return {"terms": terms, "causes": causes, "returns": returns, "threshold": part["threshold"].number(0.0)}


def _evaluation(part: Part, iteration: int | None = None, env_steps: int | None = None) -> Evaluation:
    episodes = part["episodes"].count()
    part["episodes"].require(episodes > 0, "at least 1")
    policies = {name: _performance(numbers) for name, numbers in part["policies"].entries().items()}
    part["policies"].require(len(policies) > 0, "at least one policy")
    successes = {performance.success is None for performance in policies.values()}
    part["policies"].require(len(successes) == 1, "measured alike, all with a success rate or none")
    return Evaluation(iteration=iteration, env_steps=env_steps, episodes=episodes, policies=policies)


def _performance(part: Part) -> Performance:
    success, interval = part["success_rate"], part["success_ci95"]
    bounds = None
    if success.is_given():
        numbers = [bound.number(0.0, 1.0) for bound in interval.items()]
        interval.require(len(numbers) == 2, "two numbers")
        bounds = (numbers[0], numbers[1])
    return Performance(
        success=success.number(0.0, 1.0) if success.is_given() else None,
        interval=bounds,
        return_mean=part["return_mean"].number(),
        return_std=part["return_std"].number(0.0),
        length=part["episode_length_mean"].number(0.0),
        outcomes={name: share.number(0.0, 1.0) for name, share in part["outcomes"].entries().items()},
    )


def _imitability(part: Part) -> Imitability:
    sensitivity, leakage = part["action_sensitivity"], part["leakage"]
    leaks = []
    for term, scores in leakage.entries().items() if leakage.is_given() else ():
        found = {name: scores[name] for name in ("z_teacher", "z_student", "state", "permuted")}
        values = {name: score.number() if score.is_given() else None for name, score in found.items()}
        leaks.append(Leak(term, scores["metric"].text().upper(), values))
    return Imitability(sensitivity["mean"].number(0.0), sensitivity["to"].text(), leaks)
