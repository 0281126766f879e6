# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Training on several processes: two ranks with half of the environments each learn what one with all learns."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from tsra_lab.runners import load_checkpoint
from tsra_lab.runners.ranks import join_ranks

pytestmark = [pytest.mark.integration, pytest.mark.kitless]  # processes of their own

PROGRAM = str(Path(__file__).with_name("ranks_program.py"))
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def command(ranks: int, *arguments: str) -> list[str]:
    """Command line of the program on some ranks of this machine."""
    if ranks == 1:
        return [sys.executable, PROGRAM, *arguments]
    return [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        f"--nproc-per-node={ranks}",
        PROGRAM,
        *arguments,
    ]


def run(ranks: int, *arguments: str, status: int = 0, **environment: str) -> str:
    """Run the program to its end; returns what it printed."""
    done = subprocess.run(
        command(ranks, *arguments), env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode != 0) == (status != 0), done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def states(folder: Path) -> list[dict]:
    """What the two ranks were left with."""
    return [torch.load(folder / f"rank_{rank}.pt", weights_only=True) for rank in range(2)]


def models_of(state: dict) -> dict[str, torch.Tensor]:
    """Parameters and statistics of all models."""
    parts = {name: part for name, part in state.items() if name.endswith("_state_dict") and "optimizer" not in name}
    return {f"{part}.{name}": tensor for part, tensors in parts.items() for name, tensor in tensors.items()}


def test_gradients_and_statistics_of_a_fixed_batch_are_those_of_one_process(tmp_path: Path):
    run(1, "gradients", str(tmp_path))
    run(2, "gradients", str(tmp_path))
    whole = torch.load(tmp_path / "gradients_1_0.pt", weights_only=True)
    parts = [torch.load(tmp_path / f"gradients_2_{rank}.pt", weights_only=True) for rank in range(2)]
    assert [part["share"][0].item() for part in parts] == [32, 32] and whole["share"][0] == 64
    for name in ("alignment", "statistics", "following", "consistency", "ppo"):
        assert any(tensor.abs().max() > 1.0e-4 for tensor in whole[name])
        for part in parts:
            for ours, expected in zip(part[name], whole[name], strict=True):
                torch.testing.assert_close(ours, expected, atol=1e-6, rtol=1e-4)
        assert all(map(torch.equal, parts[0][name], parts[1][name]))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a training on two ranks."""
    folder = tmp_path_factory.mktemp("ranks")
    run(2, "train", str(folder))
    return folder


def test_all_ranks_end_with_the_same_models_and_one_of_them_writes(trained: Path):
    first, second = (models_of(item["state"]) for item in states(trained))
    assert first.keys() == second.keys() and any("obs_normalizer" in name for name in first)
    assert all(torch.equal(first[name], second[name]) for name in first)
    names = sorted(path.name for path in (trained / "run").glob("*.pt"))
    assert names == ["model_2.pt", "model_4.pt", "model_6.pt", "model_best.pt"]
    checkpoint = load_checkpoint(trained / "run" / "model_6.pt")
    assert [item["iteration"] for item in checkpoint["evaluations"]] == [2, 4, 6]
    # of all ranks together
    assert checkpoint["evaluations"][0]["env_steps"] == 2 * 6 * 16
    counts = checkpoint["student_state_dict"]["encoder.obs_normalizer.count"], checkpoint["iter"]
    assert counts == (6 * 6 * 16, 6)


def test_every_rank_resumes(trained: Path, tmp_path: Path):
    run(2, "train", str(tmp_path), str(trained / "run" / "model_4.pt"))
    first, second = (models_of(item["state"]) for item in states(tmp_path))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert load_checkpoint(tmp_path / "run" / "model_8.pt")["iter"] == 8
    assert not (tmp_path / "run" / "model_4.pt").exists()


def test_ranks_that_drift_apart_are_noticed_when_saving(tmp_path: Path):
    output = run(2, "drift", str(tmp_path), status=1)
    assert "The ranks have drifted apart in critic_state_dict.mlp.0.weight" in output
    assert not list(tmp_path.rglob("model_2.pt"))


def start_training(folder: Path) -> tuple[subprocess.Popen, list[str], dict[int, int]]:
    """Start a long training; returns the process, what it printed, and each rank's process number."""
    environment = ENVIRONMENT | {"SLOW": "1", "ITERATIONS": "500"}
    process = subprocess.Popen(
        command(2, "train", str(folder)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    printed: list[str] = []
    ranks: dict[int, int] = {}
    deadline = time.time() + 60
    for line in process.stdout:
        printed.append(line)
        if match := re.search(r"rank (\d) process (\d+) iteration 2", line):
            ranks[int(match[1])] = int(match[2])
        if len(ranks) == 2:
            break
        assert time.time() < deadline, "".join(printed)
    return process, printed, ranks


def test_a_killed_rank_ends_the_job_with_a_clear_message(tmp_path: Path):
    process, printed, ranks = start_training(tmp_path)
    os.kill(ranks[1], signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    output = "".join(printed) + output
    assert process.returncode != 0
    assert "lost another rank" in output and "--checkpoint latest" in output
    assert "Signal 9 (SIGKILL)" in output  # torchrun tells which
    # what was saved before is whole
    newest = max((tmp_path / "run").glob("model_[0-9]*.pt"), key=lambda path: int(path.stem.split("_")[1]))
    assert load_checkpoint(newest)["iter"] >= 2


def test_a_signal_to_one_rank_stops_all_after_the_same_iteration(tmp_path: Path):
    process, _, ranks = start_training(tmp_path)
    os.kill(ranks[1], signal.SIGTERM)
    process.communicate(timeout=60)
    first, second = states(tmp_path)
    assert first["stopped"] == second["stopped"] == signal.SIGTERM
    assert all(map(torch.equal, models_of(first["state"]).values(), models_of(second["state"]).values()))
    assert len(list((tmp_path / "run").glob("model_[0-9]*.pt"))) >= 1


def test_one_process_joins_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert join_ranks("cpu") is None


def test_a_rank_on_another_one_s_gpu_is_refused(monkeypatch: pytest.MonkeyPatch):
    for name, value in {"WORLD_SIZE": "2", "RANK": "1", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match="Rank 1 trains on cuda:1, not on 'cuda:0'"):
        join_ranks("cuda:0")
