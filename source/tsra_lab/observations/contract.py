# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a policy's observations are made of, so that a checkpoint meets only the observations it was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict

WITHOUT_MEANING = {"noise", "enable_corruption", "class_type", "debug_vis"}
"""Settings that do not change what a number means. Noise is often off in evaluation."""

DELAYS = {"delay_min_lag", "delay_max_lag", "delay_hold_prob"}
"""Settings by which Isaac Lab makes an observation late."""


def observation_contract(env: VecEnv, obs: TensorDict, obs_groups: dict[str, list[str]]) -> dict:
    """Describe what an agent observes and does, with all that gives the numbers their meaning.

    Args:
        env: Environment; a manager-based one also tells terms and their settings.
        obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
        obs_groups: Observation sets and the groups in them.

    Returns:
        ``sets``: the groups of each set; ``groups``: for each group its ``shape``, its ``terms`` as ``[name, [...]]``,
        and their ``settings`` (scale, clip, history and its order, delay, modifiers, function, unit, ...);
        ``actions``: settings of each action term; ``control_period_s``. The order of groups and terms is that of the
        tensors. What the environment does not tell is empty.
    """
    base = getattr(env, "unwrapped", None)
    cfg = getattr(base, "cfg", None)
    manager = getattr(base, "observation_manager", None)
    groups = {}
    for name in sorted({group for names in obs_groups.values() for group in names}):
        terms = []
        if manager is not None:
            dimensions = manager.group_obs_term_dim[name]
            terms = [[term, list(dim)] for term, dim in zip(manager.active_terms[name], dimensions, strict=True)]
        settings = _settings(getattr(getattr(cfg, "observations", None), name, None))
        groups[name] = {"shape": list(obs[name].shape[1:]), "terms": terms, "settings": settings}
    return {
        "sets": {name: list(names) for name, names in obs_groups.items() if names},
        "groups": groups,
        "actions": _settings(getattr(cfg, "actions", None)),
        "control_period_s": getattr(base, "step_dt", None),
    }


def check_contract(saved: dict, current: dict, delays_may_differ: bool = False) -> None:
    """Compare what a checkpoint was trained on with what is at hand.

    Args:
        saved: Contract in the checkpoint.
        current: Contract of the environment and agent at hand.
        delays_may_differ: Whether observations may be late by other times: a disturbance whose cost is measured.

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
        changed = [part for part in ("shape", "terms") if before[part] != now[part]]
        differences += [f"group '{name}': trained on {part} {before[part]}, now {now[part]}" for part in changed]
        if not changed:
            found = _differences(before["settings"], now["settings"], f"observation {name}")
            differences += [text for setting, text in found if not (delays_may_differ and setting in DELAYS)]
    differences += [text for _, text in _differences(saved["actions"], current["actions"], "action")]
    if saved["control_period_s"] != current["control_period_s"]:
        before, now = saved["control_period_s"], current["control_period_s"]
        differences.append(f"control period: trained with {before} s, now {now} s")
    if differences:
        raise ValueError(
            "The checkpoint was trained on other observations or actions:\n  - "
            + "\n  - ".join(differences)
            + "\nUse the task and agent configuration of its run, or train anew."
        )


def _settings(cfg: Any) -> Any:
    """Settings of a configuration as plain values, and of everything in it; objects without settings by their kind."""
    if cfg is None or isinstance(cfg, (bool, int, float, str)):
        return cfg
    if isinstance(cfg, Enum):
        return cfg.value
    if isinstance(cfg, torch.Tensor):
        return cfg.tolist()
    if isinstance(cfg, (list, tuple)):
        return [_settings(value) for value in cfg]
    if callable(cfg):
        return getattr(cfg, "__name__", type(cfg).__name__)
    members = cfg if isinstance(cfg, Mapping) else getattr(cfg, "__dict__", None)
    if members is None or type(cfg).__name__ == "SceneEntityCfg":
        # an entity's indices are filled in when the environment is made
        return [type(cfg).__name__, getattr(cfg, "name", None), _settings(getattr(cfg, "joint_names", None))]
    return {str(name): _settings(value) for name, value in members.items() if name not in WITHOUT_MEANING}


def _differences(before: Any, now: Any, place: str) -> Iterator[tuple[str, str]]:
    """Names of the settings that differ, and how, in words."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted(before.keys() | now.keys()):
            yield from _differences(before.get(name), now.get(name), f"{place}.{name}")
    elif before != now:
        yield place.rpartition(".")[2], f"{place}: trained with {before}, now {now}"
