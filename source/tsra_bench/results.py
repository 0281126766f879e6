# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the files of a benchmark's cells hold: the evaluation, what the training took, on which code and machine."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import torch

from tsra_lab.runners import load_checkpoint

FAILED = ".failed.json"
"""Ending of the file of a cell that failed."""


def measurements(checkpoints: list[Path], report: dict, seconds: float) -> dict:
    """What a cell measures.

    Args:
        checkpoints: Last checkpoints of the training and, if there was one, the distillation.
        report: Report of the evaluation.
        seconds: Duration of training and distillation [s].

    Returns:
        JSON-ready dictionary.

    Raises:
        FileNotFoundError: If a checkpoint is missing: a run ended before its last iteration.
        ValueError: If a checkpoint does not count rendered frames.
    """
    curve = checkpoints[0].with_name("evaluations.json")
    return {
        "rendered_frames": rendered_frames(checkpoints),
        "wall_time_s": round(seconds, 1),
        "policies": report["policies"],
        "imitation_gap": report.get("imitation_gap"),
        "imitability": report.get("imitability"),
        "curve": [
            {"env_steps": item["env_steps"]}
            | {name: item["policies"].get(name, {}).get("success_rate") for name in ("teacher", "student")}
            for item in (json.loads(curve.read_text()) if curve.is_file() else [])
        ],
        "evaluation_seed": report["seed"],
        "episodes": report["episodes"],
    }


def rendered_frames(checkpoints: Iterable[Path]) -> int:
    """Number of camera images that runs rendered to learn from, as their last checkpoints count them.

    Raises:
        FileNotFoundError: If there is no such checkpoint.
        ValueError: If a checkpoint does not count rendered frames.
    """
    frames = 0
    for path in checkpoints:
        checkpoint = load_checkpoint(path, map_location="cpu")
        if "rendered_frames" not in checkpoint:
            raise ValueError(f"'{path}' does not count rendered frames: it was not written by TSRA Lab's runner.")
        frames += checkpoint["rendered_frames"]
    return frames


def read_cells(folder: Path) -> tuple[list[dict], list[dict]]:
    """Read the cells of a benchmark, finished and failed.

    Args:
        folder: Folder with a subfolder for each task.

    Returns:
        The finished cells and the failures, both in the order of task, method and seed. A failure counts only as long
        as its cell is not finished.

    Raises:
        ValueError: If a file is no cell.
    """
    cells, failures = [], []
    for path in sorted(folder.glob("*/*.json")):
        failed = path.name.endswith(FAILED)
        if failed and path.with_name(path.name.removesuffix(FAILED) + ".json").exists():
            continue
        (failures if failed else cells).append(read_cell(path))
    for group in (cells, failures):
        group.sort(key=lambda cell: (cell["task"], cell["method"], cell["seed"]))
    return cells, failures


def read_cell(path: Path) -> dict:
    """Read one cell, finished or failed.

    Args:
        path: Its file.

    Returns:
        What it holds.

    Raises:
        ValueError: If the file is no cell.
    """
    try:
        cell = json.loads(path.read_text())
        if not {"task", "method", "seed"} <= cell.keys():
            raise ValueError("task, method or seed is missing")
    except (ValueError, AttributeError) as error:
        raise ValueError(f"'{path}' is not a benchmark cell ({error}). Delete it to have it measured again.") from error
    return cell


def git_state() -> dict:
    """Commit of the repository, and whether its code differs from it; None where there is no repository."""

    def git(*arguments: str) -> str | None:
        command = ["git", "-C", str(Path(__file__).parent), *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    changes = git("status", "--porcelain", "--", ":/scripts", ":/source", ":/tasks")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else changes != ""}


def hardware(device: str) -> str:
    """Describe the machine: processor, cores, GPU if the device is one, PyTorch and platform."""
    cpuinfo = Path("/proc/cpuinfo")
    models = re.findall(r"^model name\s*: (.+)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.is_file() else []
    parts = [
        models[0] if models else platform.processor() or platform.machine(),
        f"{os.cpu_count()} cores",
        *([torch.cuda.get_device_name(device)] if device.startswith("cuda") else []),
        f"torch {torch.__version__}",
        platform.platform(),
    ]
    return ", ".join(parts)
