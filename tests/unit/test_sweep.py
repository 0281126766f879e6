# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A sweep measures each point once, goes on where it was stopped, and says what it measured."""

from __future__ import annotations

import fcntl
import json
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tsra_bench import sweep
from tsra_bench.plots import _number, draw_sweep
from tsra_bench.processes import Processes, Stopped
from tsra_bench.sweep import Series, find_series, format_sweep, measure, plan_points, summarize
from tsra_lab.runs import FinishedRun
from tsra_results import success_interval

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASK, OPTION = "TSRA-ColorMaze-Rover", "env.push"


def arguments(tmp_path: Path, **changes: object) -> Namespace:
    known = {"task": TASK, "option": OPTION, "values": ["0", "0.5"], "series": [], "episodes": 8, "seed": 7}
    return Namespace(**(known | {"num_envs": None, "device": "cpu", "output": tmp_path / "out"} | changes))


def finished(name: str, validate: Callable[[], None] = lambda: None) -> FinishedRun:
    return FinishedRun(TASK, Path("logs", name, "model_5.pt"), {}, SimpleNamespace(validate=validate))


class StandIn(Processes):
    """Evaluates without a simulator: success falls with the option's value."""

    def __init__(self, stop_after: int | None = None) -> None:
        super().__init__()
        self.calls: list[list[str]] = []
        self.stop_after = stop_after

    def run(self, name: str, arguments: list[str], *_: object) -> None:
        if len(self.calls) == self.stop_after:
            raise Stopped
        assert name == "evaluate"
        self.calls.append(arguments)
        given = dict(zip(arguments, arguments[1:], strict=False))
        (option,) = (item for item in arguments if item.startswith(OPTION))
        successes = 8 - round(4 * float(option.partition("=")[2])) - ("second" in given["--checkpoint"])
        result = {"success_rate": successes / 8, "success_ci95": success_interval(successes, 8)}
        Path(given["--json"]).write_text(json.dumps({"policies": {given["--policies"]: result}}))


def test_each_point_is_measured_once_and_a_stopped_sweep_goes_on(tmp_path: Path) -> None:
    args = arguments(tmp_path)
    points = plan_points(Series("ours", "student", (finished("first"), finished("second"))), args, ["env.x=1"])
    assert len({point.file for point in points}) == 4
    with pytest.raises(Stopped):
        measure(points, args, ["env.x=1"], StandIn(stop_after=3))
    rest = StandIn()
    measure(points, args, ["env.x=1"], rest)
    (call,) = rest.calls
    assert call[-2:] == ["env.x=1", "env.push=0.5"] and "--no_imitability" in call
    given = dict(zip(call, call[1:], strict=False))
    assert given["--checkpoint"] == "logs/second/model_5.pt" and given["--policies"] == "student"
    assert (given["--episodes"], given["--seed"], given["--device"]) == ("8", "7", "cpu") and "--num_envs" not in given
    again = StandIn()
    measure(points, args, ["env.x=1"], again)
    assert again.calls == []
    other = plan_points(Series("ours", "student", (finished("first"),)), arguments(tmp_path, episodes=9), ["env.x=1"])
    assert {point.file for point in other}.isdisjoint(point.file for point in points)


def test_a_series_tells_its_runs_and_intervals(tmp_path: Path) -> None:
    args = arguments(tmp_path)
    both, one = (
        Series("both", "student", (finished("first"), finished("second"))),
        Series("one", "teacher", (finished("first"),)),
    )
    groups = [(series, plan_points(series, args, [])) for series in (both, one)]
    measure([point for _, points in groups for point in points], args, [], StandIn())
    summary = {"task": TASK, "option": OPTION, "values": args.values}
    summary["series"] = [summarize(series, points, args.values) for series, points in groups]
    pooled, alone = summary["series"]
    assert pooled["runs"] == ["first/model_5.pt", "second/model_5.pt"]
    assert pooled["points"][0] == {
        "value": "0",
        "success": 15 / 16,
        "interval_95": [7 / 8, 1.0],
        "success_of_runs": [1.0, 7 / 8],
    }
    assert alone["points"][1]["success"] == 0.75 and alone["points"][1]["interval_95"] == success_interval(6, 8)
    assert "| both (student) | 0.938 [0.875, 1.000] | 0.688 [0.625, 0.750] |" in format_sweep(summary)
    for values in (["0", "0.5"], ["[0.4,1.0]", "[1.0,1.2]"]):
        draw_sweep(summary | {"values": values}, tmp_path / "sweep")
    assert (tmp_path / "sweep.png").stat().st_size > 10_000 and (tmp_path / "sweep.svg").is_file()


def test_what_is_no_result_of_a_point_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    args = arguments(tmp_path)
    series = Series("ours", "student", (finished("first"),))
    points = plan_points(series, args, [])
    measure(points, args, [], StandIn())
    content = json.loads(points[0].file.read_text())
    content["point"]["episodes"] = 9
    points[0].file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="holds another point"):
        summarize(series, points, args.values)
    points[0].file.unlink()
    monkeypatch.setattr(sweep.json, "loads", lambda text: {"policies": {"student": {"success_rate": None}}})
    with pytest.raises(ValueError, match="no termination term 'success'"):
        measure(points, args, [], StandIn())


def test_two_sweeps_do_not_share_a_folder(tmp_path: Path) -> None:
    args = arguments(tmp_path)
    (args.output / "points").mkdir(parents=True)
    held = os.open(args.output / "points", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with pytest.raises(RuntimeError, match="another sweep is at work"):
        measure([], args, [], StandIn())
    os.close(held)


def test_series_are_found_and_every_value_is_checked_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple] = []

    def find(task: str, run: str, overrides: list[str]) -> FinishedRun:
        asked.append((run, overrides[-1]))
        return finished(run)

    monkeypatch.setattr(sweep, "find_run", find)
    texts = ["ours=a", "ours=b", "its teacher=a:teacher", "at=logs/x:y"]
    series = find_series(arguments(tmp_path, series=texts), [])
    assert [(item.label, item.policy, len(item.runs)) for item in series] == [
        ("ours", "student", 2),
        ("its teacher", "teacher", 1),
        ("at", "student", 1),
    ]
    assert asked[:2] == [("a", "env.push=0"), ("a", "env.push=0.5")] and asked[-1] == ("logs/x:y", "env.push=0.5")
    for changes, message in (
        ({"series": ["a"]}, "'a' is not of the form LABEL=RUN"),
        ({"series": ["=a"]}, "is not of the form"),
        ({"series": ["x=a:onnx"]}, "export the student first"),
        ({"option": "agent.seed", "series": ["x=a"]}, "must be one of the environment's"),
        ({"values": ["0", "0"], "series": ["x=a"]}, "each must be there once"),
    ):
        with pytest.raises((ValueError, FileNotFoundError), match=message):
            find_series(arguments(tmp_path, **changes), [])

    def refuse() -> None:
        raise TypeError("'push' must be a number")

    monkeypatch.setattr(sweep, "find_run", lambda *_: finished("a", refuse))
    with pytest.raises(ValueError, match="env.push=0: 'push' must be a number"):
        find_series(arguments(tmp_path, series=["x=a"]), [])


@pytest.mark.parametrize(
    "value, number",
    [
        ("0.5", 0.5),
        ("-1", -1.0),
        ("[0.4,0.4]", 0.4),
        ("[0.4,0.5]", None),
        ("[1,1,1]", None),
        ("true", None),
        ("x", None),
    ],
)
def test_values_lie_where_they_belong_if_they_are_numbers(value: str, number: float | None) -> None:
    assert _number(value) == number
