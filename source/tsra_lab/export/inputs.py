# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a student sees: read from the observation manager."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from isaaclab.envs import mdp

from tsra_deploy.contract import LAST_ACTION, SENSOR, width_of

VECTOR_INPUT = "obs"
"""Name of the ONNX input that holds all vector groups, concatenated in the order of the observation set."""


def describe_inputs(base: Any, groups: list[str], recorded: Mapping[str, np.ndarray]) -> list[dict]:
    """Describe the ONNX inputs: all vector groups together, then one for each image group.

    Args:
        base: Manager-based Isaac Lab environment.
        groups: Observation groups that the student sees, in order.
        recorded: Inputs of the student while it acted, by name; their ranges are what the student is valid for.

    Returns:
        For each input ``name``, ``shape`` and ``terms``. A term has ``name``, ``group``, ``shape`` (of one moment),
        ``unit``, ``frame``, ``source``, ``noise_free``, ``scale``, ``clip``, ``history_length`` (0 for none) and
        ``valid_range`` (as the network sees it: after clip and scale).

    Raises:
        ValueError: If something a robot needs cannot be told.
    """
    manager = base.observation_manager
    vectors, images = [], []
    for group in groups:
        group_cfg = getattr(base.cfg.observations, group)
        terms = [
            _describe_term(base, group_cfg, group, name, tuple(shape))
            for name, shape in zip(manager.active_terms[group], manager.group_obs_term_dim[group], strict=True)
        ]
        shape = list(manager.group_obs_dim[group])
        if len(shape) == 1:
            vectors += terms
        elif len(terms) > 1:
            raise ValueError(f"Image group '{group}' has several terms; give each image a group of its own.")
        elif terms[0]["history_length"]:
            raise ValueError(f"Image group '{group}' has a history; use a student with memory instead.")
        else:
            low, high = float(recorded[group].min()), float(recorded[group].max())
            terms[0]["valid_range"] = {"low": [low], "high": [high]}
            images.append({"name": group, "shape": shape, "terms": terms})
    if not vectors:
        return images
    start = 0
    for term in vectors:
        width, frames = width_of(term), max(term["history_length"], 1)
        seen = recorded[VECTOR_INPUT][:, start : start + width * frames].reshape(-1, width)
        term["valid_range"] = {"low": seen.min(axis=0).tolist(), "high": seen.max(axis=0).tolist()}
        start += width * frames
    return [{"name": VECTOR_INPUT, "shape": [start], "terms": vectors}, *images]


def bounds_of(bounds: tuple[float, float]) -> list[float | None]:
    """Bounds for JSON, which has no infinity: an open bound is None.

    Args:
        bounds: Lower and upper bound.

    Returns:
        The same, with None for infinity.
    """
    return [float(bound) if math.isfinite(bound) else None for bound in bounds]


def _describe_term(base: Any, group_cfg: Any, group: str, name: str, shape: tuple[int, ...]) -> dict:
    """Describe one term; only its valid range is missing."""
    cfg = getattr(group_cfg, name)
    where = f"Observation term '{group}/{name}'"
    scale = 1.0 if cfg.scale is None else cfg.scale
    if not isinstance(scale, (int, float)):
        raise ValueError(f"{where} has a scale per element; use one number.")
    if cfg.modifiers:
        raise ValueError(f"{where} has modifiers, which the robot cannot be told.")
    unit, frame = getattr(cfg, "unit", None), getattr(cfg, "frame", None)
    if not isinstance(unit, str) or not isinstance(frame, str):
        raise ValueError(
            f"{where} tells no unit and frame, which the robot needs. Make it a tsra_lab.configs.OnboardTermCfg."
        )
    from_group = group_cfg.history_length is not None
    history = group_cfg.history_length if from_group else cfg.history_length
    if history:
        if not (group_cfg.flatten_history_dim if from_group else cfg.flatten_history_dim):
            raise ValueError(f"{where} has a history that is not flattened; set flatten_history_dim.")
        shape = (shape[0] // history, *shape[1:])
    last_action = cfg.func is mdp.last_action
    if last_action and cfg.params.get("action_name") is not None and len(base.action_manager.active_terms) > 1:
        raise ValueError(f"{where} is the last action of one term of several; observe the whole last action.")
    return {
        "name": name,
        "group": group,
        "shape": list(shape),
        "unit": unit,
        "frame": frame,
        "source": LAST_ACTION if last_action else SENSOR,
        "noise_free": cfg.noise is None,
        "scale": float(scale),
        "clip": None if cfg.clip is None else bounds_of(cfg.clip),
        "history_length": history,
    }
