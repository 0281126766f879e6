# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a policy's observations are made of, so that a checkpoint meets only the observations it was trained on."""

from __future__ import annotations

from rsl_rl.env import VecEnv
from tensordict import TensorDict


def observation_contract(env: VecEnv, obs: TensorDict, obs_groups: dict[str, list[str]]) -> dict:
    """Describe the observation sets of an agent.

    Args:
        env: Environment; a manager-based one also tells the terms of each group.
        obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
        obs_groups: Observation sets and the groups in them.

    Returns:
        ``{"sets": {set: [group, ...]}, "groups": {group: {"shape": [...], "terms": [[name, [...]], ...]}}}``, the
        order of groups and terms being that of the tensors. ``terms`` is empty where the environment does not tell.
    """
    manager = getattr(getattr(env, "unwrapped", None), "observation_manager", None)
    groups = {}
    for name in sorted({group for names in obs_groups.values() for group in names}):
        terms = []
        if manager is not None:
            dimensions = manager.group_obs_term_dim[name]
            terms = [[term, list(dim)] for term, dim in zip(manager.active_terms[name], dimensions, strict=True)]
        groups[name] = {"shape": list(obs[name].shape[1:]), "terms": terms}
    return {"sets": {name: list(names) for name, names in obs_groups.items()}, "groups": groups}


def check_contract(saved: dict, current: dict) -> None:
    """Compare the observations a checkpoint was trained on with those at hand.

    Args:
        saved: Contract in the checkpoint.
        current: Contract of the environment and agent at hand.

    Raises:
        ValueError: If they differ; the message says in what.
    """
    differences = []
    for name in sorted(saved["sets"].keys() | current["sets"].keys()):
        before, now = saved["sets"].get(name), current["sets"].get(name)
        if before != now:
            differences.append(f"observation set '{name}': trained on groups {before}, now {now}")
    for name in sorted(saved["groups"].keys() & current["groups"].keys()):
        before, now = saved["groups"][name], current["groups"][name]
        for part in ("shape", "terms"):
            if before[part] != now[part]:
                differences.append(f"group '{name}': trained on {part} {before[part]}, now {now[part]}")
    if differences:
        raise ValueError(
            "The checkpoint was trained on other observations:\n  - "
            + "\n  - ".join(differences)
            + "\nUse the task and agent configuration of its run, or train anew."
        )
