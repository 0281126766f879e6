# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The configuration of the agent that a run recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .plain_yaml import read_plain_yaml
from .trust import check_names

MODELS = ("actor", "critic", "teacher", "student")
"""Parts of an agent's configuration that are models."""


def agent_of_run(checkpoint: Path, trusted: Sequence[str] = ()) -> dict:
    """Read the agent configuration that a checkpoint was trained with, from its run directory.

    Args:
        checkpoint: Path of the checkpoint.
        trusted: Packages whose classes it may name, beside those that are known.

    Returns:
        Runner configuration as a dictionary.

    Raises:
        FileNotFoundError: If the checkpoint does not lie in its run directory.
        ValueError: If the configuration is damaged, or names what is not to be trusted.
    """
    path = checkpoint.parent / "params" / "agent.yaml"
    agent = read_plain_yaml(path)
    check_names(agent, path, trusted)
    _check_kinds(agent, path)
    return agent


def _check_kinds(agent: Mapping[str, Any], path: Path) -> None:
    """Refuse an agent whose parts are not of the kinds that every agent of rsl_rl has."""
    sets, bound = agent.get("obs_groups") or {}, agent.get("clip_actions")
    _require(isinstance(sets, dict) and len(sets) > 0, path, "obs_groups", "observation sets")
    for name, groups in sets.items():
        fits = isinstance(groups, list) and all(isinstance(group, str) for group in groups)
        _require(isinstance(name, str) and fits, path, f"obs_groups.{name}", "a list of groups")
    number = isinstance(bound, (int, float)) and not isinstance(bound, bool) and 0.0 < bound < math.inf
    _require(bound is None or number, path, "clip_actions", "a positive number or null")
    for name in ("algorithm", *MODELS):
        _require(name not in agent or isinstance(agent[name], dict), path, name, "a configuration")


def _require(condition: bool, path: Path, name: str, kind: str) -> None:
    if not condition:
        raise ValueError(f"'{path}' is damaged: {name} must be {kind}.")
