# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a student was measured to do is printed beside its teacher when it is exported or distilled."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tsra_lab.runs.exporting import student_performance

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def runner(student: float | None, student_return: float = 1.0) -> SimpleNamespace:
    """A runner whose training measured a teacher and a student at its present iteration."""
    numbers = {
        "success_rate": student,
        "success_ci95": None,
        "episode_length_mean": 50.0,
        "outcomes": {"time_out": 0.5},
    }
    policies = {
        "teacher": numbers | {"success_rate": None if student is None else 0.9, "return_mean": 4.0},
        "student": numbers | {"return_mean": student_return},
    }
    report = {"iteration": 7, "episodes": 64, "seed": 1, "policies": policies}
    return SimpleNamespace(current_learning_iteration=7, evaluations=[report])


@pytest.mark.parametrize(
    "measured, line, warning",
    [
        (runner(0.88), "student success 0.880, return 1.000, length 50.0", None),
        (runner(0.5), "student success 0.500, return 1.000, length 50.0", "success 0.500 against 0.900"),
        (runner(0.0), "student success 0.000, return 1.000, length 50.0", "succeeded in none of 64 episodes"),
        (runner(None), "student no success term, return 1.000, length 50.0", "return 1.000 against 4.000"),
        (runner(None, 3.9), "student no success term, return 3.900, length 50.0, outcomes: time_out 0.500", None),
    ],
)
def test_success_return_and_length_are_printed_and_a_poor_student_is_warned_of(
    capsys: pytest.CaptureFixture, measured: SimpleNamespace, line: str, warning: str | None
):
    student_performance(measured, SimpleNamespace(), "A-Task")
    printed = capsys.readouterr().out
    assert f"Measured in 64 episodes: {line}" in printed
    assert "Measured in 64 episodes: teacher " in printed
    assert printed.count("[WARNING]") == (warning is not None)
    assert warning is None or warning in printed
