# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Where evaluated episodes began and how they ended, for another simulator to run the same ones."""

from __future__ import annotations

from pathlib import Path

import tsra_results

from .episodes import Episodes


def write_initial_states(
    path: str | Path, task: str, run: str, seed: int, env_cfg: dict, results: dict[str, Episodes]
) -> None:
    """Write initial states, outcomes and the world's parameters, as :mod:`tsra_results.initial_states` lays them out.

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
    tsra_results.write_initial_states(
        path,
        task,
        run,
        seed,
        env_cfg,
        states={name: values.numpy() for name, values in states.items()},
        outcomes={
            policy: {term: ended.numpy() for term, ended in episodes.outcomes.items()}
            for policy, episodes in results.items()
        },
        lengths={policy: episodes.lengths.numpy() for policy, episodes in results.items()},
    )
