# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Training is the same with and without evaluations, bit by bit, in the real simulator."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from conftest import Shell, run_directory

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

TASKS = ("TSRA-ColorMaze-Rover", "TSRA-LimitedView-Rover", "TSRA-ObstacleFlight-Quadrotor")
ITERATIONS = 4


def models(run: Path) -> dict[str, torch.Tensor]:
    """Parameters and statistics of all models at the end of a run."""
    checkpoint = torch.load(run / f"model_{ITERATIONS}.pt", weights_only=True)
    parts = ("teacher", "student", "critic", "aligner")
    return {f"{part}.{name}": tensor for part in parts for name, tensor in checkpoint[f"{part}_state_dict"].items()}


@pytest.mark.parametrize("task", TASKS)
def test_evaluations_leave_no_trace_in_training(shell: Shell, task: str) -> None:
    shell.task = task
    # short episodes and rollouts, so that episodes end before and after the evaluations
    size = ("--num_envs", "16", "--seed", "4", "--max_iterations", str(ITERATIONS), "agent.num_steps_per_env=8")
    size += ("env.episode_length_s=1.0", "agent.algorithm.encoders.warmup_steps=20")
    runs = [
        run_directory(
            shell.run("train.py", *size, "--run_name", f"every_{interval}", f"agent.evaluation_interval={interval}")
        )
        for interval in (0, 1)
    ]
    without, with_evaluations = map(models, runs)
    assert not (runs[0] / "evaluations.json").exists() and (runs[1] / "evaluations.json").is_file()
    differing = [name for name, tensor in without.items() if not torch.equal(tensor, with_evaluations[name])]
    assert differing == []
