# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Run directories, as Isaac Lab lays them out: where they lie, what is in them, and how they are begun."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

import yaml

from isaaclab_rl.entrypoints.common import dump_train_configs, write_run_manifest
from isaaclab_tasks.utils import load_cfg_from_registry

from tsra_lab.runners import BEST_CHECKPOINT

from .manifests import runs_of
from .origin import command_line, package_versions

DEFAULT_AGENT = "rsl_rl_cfg_entry_point"
"""Key of a task's default agent in the registry."""

CHECKPOINT_PATTERN = r"model_(\d+)\.pt"
"""File name of the checkpoint of an iteration."""

PRESETS_FILE = "presets.yaml"
"""File that records which presets a run selected, beside the configurations."""

STUDENT_FOLDER = "student"
"""Folder of a run with its exported student; Isaac Lab's own commands write to ``exported``."""


def log_root(experiment_name: str) -> Path:
    """Directory of an experiment's runs, where Isaac Lab keeps them too."""
    return Path("logs", "rsl_rl", experiment_name).absolute()


def find_checkpoint(
    task: str,
    checkpoint: str,
    agent_key: str = DEFAULT_AGENT,
    prefer_best: bool = False,
    experiment: str | None = None,
) -> Path:
    """Find the checkpoint that a command line names.

    Args:
        task: Name of the task.
        checkpoint: A file; a run directory or ``latest``, the newest run, for the newest checkpoint in it; or ``best``
            for the best checkpoint of the newest run that has one.
        agent_key: Key of the agent's configuration: among its runs ``latest`` and ``best`` look.
        prefer_best: Whether a run directory and ``latest`` stand for the run's best checkpoint where it has one.
        experiment: Folder of runs in which ``latest`` and ``best`` look; the agent's own if omitted.

    Returns:
        Path of the checkpoint.

    Raises:
        FileNotFoundError: If there is none.
    """
    path = Path(checkpoint)
    if checkpoint in ("latest", "best"):
        path = _newest_of_agent(task, agent_key, checkpoint == "best", experiment)
    elif path.is_dir():
        found = newest_checkpoint(path)
        if found is None:
            raise FileNotFoundError(f"The run directory '{path}' holds no checkpoint (model_<iteration>.pt).")
        path = found
    elif path.is_file():
        return path
    else:
        raise FileNotFoundError(f"There is no checkpoint or run directory '{path}'.")
    best = path.with_name(BEST_CHECKPOINT)
    return best if prefer_best and best.is_file() else path


def _newest_of_agent(task: str, agent_key: str, best: bool, experiment: str | None) -> Path:
    """The newest checkpoint, or the best, of the newest run of an agent that has one."""
    root = log_root(experiment or load_cfg_from_registry(task, agent_key).experiment_name)
    for run in runs_of(root, task, agent_key):
        if checkpoint := _best_checkpoint(run) if best else newest_checkpoint(run):
            return checkpoint
    name = BEST_CHECKPOINT if best else "model_<iteration>.pt"
    raise FileNotFoundError(f"No run of {task} ({agent_key}) in '{root}' holds a checkpoint named {name}.")


def _best_checkpoint(run: Path) -> Path | None:
    """The best checkpoint of a run directory, if it has one."""
    return run / BEST_CHECKPOINT if (run / BEST_CHECKPOINT).is_file() else None


def newest_checkpoint(run: Path) -> Path | None:
    """Find the checkpoint of the last iteration in a run directory.

    Args:
        run: Run directory.

    Returns:
        Path of the checkpoint; None if there is none.
    """
    found = checkpoints_of(run)
    return found[-1][1] if found else None


def checkpoints_of(run: Path) -> list[tuple[int, Path]]:
    """Find the numbered checkpoints of a run directory.

    Args:
        run: Run directory.

    Returns:
        Iteration and path of each, the earliest first.
    """
    named = [(re.fullmatch(CHECKPOINT_PATTERN, file.name), file) for file in run.iterdir() if file.is_file()]
    return sorted((int(match[1]), file) for match, file in named if match)


def new_run(task: str, agent_key: str, experiment_name: str, run_name: str) -> Path:
    """Begin a run directory, with the manifest that ``latest`` finds it by.

    Args:
        task: Name of the task.
        agent_key: Key of the agent's configuration in the registry.
        experiment_name: Folder of the run.
        run_name: Suffix of the directory's name; may be empty.

    Returns:
        Path of the run directory.
    """
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    log_root(experiment_name).mkdir(parents=True, exist_ok=True)
    for number in count(1):  # runs that begin within one second
        parts = (stamp, run_name, str(number) if number > 1 else "")
        run = log_root(experiment_name) / "_".join(part for part in parts if part)
        with contextlib.suppress(FileExistsError):
            run.mkdir()
            break
    origin = {"command": command_line(), "versions": package_versions()}
    write_run_manifest(str(run), library="rsl_rl", task=task, metadata={"agent": agent_key} | origin)
    return run


def write_params(run: Path, env_cfg: object, agent_cfg: object, presets: Sequence[str] = ()) -> None:
    """Write both configurations under ``params`` of the run directory, all of it or nothing.

    Args:
        run: Run directory.
        env_cfg: Configuration of the environment.
        agent_cfg: Configuration of the agent, as an object or a dictionary.
        presets: Preset selectors of the command line.
    """
    with tempfile.TemporaryDirectory(dir=run) as temporary:
        dump_train_configs(temporary, env_cfg, agent_cfg)
        Path(temporary, "params", PRESETS_FILE).write_text(yaml.safe_dump({"presets": list(presets)}))
        os.replace(Path(temporary, "params"), run / "params")


def git_state(run: Path) -> list[dict]:
    """State of the code that made a run, as rsl_rl noted it in the run's folder ``git``.

    Args:
        run: Run directory.

    Returns:
        For each repository its name, the ``commit``, and whether files were ``changed`` since; empty if none was noted.
    """
    states = []
    for file in sorted(file for file in Path(run, "git").glob("*.diff") if file.is_file()):
        match = re.search(r"--- git commit ---\s+(\w+)(.*)", file.read_text(errors="replace"), re.DOTALL)
        if match is not None:
            changes = match[2].partition("--- git diff ---")[2]
            states.append({"repository": file.stem, "commit": match[1], "changed": bool(changes.strip())})
    return states
