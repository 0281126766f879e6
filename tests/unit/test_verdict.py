# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The verdict on a run: by simple rules, and never surer than the episodes allow."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from tsra_lab.run_report import judge
from tsra_lab.run_report.events import Curve
from tsra_lab.run_report.health import COLLAPSED, DEAD, FOUND, LOST, signs_of_health
from tsra_lab.run_report.measurements import Evaluation, Performance
from tsra_lab.run_report.status import Status
from tsra_lab.run_report.verdict import (
    CLOSED,
    CLOSED_RETURN,
    LEARNED,
    WIDEST,
    closing_iteration,
    imitation_gap,
    percent,
)
from tsra_results import success_interval

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

EPISODES = 512


def succeeding(rate: float, episodes: int = EPISODES) -> Performance:
    low, high = success_interval(round(rate * episodes), episodes)
    return Performance(success=rate, interval=(low, high), return_mean=2.0, return_std=1.0, length=40.0)


def surviving(return_mean: float, length: float = 300.0, return_std: float = 1.0) -> Performance:
    return Performance(return_mean=return_mean, return_std=return_std, length=length)


def evaluation(
    teacher: float | Performance | None,
    student: float | Performance | None,
    iteration: int = 50,
    episodes: int = EPISODES,
) -> Evaluation:
    """Policies by their success, or as they are."""
    given = {"teacher": teacher, "student": student}
    policies = {
        name: item if isinstance(item, Performance) else succeeding(item, episodes)
        for name, item in given.items()
        if item is not None
    }
    return Evaluation(iteration=iteration, env_steps=iteration * 1000, episodes=episodes, policies=policies)


def logged(**last: float) -> dict[str, Curve]:
    """A log in which alignment is healthy, but for some numbers."""
    values = {
        "Loss/retrieval_accuracy": 0.9,
        "Loss/embedding_std_mean": 0.8,
        "Loss/embedding_std_min": 0.4,
        "Loss/action_distance": 0.1,
        "Loss/remaining_drift": 0.001,
        "Policy/mean_std": 0.3,
    }
    values |= {tag: last[tag.partition("/")[2]] for tag in values if tag.partition("/")[2] in last}
    return {tag: Curve(np.arange(20), np.full(20, value)) for tag, value in values.items()}


def test_a_healthy_run() -> None:
    evaluations = [evaluation(0.6, 0.4, 40), evaluation(0.9, 0.89, 80), evaluation(0.94, 0.93, 120)]
    verdict = judge(evaluations, signs=signs_of_health(logged()))
    assert verdict.status is Status.GOOD and verdict.closed_at == 80
    assert verdict.sentence == (
        "The student follows its teacher: it succeeds in 93 % of episodes, its teacher in 94 %. Alignment is healthy."
        " The gap closed at iteration 80."
    )


def test_an_open_gap() -> None:
    verdict = judge([evaluation(0.9, 0.89, 40), evaluation(0.95, 0.6, 80)])
    assert verdict.status is Status.BAD and verdict.closed_at is None
    assert (
        "The imitation gap is open: the student succeeds in 60 % of episodes, its teacher in 95 %." in verdict.sentence
    )
    assert "the gap had not closed at iteration 80" in verdict.sentence and "diagnose.py" in verdict.sentence


def test_a_student_a_little_behind() -> None:
    verdict = judge([evaluation(0.95, 0.9)])
    assert verdict.status is Status.ATTENTION
    assert verdict.sentence.startswith("The student stays behind its teacher: it succeeds in 90 % of episodes")


def test_a_student_better_than_its_teacher() -> None:
    verdict = judge([evaluation(0.8, 0.9)])
    assert verdict.status is Status.GOOD and "better than its teacher" in verdict.sentence
    assert "closed from the first evaluation on, at iteration 50" in verdict.sentence


def test_neither_has_learned() -> None:
    verdict = judge([evaluation(0.1, 0.1)])
    assert verdict.status is Status.ATTENTION
    assert verdict.closed_at is None
    assert verdict.sentence == (
        "The teacher itself succeeds in 10 % of episodes, its student in 10 %: the task is not learned yet."
    )


def test_an_embedding_that_collapsed() -> None:
    verdict = judge([evaluation(0.9, 0.9)], signs=signs_of_health(logged(embedding_std_mean=0.01)))
    assert verdict.status is Status.BAD
    assert "Alignment is not healthy: the embedding has collapsed (mean standard deviation 0.010)." in verdict.sentence


@pytest.mark.parametrize(
    "numbers, status, words",
    [
        ({"retrieval_accuracy": 0.05}, Status.BAD, "pairs do not find each other"),
        ({"retrieval_accuracy": 0.3}, Status.ATTENTION, "few pairs"),
        ({"embedding_std_min": 0.01}, Status.ATTENTION, "a dimension of the embedding is dead"),
        ({"action_distance": 0.5}, Status.ATTENTION, "act 0.50 apart, more than the noise of 0.30"),
        ({"remaining_drift": 0.02}, Status.ATTENTION, "move the policy more than PPO does"),
        ({"remaining_drift": math.nan}, Status.BAD, "remaining drift is not finite"),
        ({"mean_std": math.nan}, Status.UNKNOWN, "Whether alignment is healthy is not known"),
    ],
)
def test_signs_of_bad_health(numbers: dict[str, float], status: Status, words: str) -> None:
    signs = signs_of_health(logged(**numbers), desired_kl=0.01)
    verdict = judge([evaluation(0.9, 0.9)], signs=signs)
    assert verdict.status is status and words in verdict.sentence
    assert len(signs) == 5 and sum(sign.status is not Status.GOOD for sign in signs) == 1


def test_a_method_without_alignment_is_not_judged_by_it() -> None:
    assert signs_of_health({}) == []
    assert "lignment" not in judge([evaluation(0.9, 0.9)], signs=[]).sentence


def test_without_embeddings_both_act_alike_or_not() -> None:
    log = {tag: curve for tag, curve in logged().items() if tag in ("Loss/action_distance", "Policy/mean_std")}
    assert "On the same samples, both act much alike." in judge([], signs=signs_of_health(log)).sentence
    log["Loss/action_distance"] = Curve(np.arange(20), np.full(20, 0.7))
    verdict = judge([], signs=signs_of_health(log))
    assert "does not act like its teacher: teacher and student act 0.70 apart" in verdict.sentence


def test_a_sign_is_of_the_last_ten_iterations() -> None:
    values = np.concatenate([np.zeros(90), np.full(10, 0.8)])
    (sign,) = signs_of_health({"Loss/retrieval_accuracy": Curve(np.arange(100), values)})
    assert sign.value == pytest.approx(0.8) and sign.status is Status.GOOD


def test_too_few_episodes_to_tell() -> None:
    verdict = judge([evaluation(0.75, 0.5, episodes=16)])
    assert verdict.status is Status.UNKNOWN and verdict.closed_at is None
    low, high = success_interval(12, 16)
    expected = f"the teacher succeeds in 75 % of 16 episodes, so its success may be anything from {percent(low)} to"
    assert f"Too few episodes to tell: {expected} {percent(high)} (95 % interval)." == verdict.sentence


def test_how_many_episodes_are_enough() -> None:
    """As the comment at the limit says."""
    for episodes, enough in ((92, False), (93, True)):
        low, high = success_interval(episodes // 2, episodes)
        assert (high - low <= WIDEST) is enough


def test_survival_is_told_by_return_and_length() -> None:
    verdict = judge(
        [evaluation(surviving(50.0), surviving(20.0, 100.0), 40), evaluation(surviving(50.0), surviving(49.0))]
    )
    assert verdict.status is Status.GOOD and verdict.closed_at == 50
    assert verdict.sentence.startswith(
        "The student follows its teacher: it has a mean return of 49 in episodes of 300 steps, its teacher one of 50 in"
        " episodes of 300 steps."
    )
    assert "succe" not in verdict.sentence
    assert judge([evaluation(surviving(50.0), surviving(46.0))]).status is Status.ATTENTION
    assert judge([evaluation(surviving(50.0), surviving(40.0))]).status is Status.BAD
    assert judge([evaluation(surviving(-50.0), surviving(-60.0))]).status is Status.BAD
    assert judge([evaluation(surviving(-50.0), surviving(-40.0))]).status is Status.GOOD


def test_returns_that_scatter_need_more_episodes() -> None:
    verdict = judge([evaluation(surviving(5.0, return_std=10.0), surviving(5.0, return_std=10.0), episodes=16)])
    assert verdict.status is Status.UNKNOWN
    assert "a mean return of 5 over 16 episodes, so it may be anything from 0.1 to 9.9" in verdict.sentence


def test_a_return_of_nothing() -> None:
    nothing = surviving(0.0, return_std=0.0)
    assert imitation_gap(evaluation(nothing, nothing)) == 0.0
    assert imitation_gap(evaluation(nothing, surviving(-1.0))) == math.inf
    assert judge([evaluation(nothing, surviving(-1.0, return_std=0.0))]).status is Status.BAD


def test_a_training_that_diverged() -> None:
    verdict = judge([evaluation(0.9, 0.9)], diverged=True)
    assert verdict.status is Status.BAD and verdict.sentence.startswith("The training diverged")
    assert judge([], diverged=True).sentence.endswith("so nothing is known of the policies.")


def test_no_evaluation_yet() -> None:
    verdict = judge([])
    assert verdict.status is Status.UNKNOWN and "No evaluation was made yet" in verdict.sentence


def test_a_teacher_alone_and_a_student_alone() -> None:
    alone = judge([evaluation(0.9, None)])
    assert alone.status is Status.UNKNOWN and "distill.py makes a student" in alone.sentence
    student = judge([evaluation(None, 0.9)])
    assert student.status is Status.GOOD and "without a teacher, succeeds in 90 % of episodes" in student.sentence
    assert judge([evaluation(None, 0.2)]).status is Status.ATTENTION


def test_an_evaluation_afterwards_decides() -> None:
    verdict = judge([evaluation(0.9, 0.9)], evaluation(0.95, 0.5))
    assert verdict.status is Status.BAD and "the student succeeds in 50 % of episodes" in verdict.sentence
    assert verdict.closed_at == 50  # while training it was


def test_an_exported_file_stands_for_its_student() -> None:
    policies = {"teacher": succeeding(0.9), "onnx": succeeding(0.89)}
    verdict = judge([], Evaluation(episodes=EPISODES, policies=policies))
    assert verdict.sentence == (
        "The student follows its teacher: it succeeds in 89 % of episodes, its teacher in 90 %."
    )


def test_the_gap_closes_where_it_stays_closed() -> None:
    gaps = {25: 0.0, 50: 0.2, 75: CLOSED, 100: -0.3, 125: 0.01}
    evaluations = [evaluation(0.6, 0.6 - gap, iteration) for iteration, gap in gaps.items()]
    assert closing_iteration(evaluations) == 75
    assert closing_iteration(evaluations[:2]) is None
    assert closing_iteration([]) is None
    assert closing_iteration([evaluation(0.9, None)]) is None


@pytest.mark.parametrize(
    "share, text", [(0.0, "0 %"), (0.004, "0.4 %"), (0.93, "93 %"), (0.996, "99.6 %"), (1.0, "100 %")]
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_the_page_of_the_rules_has_their_numbers() -> None:
    page = (Path(__file__).parents[2] / "docs" / "report.md").read_text()
    for limit in (CLOSED, FOUND, LOST, COLLAPSED, DEAD, WIDEST):
        assert re.search(rf"[ `]{re.escape(f'{limit:g}'.removeprefix('0'))}[,. ;]", page), limit
    assert f"{CLOSED_RETURN:.0%}".replace("%", " %") in page and LEARNED == 0.5 and "half of the episodes" in page
