# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The verdict on a run, in sentences that a newcomer can read, by rules that ``docs/report.md`` tells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tsra_lab.evaluation.report import FAR_BELOW

from .health import Sign
from .measurements import Evaluation, Performance
from .status import Status

CLOSED = 0.02
"""Largest imitation gap in success that counts as closed."""

CLOSED_RETURN = 0.05
"""Largest imitation gap in return that counts as closed, as a share of the teacher's return."""

LEARNED = 0.5
"""Success from which a policy has learned its task."""

WIDEST = 0.2
"""Width of a success rate's interval above which episodes are too few to tell. Of 93 or more none is."""


RULES = (
    f"The gap is closed where the student's success is at most {CLOSED:.2f} below its teacher's; on a task without a"
    f" success term, where its return is at most {CLOSED_RETURN:.0%} below. It is open from {FAR_BELOW:.0%} on.",
    "It closed at the first evaluation from which on it stays closed to the end of the training.",
    f"Where neither policy succeeds in {LEARNED:.0%} of episodes, the task is not learned, whatever the gap.",
    f"Episodes are too few where the 95 % interval of a success rate is wider than {WIDEST:.1f}, or that of a mean"
    f" return reaches further than {FAR_BELOW:.0%} from it.",
    "Alignment is healthy where each sign is within its limit.",
)
"""The rules, for the page."""


@dataclass(frozen=True)
class Finding:
    """A sentence of the verdict."""

    status: Status
    """What it says."""

    text: str
    """The sentence."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a run."""

    findings: tuple[Finding, ...]
    """In the order in which they are told."""

    closed_at: int | None = None
    """Iteration of the evaluation from which on the gap was closed; None where it was not."""

    @property
    def status(self) -> Status:
        """The worst of the findings."""
        return max(finding.status for finding in self.findings)

    @property
    def sentence(self) -> str:
        """All findings."""
        return " ".join(finding.text for finding in self.findings)


def judge(
    evaluations: Sequence[Evaluation],
    measured: Evaluation | None = None,
    signs: Sequence[Sign] = (),
    diverged: bool = False,
) -> Verdict:
    """Judge a run.

    Args:
        evaluations: Evaluations while training, in their order.
        measured: An evaluation afterwards, which then decides; None for the last of the training.
        signs: Signs of the alignment's health.
        diverged: Whether the training diverged.

    Returns:
        The verdict.
    """
    findings, closed_at = [], None
    if diverged:
        findings.append(Finding(Status.BAD, "The training diverged; what was measured is of before."))
    decides = measured or (evaluations[-1] if evaluations else None)
    if decides is None:
        findings.append(Finding(Status.UNKNOWN, "No evaluation was made yet, so nothing is known of the policies."))
    else:
        findings.append(_judge_policies(decides))
    if signs:
        findings.append(_judge_signs(signs))
    # of too few episodes, and of policies that have learned nothing yet, a gap of nothing says nothing
    if evaluations and _has_learned(evaluations[-1]) and _too_few(evaluations[-1]) is None:
        closed_at = closing_iteration(evaluations)
        findings.append(_tell_closing(evaluations, closed_at))
    return Verdict(tuple(findings), closed_at)


def imitation_gap(evaluation: Evaluation) -> float | None:
    """Teacher minus student: in success, or in return as a share of the teacher's where there is no success.

    Args:
        evaluation: Policies on the same episodes.

    Returns:
        The gap; None without both policies.
    """
    teacher, student = evaluation.teacher, evaluation.student
    if teacher is None or student is None:
        return None
    if teacher.success is not None and student.success is not None:
        return round(teacher.success - student.success, 6)  # rates are of single precision
    difference = teacher.return_mean - student.return_mean
    if teacher.return_mean == 0.0:
        return math.copysign(math.inf, difference) if difference else 0.0
    return difference / abs(teacher.return_mean)


def tolerance(evaluation: Evaluation) -> float:
    """Largest gap that counts as closed, in the unit of :func:`imitation_gap`."""
    return CLOSED if _knows_success(evaluation) else CLOSED_RETURN


def closing_iteration(evaluations: Sequence[Evaluation]) -> int | None:
    """Find the first evaluation from which on the student stays within tolerance of its teacher, or ahead of it.

    Args:
        evaluations: Evaluations while training, in their order.

    Returns:
        Its iteration; None if the gap is not closed in the last one.
    """
    closed = None
    for evaluation in reversed(evaluations):
        gap = imitation_gap(evaluation)
        if gap is None or gap > tolerance(evaluation):
            break
        closed = evaluation.iteration
    return closed


def percent(share: float) -> str:
    """Write a share of 0 to 1: a tenth of a percent where it matters, between 99 and 100 or 0 and 1."""
    number = 100.0 * share
    digits = 1 if 0.0 < number < 1.0 or 99.0 < number < 100.0 else 0
    return f"{number:.{digits}f} %"


def _judge_policies(evaluation: Evaluation) -> Finding:
    """What the policies can do, and how far the student is from its teacher."""
    teacher, student = evaluation.teacher, evaluation.student
    few = _too_few(evaluation)
    if few is not None:
        return Finding(Status.UNKNOWN, few)
    if student is None:
        assert teacher is not None
        text = f"There is a teacher alone: it {_does(teacher)}. distill.py makes a student of it."
        return Finding(Status.UNKNOWN, text)
    if teacher is None:
        learned = student.success is None or student.success >= LEARNED
        status = Status.GOOD if learned else Status.ATTENTION
        return Finding(status, f"The student, which was evaluated without a teacher, {_does(student)}.")
    if not _has_learned(evaluation):
        text = f"The teacher itself {_does(teacher)}, its student {_reaches(student)}: the task is not learned yet."
        return Finding(Status.ATTENTION, text)
    gap = imitation_gap(evaluation)
    assert gap is not None
    both = f"it {_does(student)}, its teacher {_reaches(teacher)}"
    if gap > FAR_BELOW:
        text = f"The imitation gap is open: the student {_does(student)}, its teacher {_reaches(teacher)}."
        return Finding(Status.BAD, f"{text} diagnose.py tells what of the teacher it cannot follow.")
    if gap > tolerance(evaluation):
        return Finding(Status.ATTENTION, f"The student stays behind its teacher: {both}.")
    if gap < -tolerance(evaluation):
        return Finding(Status.GOOD, f"The student is better than its teacher: {both}.")
    return Finding(Status.GOOD, f"The student follows its teacher: {both}.")


def _judge_signs(signs: Sequence[Sign]) -> Finding:
    """Whether alignment is healthy; of a method that aligns no embeddings, whether both act alike."""
    aligned = any("embedding" in sign.tag or "retrieval" in sign.tag for sign in signs)
    problems = [sign.problem for sign in signs if sign.problem]
    status = max(sign.status for sign in signs)
    if problems:
        wrong = "Alignment is not healthy" if aligned else "The student does not act like its teacher"
        return Finding(status, f"{wrong}: {'; '.join(problems)}.")
    if status is Status.UNKNOWN:
        return Finding(status, "Whether alignment is healthy is not known.")
    return Finding(status, "Alignment is healthy." if aligned else "On the same samples, both act much alike.")


def _tell_closing(evaluations: Sequence[Evaluation], closed_at: int | None) -> Finding:
    """When the gap closed. How bad it is that it did not is for the finding of the policies to say."""
    if closed_at is None:
        return Finding(
            Status.ATTENTION,
            f"While training, the gap had not closed at iteration {evaluations[-1].iteration}, the last.",
        )
    if closed_at == evaluations[0].iteration:
        return Finding(Status.GOOD, f"The gap was closed from the first evaluation on, at iteration {closed_at}.")
    return Finding(Status.GOOD, f"The gap closed at iteration {closed_at}.")


def _has_learned(evaluation: Evaluation) -> bool:
    """Whether there are a teacher and a student, one of which has learned the task, as far as that can be told."""
    if evaluation.teacher is None or evaluation.student is None:
        return False
    rates = (evaluation.teacher.success, evaluation.student.success)
    return any(rate is None or rate >= LEARNED for rate in rates)


def _knows_success(evaluation: Evaluation) -> bool:
    return all(performance.success is not None for performance in evaluation.policies.values())


def _does(performance: Performance) -> str:
    """What a policy does, in the middle of a sentence."""
    if performance.success is None:
        return f"has a mean return of {performance.return_mean:.3g} in episodes of {performance.length:.0f} steps"
    return f"succeeds in {percent(performance.success)} of episodes"


def _reaches(performance: Performance) -> str:
    """The same of another policy, after :func:`_does`."""
    if performance.success is None:
        return f"one of {performance.return_mean:.3g} in episodes of {performance.length:.0f} steps"
    return f"in {percent(performance.success)}"


def _too_few(evaluation: Evaluation) -> str | None:
    """A sentence where episodes are too few to tell."""
    for name, performance in evaluation.policies.items():
        episodes = f"{evaluation.episodes} episode{'s' * (evaluation.episodes > 1)}"
        if performance.success is not None and performance.interval is not None:
            low, high = performance.interval
            if high - low > WIDEST:
                return (
                    f"Too few episodes to tell: the {name} succeeds in {percent(performance.success)} of {episodes}, so"
                    f" its success may be anything from {percent(low)} to {percent(high)} (95 % interval)."
                )
        elif performance.success is None:
            margin = 1.96 * performance.return_std / math.sqrt(evaluation.episodes)
            if margin > FAR_BELOW * abs(performance.return_mean):
                low, high = performance.return_mean - margin, performance.return_mean + margin
                return (
                    f"Too few episodes to tell: the {name} has a mean return of {performance.return_mean:.3g} over"
                    f" {episodes}, so it may be anything from {low:.3g} to {high:.3g} (95 % interval)."
                )
    return None
