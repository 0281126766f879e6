# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Which pictures a benchmark draws of its cells."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tsra_bench.command import write_summary
from tsra_bench.methods import method_groups

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

LEGS = Path(__file__).parents[2] / "docs" / "benchmarks" / "legs"


def test_methods_with_a_memory_are_drawn_among_those_that_are_compared(tmp_path: Path) -> None:
    task, results_of = "TSRA-Velocity-Curbs-Quadruped", Path("cells") / "TSRA-Velocity-Curbs-Quadruped"
    (tmp_path / results_of).mkdir(parents=True)
    shutil.copy(LEGS / results_of / "asymmetric_memory_1.json", tmp_path / results_of)
    write_summary(tmp_path, method_groups())
    assert {file.stem for file in tmp_path.glob("*.png")} == {f"bars_{task}", f"curves_{task}"}
    assert "asymmetric PPO, memory" in (tmp_path / "table.md").read_text()
