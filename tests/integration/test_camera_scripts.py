# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Students with a camera, with and without memory, from training to the evaluation of their files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from conftest import Shell, run_directory

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

NUM_ENVS, STEPS = 16, 24


@pytest.mark.parametrize(
    "task, agent",
    [
        ("TSRA-ObstacleFlight-Quadrotor", "rsl_rl_memory_cfg_entry_point"),
        ("TSRA-OpenDrawer-Arm", "rsl_rl_cfg_entry_point"),
    ],
)
def test_train_export_and_evaluate(shell: Shell, task: str, agent: str) -> None:
    shell.task = task
    small = ["--num_envs", str(NUM_ENVS), "--seed", "1"]
    fast = ["agent.algorithm.encoders.warmup_steps=4", "agent.algorithm.encoders.batch_size=64"]
    output = shell.run("train.py", "--agent", agent, "--max_iterations", "3", *small, *fast)
    run = run_directory(output)
    checkpoint = torch.load(run / "model_3.pt", weights_only=False)
    # one rollout in four is rendered, and the first image of the next
    assert checkpoint["rendered_frames"] == (STEPS + 1) * NUM_ENVS

    shell.run("export.py", "--checkpoint", str(run), "--num_envs", "4")
    result = Path(shell.directory, "result.json")
    shell.run("evaluate.py", "--checkpoint", str(run), "--episodes", "8", "--num_envs", "8", "--json", str(result))
    policies = json.loads(result.read_text())["policies"]
    assert policies.keys() == {"teacher", "student", "onnx"}
    assert policies["onnx"]["return_mean"] == pytest.approx(policies["student"]["return_mean"], abs=0.05)


def test_a_history_of_images_is_refused_by_name_before_training(shell: Shell) -> None:
    shell.task = "TSRA-ObstacleFlight-Quadrotor"
    history = ("--num_envs", "4", "env.observations.image.history_length=3")
    output = shell.run("train.py", "--max_iterations", "1", *history, status=1)
    assert "is an image of shape (1, 24, 32) with history_length=3" in output and "'frame_stack': 3" in output
    assert "Learning iteration" not in output
