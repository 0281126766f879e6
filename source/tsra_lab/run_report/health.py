# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Whether an embedding is alive and shared: a few numbers of the log, each with a limit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .events import Curve
from .status import Status

LAST = 10
"""Iterations at the end of the log over which a number is averaged."""

FOUND, LOST = 0.5, 0.1
"""Retrieval accuracy from which pairs find each other, and below which they do not."""

COLLAPSED, DEAD = 0.1, 0.05
"""Mean standard deviation below which the embedding is collapsed, and least below which a dimension is dead."""

DESIRED_KL = 0.01
"""Step of PPO's policy where the agent names none: rsl_rl's default."""


@dataclass(frozen=True)
class Sign:
    """A number that tells whether alignment is healthy."""

    name: str
    """What it is called."""

    tag: str
    """Under which it is logged."""

    value: float
    """Mean of the last iterations."""

    limit: float | None
    """Where health ends; None where that is unknown."""

    status: Status
    """What the value says."""

    meaning: str
    """What it is and where the limit comes from, in a sentence."""

    problem: str
    """What is wrong, in the middle of a sentence; empty where nothing is."""


def signs_of_health(curves: Mapping[str, Curve], desired_kl: float = DESIRED_KL) -> list[Sign]:
    """Judge the numbers that a method logs of its alignment.

    Args:
        curves: The log.
        desired_kl: Step of PPO's policy.

    Returns:
        A sign for each number that was logged; none for a method that aligns nothing.
    """
    noise = curves["Policy/mean_std"].latest(LAST) if "Policy/mean_std" in curves else None
    known = (
        ("retrieval accuracy", "Loss/retrieval_accuracy", FOUND, _RETRIEVAL),
        ("mean standard deviation of the embedding", "Loss/embedding_std_mean", COLLAPSED, _MEAN_STD),
        ("least standard deviation of the embedding", "Loss/embedding_std_min", DEAD, _LEAST_STD),
        ("action distance", "Loss/action_distance", noise, _DISTANCE),
        ("remaining drift", "Loss/remaining_drift", desired_kl, _DRIFT),
    )
    signs = []
    for name, tag, limit, meaning in known:
        if tag in curves:
            value = curves[tag].latest(LAST)
            status, problem = _judge(tag, value, limit)
            signs.append(Sign(name, tag, value, limit, status, meaning, problem))
    return signs


def _judge(tag: str, value: float, limit: float | None) -> tuple[Status, str]:
    """Status of a number, and what is wrong where something is."""
    name = tag.removeprefix("Loss/").replace("_", " ")
    if not math.isfinite(value):
        return Status.BAD, f"the {name} is not finite"
    if limit is None or not math.isfinite(limit):
        return Status.UNKNOWN, ""
    match tag:
        case "Loss/retrieval_accuracy" if value < LOST:
            return Status.BAD, f"pairs do not find each other (retrieval accuracy {value:.2f})"
        case "Loss/retrieval_accuracy" if value < FOUND:
            return Status.ATTENTION, f"few pairs find each other (retrieval accuracy {value:.2f})"
        case "Loss/embedding_std_mean" if value < COLLAPSED:
            return Status.BAD, f"the embedding has collapsed (mean standard deviation {value:.3f})"
        case "Loss/embedding_std_min" if value < DEAD:
            return Status.ATTENTION, f"a dimension of the embedding is dead (standard deviation {value:.3f})"
        case "Loss/action_distance" if value > limit:
            return Status.ATTENTION, f"teacher and student act {value:.2f} apart, more than the noise of {limit:.2f}"
        case "Loss/remaining_drift" if value > limit:
            return Status.ATTENTION, f"the encoders move the policy more than PPO does (KL divergence {value:.4f})"
    return Status.GOOD, ""


_RETRIEVAL = (
    "Share of onboard embeddings whose nearest privileged embedding in a batch is their own pair: half of them or more"
    " is healthy, less than a tenth is close to chance."
)
_MEAN_STD = (
    "How far the embedding varies, averaged over its dimensions: the alignment loss draws it to 1, and below 0.1 every"
    " observation looks the same, which is collapse."
)
_LEAST_STD = "The same of the dimension that varies least: below 0.05 that dimension is dead and carries nothing."
_DISTANCE = (
    "Mean distance between the actions of teacher and student on the same samples: below the standard deviation of the"
    " action noise, the student does what the teacher itself might have done."
)
_DRIFT = (
    "KL divergence by which the encoders' steps moved the teacher's policy, once consistency made up for them: it"
    " should be less than a step of PPO (desired_kl)."
)
