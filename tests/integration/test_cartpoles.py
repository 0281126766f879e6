# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The example's cart-poles, on which nothing was tuned, learn with the defaults, by configuration alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from conftest import Shell, run_directory

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "cartpoles"
BALANCED = 4.94
"""Return of plain PPO on the state, after as many steps."""


@pytest.fixture(scope="module")
def installed(shell: Shell) -> Shell:
    """A shell in which the example is installed, as pip would have it, and the cart-pole's files are at hand."""
    mirror = shell.directory / "mirror"
    shell.call([sys.executable, str(ROOT / "tests" / "assets" / "make_cartpole_mirror.py"), str(mirror)])
    metadata = shell.directory / "site" / "cartpoles-0.1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: cartpoles\nVersion: 0.1.0\n")
    (metadata / "entry_points.txt").write_text("[isaaclab.tasks]\ncartpoles = cartpoles\n")
    shell.environment |= {"ISAACSIM_ASSET_ROOT": str(mirror), "PYTHONPATH": f"{EXAMPLE}:{metadata.parent}"}
    return shell


def returns(installed: Shell, task: str, *overrides: str) -> dict[str, float]:
    """Mean returns of teacher and student after a training of 256 environments."""
    installed.task = task
    budget = ("--num_envs", "256", "--seed", "3")
    run = run_directory(installed.run("train.py", *budget, *overrides))
    evaluation = ("--checkpoint", str(run), "--episodes", "512", "--no_imitability", "--json", "report.json")
    installed.run("evaluate.py", *budget, *evaluation)
    report = json.loads((installed.directory / "report.json").read_text())
    return {name: report["policies"][name]["return_mean"] for name in ("teacher", "student")}


def test_three_noisy_positions_are_enough(installed: Shell) -> None:
    for name, value in returns(installed, "Cartpole-Noisy-Positions").items():
        assert value > 0.95 * BALANCED, name
