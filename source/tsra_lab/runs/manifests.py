# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Which runs there are of a task and an agent, by the manifests that Isaac Lab's training writes.

Isaac Lab's own search ends with an error where one manifest in the folder is not as it writes them. This one passes
such a run over, and says so.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from isaaclab_rl.entrypoints.common import RUN_MANIFEST_FILENAME, RUN_MANIFEST_VERSION, normalize_task_name

MAX_BYTES = 2**16
"""Largest manifest."""


def runs_of(root: Path, task: str, agent_key: str) -> list[Path]:
    """Find runs.

    Args:
        root: Folder of an experiment's runs.
        task: Name of the task.
        agent_key: Key of the agent's configuration in the registry.

    Returns:
        Run directories, the newest first.
    """
    found = []
    for run in sorted(root.iterdir()) if root.is_dir() else []:
        path = run / RUN_MANIFEST_FILENAME
        try:
            if not path.exists() and not path.is_symlink():
                continue
            manifest = _read(path)
            created = _creation(manifest)
        except (OSError, ValueError, RecursionError) as error:
            problem = " ".join(str(error).split()) or type(error).__name__
            print(f"[WARNING] Passing over the run '{run}': its {RUN_MANIFEST_FILENAME} is damaged ({problem}).")
            continue
        wanted = ("rsl_rl", normalize_task_name(task), agent_key)
        version = manifest.get("version")
        known = type(version) is int and version == RUN_MANIFEST_VERSION  # True and 1.0 are equal to 1
        if known and (manifest.get("library"), manifest.get("task"), _agent(manifest)) == wanted:
            found.append((created, run))
    return [run for _, run in sorted(found, reverse=True)]


def read_manifest(run: Path) -> dict | None:
    """Read the manifest of a run.

    Args:
        run: Run directory.

    Returns:
        The manifest, whose values may be of any kind; None where there is none.

    Raises:
        ValueError: If it is damaged.
    """
    path = run / RUN_MANIFEST_FILENAME
    if not path.exists():
        return None
    try:
        return _read(path)
    except (OSError, ValueError, RecursionError) as error:
        problem = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"'{path}' is damaged ({problem}): delete it, or mend it.") from error


def _read(path: Path) -> dict:
    """Read a manifest."""
    if not path.is_file():
        raise ValueError("it is no file")
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES} bytes")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(manifest, dict):
        raise ValueError(f"it holds a {type(manifest).__name__}")
    return manifest


def _creation(manifest: dict) -> datetime:
    """When a run was begun."""
    text = manifest.get("created_at")
    if not isinstance(text, str):
        raise ValueError("created_at is no time")
    created = datetime.fromisoformat(text)
    if created.utcoffset() is None:
        raise ValueError("created_at has no time zone")
    return created


def _agent(manifest: dict) -> object:
    """Key of the agent that a run was begun with, if the manifest tells."""
    metadata = manifest.get("metadata")
    return metadata.get("agent") if isinstance(metadata, dict) else None
