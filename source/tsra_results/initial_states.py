# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The file of initial states: where recorded episodes began, how they ended, and the world's parameters.

The file is an ``.npz``: ``description``, a JSON text with the format's version, task, run, seed and the environment's
configuration; ``state/<name>``, the initial states; ``outcome/<policy>/<termination term>``, which terms ended each
episode; and ``length/<policy>``, its number of steps.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .files import whole_file

FORMAT_VERSION = 1
"""Version of the file's layout."""

POLICIES = ("onnx", "student")
"""Whose recorded outcomes count as the exported file's, the first that is there: both are the same network."""


class InitialStatesError(ValueError):
    """The file holds no recorded episodes, or not those of this policy."""


@dataclass
class InitialStates:
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

    def first(self, count: int) -> InitialStates:
        """Some of the episodes.

        Args:
            count: How many.

        Returns:
            The first ones.

        Raises:
            InitialStatesError: If there are not so many.
        """
        if not 1 <= count <= len(self):
            raise InitialStatesError(f"{count} episodes were asked for; the file of initial states holds {len(self)}.")
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


def write_initial_states(
    path: str | Path,
    task: str,
    run: str,
    seed: int,
    env_cfg: dict,
    states: Mapping[str, np.ndarray],
    outcomes: Mapping[str, Mapping[str, np.ndarray]],
    lengths: Mapping[str, np.ndarray],
) -> None:
    """Write the file. A crash leaves the file that was there, or none.

    Args:
        path: File to write; its folder is made if need be.
        task: Name of the task.
        run: Name of the training run.
        seed: Seed of the episodes.
        env_cfg: Configuration of the environment; what is no plain data, such as a slice, only documents itself.
        states: Initial states of all policies, by name. Shapes are (num_episodes, ...).
        outcomes: By the policy's name, then the termination term's: which episodes it ended. Shapes are
            (num_episodes,).
        lengths: Length of each episode [control steps], by the policy's name. Shapes are (num_episodes,).
    """
    description = {"format_version": FORMAT_VERSION, "task": task, "run": run, "seed": seed, "env": env_cfg}
    arrays = {"description": np.array(json.dumps(description, default=str))}
    arrays |= {f"state/{name}": values for name, values in states.items()}
    arrays |= {f"length/{policy}": values for policy, values in lengths.items()}
    for policy, terms in outcomes.items():
        arrays |= {f"outcome/{policy}/{term}": ended for term, ended in terms.items()}
    with whole_file(path) as file:  # given a name, numpy would add a suffix
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_initial_states(path: str | Path, task: str | None = None, run: str | None = None) -> InitialStates:
    """Read recorded episodes, or only those of a policy.

    Args:
        path: File that :func:`write_initial_states` wrote.
        task: Name of the policy's task; None for any.
        run: Name of the policy's training run; None for any.

    Returns:
        The episodes.

    Raises:
        InitialStatesError: If there is no such file, it is none of ours, or it holds another run's episodes.
    """
    how = f"Record it with: {recording_command(task or 'TASK')}"
    try:
        with np.load(path) as file:
            arrays = dict(file)
        description = dict(json.loads(str(arrays.pop("description"))))
    except FileNotFoundError as error:
        raise InitialStatesError(f"There is no file of initial states '{path}'. {how}") from error
    except (
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        EOFError,
        RecursionError,
        zipfile.BadZipFile,
    ) as error:
        raise InitialStatesError(f"'{path}' is no file of initial states: {error}. {how}") from error
    version = description.get("format_version")
    if version != FORMAT_VERSION:
        raise InitialStatesError(f"'{path}' has format {version}, not {FORMAT_VERSION}. {how}")
    if missing := {"task", "run", "seed", "env"} - description.keys():
        raise InitialStatesError(f"'{path}' is damaged: it lacks {', '.join(sorted(missing))}. {how}")
    if task not in (None, description["task"]) or run not in (None, description["run"]):
        raise InitialStatesError(
            f"'{path}' holds episodes of {description['run']} on {description['task']}; the policy is that of {run} on"
            f" {task}. {how}"
        )
    policy = next((name for name in POLICIES if f"length/{name}" in arrays), None)
    if policy is None:
        raise InitialStatesError(f"'{path}' holds no episodes of {' or '.join(POLICIES)}. {how}")
    return InitialStates(
        task=description["task"],
        run=description["run"],
        seed=description["seed"],
        env_cfg=description["env"],
        states=_below(arrays, "state/"),
        outcomes=_below(arrays, f"outcome/{policy}/"),
        lengths=arrays[f"length/{policy}"],
    )


def recording_command(task: str) -> str:
    """Command line that records initial states.

    Args:
        task: Name of the task.

    Returns:
        The command, with RUN for the run directory.
    """
    return (
        f"python scripts/evaluate.py --task {task} --checkpoint RUN --no_imitability"
        " --initial_states initial_states.npz"
    )


def _below(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
