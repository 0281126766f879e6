# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Where evaluated episodes began and how they ended, for another simulator to run the same ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tsra_results import whole_file

from .episodes import Episodes

FORMAT_VERSION = 1
"""Version of the file's layout, which :mod:`tsra_sim2sim` reads."""


def write_starts(path: str | Path, task: str, run: str, seed: int, env_cfg: dict, results: dict[str, Episodes]) -> None:
    """Write initial states, outcomes and the world's parameters. A crash leaves the file that was there, or none.

    The file is an ``.npz``: ``description``, a JSON text with task, run, seed and the environment's configuration;
    ``state/<name>``, the initial states; ``outcome/<policy>/<termination term>``, which terms ended each episode; and
    ``length/<policy>``, its number of steps.

    Args:
        path: File to write; its folder is made if need be.
        task: Name of the task.
        run: Name of the training run.
        seed: Seed of the episodes.
        env_cfg: Configuration of the environment, as its ``to_dict`` gives it.
        results: Episodes by the policy's name, all from the same initial states.

    Raises:
        ValueError: If the task does not tell initial states, or they differ between policies.
    """
    states = next(iter(results.values())).initial_state
    if not states:
        raise ValueError(f"{task} tells no initial states: its environment configuration has no 'initial_state(env)'.")
    for name, episodes in results.items():
        if any(not episodes.initial_state[key].equal(values) for key, values in states.items()):
            raise ValueError(f"The episodes of '{name}' began in other states than the others.")
    # what is no plain data, such as a slice, only documents itself
    description = {"format_version": FORMAT_VERSION, "task": task, "run": run, "seed": seed, "env": env_cfg}
    arrays = {"description": np.array(json.dumps(description, default=str))}
    arrays |= {f"state/{name}": values.numpy() for name, values in states.items()}
    for policy, episodes in results.items():
        arrays[f"length/{policy}"] = episodes.lengths.numpy()
        arrays |= {f"outcome/{policy}/{term}": ended.numpy() for term, ended in episodes.outcomes.items()}
    with whole_file(path) as file:  # given a name, numpy would add a suffix
        np.savez_compressed(file, **arrays)
