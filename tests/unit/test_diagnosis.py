# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The diagnosis blames the terms that a teacher acts on and a student cannot infer, and no others."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hidden_env import HiddenEnv, LinearPolicy, OnboardActionEnv
from matplotlib import pyplot

from tsra_lab.evaluation import imitator
from tsra_lab.evaluation.diagnosis import THRESHOLD, diagnose, draw_diagnosis, format_diagnosis

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


@pytest.fixture(autouse=True)
def quick_imitator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less imitation, which these environments do not need."""
    monkeypatch.setattr(imitator, "ROUNDS", 2)
    monkeypatch.setattr(imitator, "EPOCHS", 10)


@cache
def diagnosis_of(*weights: float, hook: bool = True) -> dict:
    """Diagnosis of a teacher that acts by these weights on position, three cells and a constant."""
    return diagnose(HiddenEnv(hook=hook), LinearPolicy([list(weights)]), ["onboard"], seed=0)


def by_term(diagnosis: dict) -> dict[str, dict]:
    return {row["term"]: row for row in diagnosis["terms"]}


def test_the_hidden_cause_is_named():
    diagnosis = diagnosis_of(1.0, 5.0, 0.0, 0.0, 3.0)
    rows = by_term(diagnosis)
    assert diagnosis["causes"] == ["cells"] and diagnosis["terms"][0]["term"] == "cells"
    assert rows["cells"]["dependence"] == pytest.approx(1.0, abs=0.1)
    assert rows["cells"]["unpredictability"] > 0.9
    assert rows["position"]["unpredictability"] < 0.1
    assert "cannot infer: cells (score " in format_diagnosis(diagnosis).splitlines()[-1]


def test_a_teacher_that_acts_on_what_the_student_sees_is_not_blamed():
    diagnosis = diagnosis_of(1.0, 0.0, 0.0, 0.0, 3.0)
    rows = by_term(diagnosis)
    assert diagnosis["causes"] == []
    assert rows["position"]["dependence"] > 1.0  # it does depend on it
    assert rows["cells"]["dependence"] == 0.0 and rows["cells"]["unpredictability"] > 0.9  # this is hidden, but unused
    assert format_diagnosis(diagnosis).splitlines()[-1].startswith("Nothing to blame")


def test_a_term_that_never_varies_is_known_and_not_to_blame():
    row = by_term(diagnosis_of(0.0, 1.0, 0.0, 0.0, 100.0))["still"]
    assert (row["dependence"], row["unpredictability"], row["score"]) == (0.0, 0.0, 0.0)


def test_the_score_is_what_the_student_cannot_infer_and_orders_the_terms():
    diagnosis = diagnosis_of(1.0, 1.0, 1.0, 0.0, 0.0)
    rows, scores = by_term(diagnosis), [row["score"] for row in diagnosis["terms"]]
    assert scores == sorted(scores, reverse=True)
    assert rows["cells"]["score"] > 0.6 * rows["cells"]["dependence"]  # hidden whole
    assert rows["position"]["dependence"] > 0.3 and rows["position"]["score"] < 0.1  # known but for its noise
    for row in diagnosis["terms"]:
        assert (row["score"] >= THRESHOLD) == (row["term"] in diagnosis["causes"])


@pytest.mark.parametrize("history", [1, 4])
@pytest.mark.parametrize("last_action", [False, True])
def test_what_only_the_teachers_actions_betray_is_blamed(last_action: bool, history: int):
    # the action tells all three cells; a student that acts itself never learns of them
    env, teacher = OnboardActionEnv(last_action, history), LinearPolicy([[0.1, 4.0, 2.0, 1.0, 0.0]])
    diagnosis = diagnose(env, teacher, ["onboard"], seed=0)
    assert diagnosis["causes"] == ["cells"]
    assert by_term(diagnosis)["cells"]["unpredictability"] > 0.9


@pytest.mark.parametrize("history, causes", [(1, ["cells"]), (4, [])])
def test_a_hidden_push_is_blamed_unless_a_history_tells_it(history: int, causes: list[str]):
    env, teacher = OnboardActionEnv(True, history, push=0.4), LinearPolicy([[-0.2, -0.5, 0.0, 0.0, 0.0]])
    assert diagnose(env, teacher, ["onboard"], seed=0)["causes"] == causes


def test_the_sensitivity_to_all_that_is_hidden_needs_the_task_s_hook():
    assert diagnosis_of(0.0, 1.0, 0.0, 0.0, 0.0)["action_sensitivity"]["mean"] == pytest.approx(1.0, abs=0.1)
    without = diagnosis_of(0.0, 1.0, 0.0, 0.0, 0.0, hook=False)
    assert without["action_sensitivity"] is None and without["causes"] == ["cells"]
    assert "task hook" not in format_diagnosis(without)


def test_every_term_is_in_the_table_with_its_numbers():
    diagnosis = diagnosis_of(1.0, 5.0, 0.0, 0.0, 0.0)
    lines = format_diagnosis(diagnosis).splitlines()
    assert {row["term"] for row in diagnosis["terms"]} == {"position", "cells", "still"}
    for row in diagnosis["terms"]:
        (line,) = (line for line in lines if line.startswith(row["term"] + " "))
        assert line.split()[1:] == [f"{row[name]:.3f}" for name in ("dependence", "unpredictability", "score")]
    assert json.loads(json.dumps(diagnosis, allow_nan=False)) == diagnosis


def test_a_policy_of_onboard_groups_is_refused():
    with pytest.raises(ValueError, match="The policy sees onboard alone.*nothing is hidden.*--onboard"):
        diagnose(HiddenEnv(), LinearPolicy([[1.0]], group="onboard"), ["onboard"], seed=0)


def test_an_unknown_onboard_group_is_refused():
    with pytest.raises(ValueError, match="no observation group 'camera'"):
        diagnose(HiddenEnv(), LinearPolicy([[1.0] * 5]), ["camera"], seed=0)


def test_the_picture_is_written(tmp_path: Path):
    path = tmp_path / "diagnosis.png"
    draw_diagnosis(diagnosis_of(1.0, 5.0, 0.0, 0.0, 0.0), "A-Task", path)
    picture = pyplot.imread(path)
    assert picture.std() > 0.05 and picture.shape[1] > 800
