# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a cell of the benchmark holds: its evaluation, what its training took, and on which code and machine."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import torch
import yaml

from run_directory import agent_of_run

SCRIPTS = Path(__file__).parent


def result(runs: list[Path], report: dict, seconds: float) -> dict:
    """Result of a cell.

    Args:
        runs: Run directories of the training and, if there was one, the distillation.
        report: Report of the evaluation.
        seconds: Duration of training and distillation [s].

    Returns:
        JSON-ready dictionary.
    """
    steps, frames = zip(*(consumed(run) for run in runs), strict=True)
    curve = runs[0] / "evaluations.json"
    return {
        "env_steps": steps[0],
        "distillation_env_steps": sum(steps[1:]),
        "rendered_frames": sum(frames),
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


class _PlainLoader(yaml.SafeLoader):
    """Reads a configuration that holds Python objects, such as resolved slices, without making them: they are None."""


_PlainLoader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)


def consumed(run: Path) -> tuple[int, int]:
    """Environment steps and camera images that a run took, by the configurations it kept.

    Args:
        run: Run directory.

    Returns:
        Number of environment steps, over all environments, and of images.
    """
    env = yaml.load((run / "params" / "env.yaml").read_text(), _PlainLoader)
    agent = agent_of_run(run / "model.pt")
    env_steps = agent["max_iterations"] * agent["num_steps_per_env"] * env["scene"]["num_envs"]
    return env_steps, rendered_frames(env, agent, env_steps)


def rendered_frames(env: Mapping, agent: Mapping, env_steps: int) -> int:
    """Number of camera images that training rendered, by the configurations: a camera renders when it is read.

    Images for the evaluations during training are not counted.

    Args:
        env: Configuration of the environment as a dictionary.
        agent: Configuration of the agent as a dictionary.
        env_steps: Number of environment steps, over all environments.

    Returns:
        One image for each step and camera that the agent's observation sets read, or for one in ``render_interval``
        steps; 0 for an agent without cameras.
    """
    cameras = {
        name
        for name, entry in env["scene"].items()
        if isinstance(entry, Mapping) and str(entry.get("class_type")).endswith("Camera")
    }
    seen = {group for groups in agent["obs_groups"].values() for group in groups}
    terms = [term for group in seen for term in env["observations"][group].values() if isinstance(term, Mapping)]
    read = {(term.get("params") or {}).get("sensor_cfg", {}).get("name") for term in terms}
    return len(cameras & read) * env_steps // agent["algorithm"].get("render_interval", 1)


def git_state() -> dict:
    """Commit of the repository, and whether its code differs from it; None where there is no repository."""

    def git(*arguments: str) -> str | None:
        done = subprocess.run(["git", "-C", str(SCRIPTS.parent), *arguments], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    changes = git("status", "--porcelain", "--", "scripts", "source", "tasks")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else changes != ""}


def hardware(parallel: int, device: str) -> str:
    """Describe the machine.

    Args:
        parallel: Number of trainings that run at once.
        device: Device of simulator and agent.

    Returns:
        Processor, cores, GPU if used, parallel trainings, PyTorch and platform.
    """
    cpuinfo = Path("/proc/cpuinfo")
    models = re.findall(r"^model name\s*: (.+)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.is_file() else []
    parts = [
        models[0] if models else platform.processor() or platform.machine(),
        f"{os.cpu_count()} cores",
        *([torch.cuda.get_device_name(device)] if device.startswith("cuda") else []),
        f"{parallel} trainings at once",
        f"torch {torch.__version__}",
        platform.platform(),
    ]
    return ", ".join(parts)
