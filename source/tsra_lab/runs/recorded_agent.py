# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The configuration of the agent that a run recorded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from isaaclab_tasks.utils import PresetCfg

from tsra_lab import configs
from tsra_lab.configs import AlignedDistillationCfg, PPOCfg, StrictCfg

from .plain_yaml import read_plain_yaml
from .trust import check_names

MODELS = ("actor", "critic", "teacher", "student")
"""Parts of an agent's configuration that are models."""

ALGORITHMS = (PPOCfg, AlignedDistillationCfg)
"""Configurations of algorithms derive from these."""


def agent_of_run(checkpoint: Path, trusted: Sequence[str] = ()) -> dict:
    """Read the agent configuration that a checkpoint was trained with, from its run directory.

    Args:
        checkpoint: Path of the checkpoint.
        trusted: Packages whose classes it may name, beside those that are known.

    Returns:
        Runner configuration as a dictionary.

    Raises:
        FileNotFoundError: If the checkpoint does not lie in its run directory.
        ValueError: If the configuration is damaged, names what is not to be trusted, or has other settings of the
            algorithm than this version of TSRA Lab.
    """
    path = checkpoint.parent / "params" / "agent.yaml"
    agent = read_plain_yaml(path)
    check_names(agent, path, trusted)
    _check_kinds(agent, path)
    _check_settings(agent.get("algorithm") or {}, path)
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


def _check_settings(algorithm: Mapping[str, Any], path: Path) -> None:
    """Refuse settings of one of our algorithms that are not those it has now."""
    classes = [getattr(configs, name) for name in configs.__all__]
    for cfg in (kind() for kind in classes if issubclass(kind, ALGORITHMS)):
        ours = cfg.class_name.startswith("tsra_lab.") and cfg.class_name == algorithm.get("class_name")
        if ours and (differences := list(_differences(algorithm, cfg))):
            raise ValueError(
                f"'{path}' was written by another version of TSRA Lab: its algorithm {', '.join(differences)}. Use the"
                " version that wrote it, or train anew."
            )


def _differences(recorded: Mapping[str, Any], cfg: StrictCfg, place: str = "") -> Iterator[str]:
    """In words, the options by which a recorded configuration differs from the class that it is of."""
    options = {name: value for name, value in vars(cfg).items() if name != "class_name"}
    for name in sorted(options.keys() - recorded.keys()):
        yield f"lacks {place}{name}"
    for name in sorted(recorded.keys() - options.keys() - {"class_name"}):
        yield f"has an unknown {place}{name}"
    for name, value in options.items():
        # of presets, one was recorded
        value = value.default if isinstance(value, PresetCfg) else value
        if isinstance(value, StrictCfg) and name in recorded:
            inner = recorded[name]
            if isinstance(inner, Mapping):
                yield from _differences(inner, value, f"{place}{name}.")
            else:
                yield f"has no options {place}{name}"


def _require(condition: bool, path: Path, name: str, kind: str) -> None:
    if not condition:
        raise ValueError(f"'{path}' is damaged: {name} must be {kind}.")
