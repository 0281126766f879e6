# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a student costs until it succeeds, of learning curves that are known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tsra_bench.command import make_parser, plan_cells
from tsra_bench.costs import cost, format_costs, measure
from tsra_bench.methods import method_groups
from tsra_bench.plots import draw_costs

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def curve(*success: float, frames: int = 0, start: int = 0) -> list[dict]:
    """A learning curve with a point each 100,000 steps and 3 minutes, from a start on."""
    return [
        {"env_steps": start + 100_000 * n, "rendered_frames": frames * n, "seconds": 180.0 * n, "success": value}
        for n, value in enumerate(success, 1)
    ]


def test_the_cost_is_that_of_the_first_checkpoint_that_succeeds() -> None:
    learnt = curve(0.1, 0.85, 0.7, 0.9)
    assert [cost(learnt, level) for level in (0.5, 0.8, 0.9)] == [learnt[1], learnt[1], learnt[3]]
    assert cost(learnt, 0.95) is None


def test_seeds_that_never_succeed_are_counted_and_not_averaged() -> None:
    seeds = {"tsra": [curve(0.6, 0.9, frames=2000), curve(0.1, 0.2, 0.8, frames=2000)], "dagger": [curve(0.2, 0.3)]}
    rows = format_costs(seeds, {"tsra": "TSRA"}).splitlines()
    assert rows[2] == (
        "| TSRA | 0.20 M steps, 4 k images, 6.0 min (2 of 2) | 0.25 M steps, 5 k images, 7.5 min (2 of 2)"
        " | 0.20 M steps, 4 k images, 6.0 min (1 of 2) |"
    )
    assert rows[3] == "| dagger | none of 1 | none of 1 | none of 1 |"


def test_the_picture_has_a_panel_for_images_where_there_are_any(tmp_path: Path) -> None:
    for frames, panels in ((0, 2), (2000, 3)):
        seeds = {"tsra": [curve(0.6, 0.9, frames=frames)], "dagger": [curve(0.3, start=500_000)]}
        draw_costs(seeds, {}, {}, "a task", tmp_path / str(panels))
        drawn = (tmp_path / f"{panels}.svg").read_text()
        assert (tmp_path / f"{panels}.png").is_file() and len(set(re.findall(r'id="axes_\d+"', drawn))) == panels


def test_a_cell_that_was_not_trained_here_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["--tasks", "TSRA-ColorMaze-Rover", "--methods", "tsra", "--seeds", "7", "--output", str(tmp_path)]
    (cell,) = plan_cells(make_parser().parse_args(arguments), method_groups())
    with pytest.raises(FileNotFoundError, match="tsra, seed 7 was not trained here"):
        measure(cell, tmp_path, episodes=8, device="cpu")
