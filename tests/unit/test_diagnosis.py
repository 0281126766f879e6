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
from hidden_env import HiddenEnv, LinearPolicy
from matplotlib import pyplot

from tsra_lab.evaluation.diagnosis import THRESHOLD, diagnose, draw_diagnosis, format_diagnosis

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


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


def test_the_score_is_the_product_and_orders_the_terms():
    diagnosis = diagnosis_of(1.0, 1.0, 1.0, 0.0, 0.0)
    scores = [row["score"] for row in diagnosis["terms"]]
    assert scores == sorted(scores, reverse=True)
    for row in diagnosis["terms"]:
        assert row["score"] == row["dependence"] * row["unpredictability"]
        assert (row["score"] >= THRESHOLD) == (row["term"] in diagnosis["causes"])


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
