# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Training survives being stopped, politely or not."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch
from conftest import Shell, run_directory

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

TRAIN = ("--num_envs", "64", "--seed", "3", "--max_iterations", "40", "agent.save_interval=4")


def newest_run(shell: Shell) -> Path:
    """Newest run directory."""
    return max((shell.directory / "logs" / "rsl_rl" / "color_maze_aligned").iterdir())


def iterations(run: Path) -> list[int]:
    """Iterations of the numbered checkpoints in a run directory; every one of them, and the best, must load."""
    for path in run.glob("model_*.pt"):
        torch.load(path, weights_only=True)
    return sorted(int(path.stem.removeprefix("model_")) for path in run.glob("model_[0-9]*.pt"))


def stop_after_a_checkpoint(shell: Shell, name: str, stop: signal.Signals, *arguments: str) -> tuple[int, str, Path]:
    """Start training, send a signal some iterations after its first checkpoint; returns status, output and run."""
    process = shell.start("train.py", *TRAIN, "--run_name", name, *arguments)
    deadline = time.time() + 200
    try:
        while not list(shell.directory.glob(f"logs/rsl_rl/*/*_{name}/model_[0-9]*.pt")):
            assert process.poll() is None and time.time() < deadline, process.communicate()[0][-3000:]
            time.sleep(0.05)
        process.send_signal(stop)
        output, _ = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode, output, newest_run(shell)


def losses(output: str, name: str) -> list[float]:
    """Values of a loss in the log, in order."""
    return [float(value) for value in re.findall(rf"Mean {name} loss: (-?[\d.]+)", output)]


def test_training_goes_on_after_sigterm_sigint_and_sigkill(shell: Shell) -> None:
    status, first, run = stop_after_a_checkpoint(shell, "terminated", signal.SIGTERM)
    assert status == 128 + signal.SIGTERM
    assert run_directory(first) == run
    stopped_at = iterations(run)[-1]
    assert f"Stopped at iteration {stopped_at}" in first and 4 <= stopped_at < 40

    status, second, run = stop_after_a_checkpoint(shell, "interrupted", signal.SIGINT, "--checkpoint", "latest")
    assert status == 128 + signal.SIGINT
    assert f"Learning iteration {stopped_at}/40" in second
    assert f"Learning iteration {stopped_at - 1}/40" not in second
    # the encoders and the head go on from where they were, not from a warm-up
    assert len(losses(second, "surrogate")) == len(losses(second, "alignment"))
    assert losses(second, "alignment")[0] < 1.25 * losses(first, "alignment")[-1]
    interrupted_at = iterations(run)[-1]
    assert interrupted_at > stopped_at

    status, _, run = stop_after_a_checkpoint(shell, "killed", signal.SIGKILL, "--checkpoint", "latest")
    assert status == -signal.SIGKILL
    killed_at = iterations(run)[-1]
    assert killed_at > interrupted_at
    assert json.loads((run / "run.json").read_text())["task"] == "TSRA-ColorMaze-Rover"

    last = shell.run("train.py", *TRAIN, "--checkpoint", "latest", "--run_name", "finished")
    assert f"Learning iteration {killed_at}/40" in last
    assert iterations(run_directory(last))[-1] == 40
    assert (run_directory(last) / "model_best.pt").is_file()
    assert "nothing to do" in shell.run("train.py", *TRAIN, "--checkpoint", "latest", status=1)
