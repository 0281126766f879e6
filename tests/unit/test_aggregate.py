# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Statistics over seeds are right, and what is not known is said to be unknown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tsra_bench.plots import draw_bars, draw_curves
from tsra_bench.results import read_cells
from tsra_bench.summary import bootstrap_interval, interquartile_mean, learning_curve, statistics, summarize
from tsra_bench.tables import format_tables

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def make_cell(method: str = "tsra", seed: int = 1, student: float | None = 0.8, **changes: object) -> dict:
    """A finished cell."""
    gap = None if student is None else {"success": 1.0 - student, "return": 2.0}
    cell = {
        "task": "Maze",
        "method": method,
        "seed": seed,
        "env_steps": 3_000_000,
        "distillation_env_steps": 0,
        "rendered_frames": 0,
        "wall_time_s": 60.0 * seed,
        "policies": {
            "teacher": {"success_rate": 1.0, "return_mean": 3.0},
            "student": {"success_rate": student, "return_mean": 1.0},
        },
        "imitation_gap": gap,
        "imitability": None,
        "curve": [],
    }
    return cell | changes


def test_interquartile_mean_cuts_the_outer_quarters() -> None:
    assert interquartile_mean([0.0, 0.5, 0.7, 100.0]) == pytest.approx(0.6)
    assert interquartile_mean([0.0, 0.5, 1.0]) == pytest.approx(0.5)  # too few to cut
    np.testing.assert_allclose(interquartile_mean([[0.0, 9.0], [1.0, 8.0], [2.0, 7.0], [90.0, 0.0]]), [1.5, 7.5])


def test_the_interval_covers_the_mean_and_narrows_with_seeds() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.1, 64)
    few, many = bootstrap_interval(values[:5]), bootstrap_interval(values)
    assert few[0] < interquartile_mean(values[:5]) < few[1]
    assert many[1] - many[0] < 0.5 * (few[1] - few[0])
    # the standard error of the mean of 64 normal values is 0.0125, that of their interquartile mean some 10 % more
    assert many[1] - many[0] == pytest.approx(2 * 1.96 * 0.0137, rel=0.35)
    assert bootstrap_interval(values[:5]) == few  # the same cells give the same numbers


def test_an_interval_of_arrays_is_that_of_each_column() -> None:
    values = np.random.default_rng(2).uniform(size=(6, 3))
    low, high = bootstrap_interval(values)
    assert low.shape == high.shape == (3,)
    alone = bootstrap_interval(values[:, 1])
    np.testing.assert_allclose([low[1], high[1]], alone, atol=0.02)


def test_one_seed_has_no_interval_and_equal_seeds_have_an_empty_one() -> None:
    assert statistics([0.25]) == {
        "mean": 0.25,
        "interquartile_mean": 0.25,
        "interval_95": None,
        "lowest": 0.25,
        "values": [0.25],
    }
    assert statistics([1.0, 1.0, 1.0])["interval_95"] == [1.0, 1.0]


@pytest.mark.parametrize("values", [[], [0.5, float("nan")], [float("inf")]])
def test_values_that_are_no_numbers_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        statistics(values)


def test_cells_are_aggregated_by_task_and_method() -> None:
    cells = [make_cell(seed=seed, student=value) for seed, value in ((3, 0.9), (1, 0.6), (2, 0.9))]
    cells += [make_cell("bc", student=0.1), make_cell(student=0.3) | {"task": "Field"}]
    summary = summarize(cells, [{"task": "Maze", "method": "bc", "seed": 2, "stage": "train", "error": ["boom"]}])
    assert {task: set(methods) for task, methods in summary["tasks"].items()} == {
        "Maze": {"tsra", "bc"},
        "Field": {"tsra"},
    }
    tsra = summary["tasks"]["Maze"]["tsra"]
    assert tsra["seeds"] == [1, 2, 3]
    assert tsra["student"]["success"]["values"] == [0.6, 0.9, 0.9]
    assert tsra["student"]["success"]["mean"] == pytest.approx(0.8)
    assert tsra["student"]["success"]["lowest"] == 0.6
    assert tsra["imitation_gap"]["success"]["mean"] == pytest.approx(0.2)
    assert tsra["wall_time_s"] == pytest.approx(120.0)
    assert summary["failed"][0]["stage"] == "train"
    json.dumps(summary, allow_nan=False)


def test_what_a_method_lacks_is_none() -> None:
    cell = make_cell("asymmetric", imitation_gap=None)
    del cell["policies"]["teacher"]
    method = summarize([cell])["tasks"]["Maze"]["asymmetric"]
    assert method["teacher"] == {"success": None, "return": None}
    assert method["imitation_gap"] == {"success": None, "return": None}
    assert method["action_sensitivity"] is None and method["curve"] is None
    without_success = summarize([make_cell(student=None)])["tasks"]["Maze"]["tsra"]
    assert without_success["student"]["success"] is None and without_success["student"]["return"]["mean"] == 1.0


@pytest.mark.parametrize(
    "told, column",
    [
        ({"method": "task hook", "to": "hidden state"}, "action sensitivity"),
        ({"method": "permutation of x", "to": "terms not observed directly"}, None),
        ({"method": "task hook"}, "action sensitivity"),  # cells of before it was told
        ({"method": "permutation of x"}, None),
    ],
)
def test_the_table_says_what_the_action_sensitivity_is_to(told: dict, column: str | None) -> None:
    cells = [make_cell(seed=1, imitability={"action_sensitivity": {"mean": 0.1} | told})]
    names = format_tables(summarize(cells), {"tsra": "TSRA"}).splitlines()[2].strip("| ").split(" | ")
    assert (column or "action sensitivity to terms not observed directly") in names


def test_action_sensitivity_is_taken_from_the_imitability() -> None:
    cells = [make_cell(seed=seed, imitability={"action_sensitivity": {"mean": 0.1 * seed}}) for seed in (1, 2)]
    assert summarize(cells)["tasks"]["Maze"]["tsra"]["action_sensitivity"]["mean"] == pytest.approx(0.15)


def test_a_curve_has_the_points_that_all_seeds_have() -> None:
    points = [{"env_steps": step, "teacher": 1.0, "student": 0.1 * step} for step in (1, 2, 3)]
    higher = [{"env_steps": step, "teacher": 1.0, "student": 0.1 * step + 0.2} for step in (1, 2)]
    curve = learning_curve([make_cell(curve=points), make_cell(seed=2, curve=higher)], "student")
    assert curve["env_steps"] == [1, 2]
    assert curve["interquartile_mean"] == pytest.approx([0.2, 0.3])
    np.testing.assert_allclose(curve["interval_95"], [[0.1, 0.3], [0.2, 0.4]])
    assert learning_curve([make_cell(curve=points)], "student")["interval_95"] is None
    distilled = [{"env_steps": 1, "teacher": 1.0, "student": None}]
    assert learning_curve([make_cell(curve=distilled)], "student") is None


def write(folder: Path, cell: dict, name: str | None = None) -> Path:
    """Write a cell where the benchmark does."""
    path = folder / cell["task"] / (name or f"{cell['method']}_{cell['seed']}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(cell))
    return path


def test_cells_are_read_and_a_failure_ends_with_its_success(tmp_path: Path) -> None:
    failure = {"task": "Maze", "method": "tsra", "stage": "train", "error": []}
    for seed in (10, 2):
        write(tmp_path, make_cell(seed=seed))
    write(tmp_path, failure | {"seed": 2}, "tsra_2.failed.json")
    write(tmp_path, failure | {"seed": 3}, "tsra_3.failed.json")
    cells, failures = read_cells(tmp_path)
    assert [cell["seed"] for cell in cells] == [2, 10]
    assert [cell["seed"] for cell in failures] == [3]


@pytest.mark.parametrize("content", ["{", "[]", '{"task": "Maze"}'])
def test_a_file_that_is_no_cell_is_named(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, make_cell())
    path.write_text(content)
    with pytest.raises(ValueError, match="tsra_1.json' is not a benchmark cell"):
        read_cells(tmp_path)


def test_tables_show_every_method_in_order_and_every_failure() -> None:
    cells = [make_cell(seed=seed, student=0.2 * seed) for seed in (1, 2, 3)]
    cells += [make_cell("bc", student=0.125, distillation_env_steps=1_500_000, rendered_frames=2_000_000)]
    failure = {"task": "Maze", "method": "bc", "seed": 2, "stage": "distill_bc", "error": ["boom"]}
    text = format_tables(summarize(cells, [failure]), {"bc": "BC", "tsra": "TSRA"})
    rows = [[field.strip() for field in line.split("|")[1:-1]] for line in text.splitlines() if line[:1] == "|"]
    assert [row[0] for row in rows] == ["method", "---", "BC", "TSRA"]
    values = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[2:]}
    assert values["BC"]["student success [95 % interval]"] == "0.125"
    assert values["BC"]["environment steps"] == "3.00 + 1.50"
    assert values["BC"]["rendered frames"] == "2.00 M"
    assert values["TSRA"]["student success [95 % interval]"] == "0.400 [0.200, 0.600]"
    assert values["TSRA"]["worst seed"] == "0.200"
    assert values["TSRA"]["success gap"] == "+0.600"
    assert values["TSRA"]["action sensitivity"] == "-"
    assert values["TSRA"]["seeds"] == "3"
    assert values["TSRA"]["wall time"] == "2.0 min"
    assert "- Maze, bc, seed 2: distill_bc" in text


def test_pictures_are_drawn_also_of_little_and_do_not_change(tmp_path: Path) -> None:
    curve = [{"env_steps": 1000 * step, "teacher": 0.9, "student": 0.3 * step} for step in (1, 2, 3)]
    alone = make_cell("asymmetric", imitation_gap=None)
    del alone["policies"]["teacher"]
    cells = [make_cell(seed=seed, curve=curve) for seed in (1, 2)] + [make_cell("bc"), alone]
    cells.append(make_cell("no_success", student=None))
    methods = summarize(cells)["tasks"]["Maze"]
    for draw in (draw_bars, draw_curves):
        draw(methods, {"bc": "BC", "tsra": "TSRA"}, {"tsra": "#d55e00"}, "Maze", tmp_path / draw.__name__)
        assert (tmp_path / f"{draw.__name__}.png").stat().st_size > 10_000
        picture = (tmp_path / f"{draw.__name__}.svg").read_text()
        draw(methods, {"bc": "BC", "tsra": "TSRA"}, {"tsra": "#d55e00"}, "Maze", tmp_path / draw.__name__)
        assert (tmp_path / f"{draw.__name__}.svg").read_text() == picture
        assert "#d55e00" in picture


def test_leakage_and_metrics_of_the_task_have_a_table_of_their_own() -> None:
    def cell(seed: int, **changes: object) -> dict:
        scores = {"metric": "auc", "z_teacher": 0.5 + 0.1 * seed, "z_student": 0.5, "state": 1.0, "permuted": 0.5}
        made = make_cell(seed=seed, imitability={"leakage": {"cells": scores}}, **changes)
        made["policies"]["teacher"]["metrics"] = {"looks": 0.1 * seed}
        made["policies"]["student"]["metrics"] = {"looks": None}
        return made

    summary = summarize([cell(1), cell(2), make_cell(method="dagger")])
    numbers = (
        summary["tasks"]["maze"]["tsra"]
        if "maze" in summary["tasks"]
        else next(iter(summary["tasks"].values()))["tsra"]
    )
    assert numbers["leakage"]["cells"]["metric"] == "auc"
    assert numbers["leakage"]["cells"]["z_teacher"]["mean"] == pytest.approx(0.65)
    assert numbers["metrics"]["teacher"]["looks"]["values"] == pytest.approx([0.1, 0.2])
    assert numbers["metrics"]["student"]["looks"] is None
    table = format_tables(summary, {"tsra": "TSRA", "dagger": "DAgger"})
    assert "| method | leakage: cells [auc] | looks: teacher (student) |" in table
    assert "| TSRA | 0.65 (0.50) | 0.15 (-) |" in table
    assert table.count("| DAgger |") == 1  # it has neither
