# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The file of recorded episodes: where they began, how they ended in Isaac Lab, and the world's parameters."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

FORMAT_VERSION = 1
"""Version of the file's layout, which ``tsra_lab.evaluation.write_starts`` writes."""

SUCCESS = "success"
"""Name of the termination term that means success."""

POLICIES = ("onnx", "student")
"""Whose recorded outcomes count as the exported file's, the first that is there: both are the same network."""


class StartsError(ValueError):
    """The file holds no recorded episodes, or not those of this policy."""


@dataclass
class Starts:
    """Recorded episodes of the student of one run."""

    task: str
    """Name of the task."""

    run: str
    """Name of the training run."""

    seed: int
    """Seed of the episodes in Isaac Lab."""

    env_cfg: dict
    """Configuration of the task's environment."""

    states: dict[str, np.ndarray]
    """Initial states, by name. Shapes are (num_episodes, ...)."""

    outcomes: dict[str, np.ndarray]
    """Which termination terms ended each episode, by the term's name. Shapes are (num_episodes,)."""

    lengths: np.ndarray
    """Length of each episode [control steps]. Shape is (num_episodes,)."""

    def __len__(self) -> int:
        """Number of episodes."""
        return len(self.lengths)

    def first(self, count: int) -> Starts:
        """Some of the episodes.

        Args:
            count: How many.

        Returns:
            The first ones.

        Raises:
            StartsError: If there are not so many.
        """
        if not 1 <= count <= len(self):
            raise StartsError(f"{count} episodes were asked for; the file of starts holds {len(self)}.")
        states, outcomes = (
            {name: values[:count] for name, values in group.items()} for group in (self.states, self.outcomes)
        )
        return replace(self, states=states, outcomes=outcomes, lengths=self.lengths[:count])

    def state(self, episode: int) -> dict[str, np.ndarray]:
        """Initial state of one episode.

        Args:
            episode: Index of the episode.

        Returns:
            Arrays by name.
        """
        return {name: values[episode] for name, values in self.states.items()}


def load_starts(path: str | Path, contract: dict) -> Starts:
    """Read recorded episodes of a policy.

    Args:
        path: File that ``scripts/evaluate.py --starts`` wrote.
        contract: Contract of the policy.

    Returns:
        The episodes.

    Raises:
        StartsError: If there is no such file, it is none of ours, or it holds another run's episodes.
    """
    how = f"Record it with: {recording_command(contract['task'])}"
    try:
        with np.load(path) as file:
            arrays = dict(file)
        description = json.loads(str(arrays.pop("description")))
    except FileNotFoundError as error:
        raise StartsError(f"There is no file of starts '{path}'. {how}") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise StartsError(f"'{path}' is no file of starts: {error}. {how}") from error
    if description.get("format_version") != FORMAT_VERSION:
        raise StartsError(f"'{path}' has format {description.get('format_version')}, not {FORMAT_VERSION}. {how}")
    if (description["task"], description["run"]) != (contract["task"], contract["run"]["name"]):
        raise StartsError(
            f"'{path}' holds episodes of {description['run']} on {description['task']}; the policy is that of"
            f" {contract['run']['name']} on {contract['task']}. {how}"
        )
    policy = next((name for name in POLICIES if f"length/{name}" in arrays), None)
    if policy is None:
        raise StartsError(f"'{path}' holds no episodes of {' or '.join(POLICIES)}. {how}")
    return Starts(
        task=description["task"],
        run=description["run"],
        seed=description["seed"],
        env_cfg=description["env"],
        states=_below(arrays, "state/"),
        outcomes=_below(arrays, f"outcome/{policy}/"),
        lengths=arrays[f"length/{policy}"],
    )


def recording_command(task: str) -> str:
    """Command line that records starts.

    Args:
        task: Name of the task.

    Returns:
        The command, with RUN for the run directory.
    """
    return f"python scripts/evaluate.py --task {task} --checkpoint RUN --no_imitability --starts starts.npz"


def _below(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
