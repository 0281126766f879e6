# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Files that are written whole or not at all, and the uncertainty of a success rate."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from tsra_results import success_interval, whole_file, write_report


def wilson_by_the_quadratic(successes: int, trials: int) -> list[float]:
    """The rates p that (observed - p)^2 = z^2 p (1 - p) / trials holds for."""
    rate, z2n = successes / trials, NormalDist().inv_cdf(0.975) ** 2 / trials
    return sorted(np.roots([1.0 + z2n, -(2.0 * rate + z2n), rate * rate]).real)


@pytest.mark.parametrize("successes, trials", [(0, 10), (10, 10), (50, 100), (1, 1), (0, 1), (97, 512), (511, 512)])
def test_wilson_interval_solves_its_quadratic(successes: int, trials: int):
    low, high = success_interval(successes, trials)
    assert [low, high] == pytest.approx(wilson_by_the_quadratic(successes, trials), abs=1e-6)
    assert 0.0 <= low < high <= 1.0


@pytest.mark.parametrize(
    "successes, trials, low, high", [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)]
)
def test_wilson_interval_gives_the_known_values(successes: int, trials: int, low: float, high: float):
    assert success_interval(successes, trials) == pytest.approx([low, high], abs=5e-5)


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path: Path):
    path = tmp_path / "report.json"
    write_report({"old": 1}, path)
    with pytest.raises(TypeError):
        write_report({"new": object()}, path)
    assert json.loads(path.read_text()) == {"old": 1}
    assert [item.name for item in tmp_path.iterdir()] == ["report.json"]


def test_a_number_that_is_not_finite_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_report({"rate": float("nan")}, tmp_path / "report.json")
    assert list(tmp_path.iterdir()) == []


def test_a_file_appears_when_it_is_whole(tmp_path: Path):
    path = tmp_path / "new" / "file"
    with whole_file(path) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"half"
    with pytest.raises(OSError, match="No space left"), whole_file(path) as file:
        file.write(b"other")
        raise OSError("No space left on device")
    assert path.read_bytes() == b"half"
    assert list(path.parent.iterdir()) == [path]


def test_robots_and_mujoco_need_no_torch_for_it():
    code = "import sys, tsra_results; assert not {'torch', 'isaaclab', 'tsra_lab'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
