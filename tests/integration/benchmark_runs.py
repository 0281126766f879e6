# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause


"""Running the benchmark as a user does, at a tiny budget, and finding what it left."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import SCRIPTS, Shell

BENCHMARK = str(SCRIPTS / "benchmark.py")
GRID = ("--seeds", "1", "--device", "cpu", "--output", "results", "--parallel", "2")
BUDGET = ("--num_envs", "32", "--max_iterations", "2", "--distillation_iterations", "1", "--episodes", "32")


def run(shell: Shell, task: str, *methods: str, more: tuple[str, ...] = (), status: int = 0) -> str:
    """Run the benchmark of a task to its end, expecting an exit status; returns what it printed."""
    return call(shell, BENCHMARK, "--tasks", task, "--methods", *methods, *GRID, *BUDGET, *more, status=status)


def call(shell: Shell, *arguments: str, status: int = 0) -> str:
    """Run Python to its end, expecting an exit status; returns what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=shell.directory,
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=1200,  # fifteen starts of the simulator
    )
    assert done.returncode == status, f"status {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stderr + done.stdout


def cells_of(results: Path, task: str) -> dict[str, dict]:
    """Results of a task by the method's name."""
    return {path.stem.removesuffix("_1"): json.loads(path.read_text()) for path in (results / "cells" / task).iterdir()}


def run_of(shell: Shell, task: str, method: str) -> Path:
    """Run directory of a method's training."""
    return runs_of(shell, task, method)[0]


def runs_of(shell: Shell, task: str, method: str) -> list[Path]:
    """Run directories of a method: of its training and, if there was one, its distillation."""
    states = [json.loads(file.read_text()) for file in shell.directory.glob(f"logs/benchmark/{task}/*/state.json")]
    (stages,) = (state["stages"] for state in states if f"evaluate_{method}" in state["stages"])
    return [Path(stages[name]["run"]) for name in ("train", f"distill_{method}") if name in stages]
