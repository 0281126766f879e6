# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Run directories, as Isaac Lab lays them out: where they lie, what is in them, and how they are begun."""

from __future__ import annotations

import os
import re
import tempfile
from datetime import datetime
from pathlib import Path

import yaml

from isaaclab_rl.entrypoints.common import (
    CHECKPOINT_SELECTORS,
    dump_train_configs,
    resolve_checkpoint_selector,
    write_run_manifest,
)
from isaaclab_tasks.utils import load_cfg_from_registry

CHECKPOINT_PATTERN = r"model_(\d+)\.pt"


def log_root(experiment_name: str) -> Path:
    """Directory of an experiment's runs, where Isaac Lab keeps them too."""
    return Path("logs", "rsl_rl", experiment_name).absolute()


def find_checkpoint(task: str, checkpoint: str, agent_key: str = "rsl_rl_cfg_entry_point") -> Path:
    """Find the checkpoint that a command line names.

    Args:
        task: Name of the task.
        checkpoint: A file, a run directory (its newest checkpoint), ``latest`` or ``best``.
        agent_key: Key of the agent's configuration: among its runs ``latest`` and ``best`` look.

    Returns:
        Path of the checkpoint.

    Raises:
        FileNotFoundError: If there is none.
    """
    if checkpoint in CHECKPOINT_SELECTORS:
        agent = load_cfg_from_registry(task, agent_key)
        try:
            return Path(
                resolve_checkpoint_selector(
                    str(log_root(agent.experiment_name)),
                    checkpoint,
                    library="rsl_rl",
                    task=task,
                    checkpoint_pattern=CHECKPOINT_PATTERN,
                    metadata={"agent": agent_key},
                )
            )
        except ValueError as error:
            raise FileNotFoundError(str(error)) from error
    path = Path(checkpoint)
    if path.is_dir():
        numbered = [
            (int(match[1]), file) for file in path.iterdir() if (match := re.fullmatch(CHECKPOINT_PATTERN, file.name))
        ]
        if not numbered:
            raise FileNotFoundError(f"The run directory '{path}' holds no checkpoint (model_<iteration>.pt).")
        return max(numbered)[1]
    if not path.is_file():
        raise FileNotFoundError(f"There is no checkpoint or run directory '{path}'.")
    return path


def agent_of_run(checkpoint: Path) -> dict:
    """Read the agent configuration that a checkpoint was trained with, from its run directory.

    Args:
        checkpoint: Path of the checkpoint.

    Returns:
        Runner configuration as a dictionary.

    Raises:
        FileNotFoundError: If the checkpoint does not lie in its run directory.
    """
    path = checkpoint.parent / "params" / "agent.yaml"
    if not path.is_file():
        raise FileNotFoundError(f"'{path}' is missing: keep checkpoints in their run directory, which describes them.")
    return yaml.full_load(path.read_text())


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
    run = log_root(experiment_name) / "_".join(part for part in (stamp, run_name) if part)
    write_run_manifest(str(run), library="rsl_rl", task=task, metadata={"agent": agent_key})
    return run


def write_params(run: Path, env_cfg: object, agent_cfg: object) -> None:
    """Write both configurations under ``params`` of the run directory, all of it or nothing.

    Args:
        run: Run directory.
        env_cfg: Configuration of the environment.
        agent_cfg: Configuration of the agent, as an object or a dictionary.
    """
    with tempfile.TemporaryDirectory(dir=run) as temporary:
        dump_train_configs(temporary, env_cfg, agent_cfg)
        os.replace(Path(temporary, "params"), run / "params")


def git_state(run: Path) -> list[dict]:
    """State of the code that made a run, as rsl_rl noted it in the run's folder ``git``.

    Args:
        run: Run directory.

    Returns:
        For each repository its name, the ``commit``, and whether files were ``changed`` since; empty if none was noted.
    """
    states = []
    for file in sorted(Path(run, "git").glob("*.diff")):
        match = re.search(r"--- git commit ---\s+(\w+)(.*)", file.read_text(errors="replace"), re.DOTALL)
        if match is not None:
            changes = match[2].partition("--- git diff ---")[2]
            states.append({"repository": file.stem, "commit": match[1], "changed": bool(changes.strip())})
    return states
