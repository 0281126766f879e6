# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation groups as ONNX inputs and their terms."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from isaaclab.envs import mdp
from isaaclab.managers import SceneEntityCfg
from isaaclab.utils.string import string_to_callable

from tsra_deploy.contract import BY_TERM, BY_TIME, LAST_ACTION, SENSOR
from tsra_deploy.observations import layout_of

from ..inputs import VECTOR_INPUT
from .values import open_bounds

ALL_JOINTS = (
    mdp.joint_pos,
    mdp.joint_pos_rel,
    mdp.joint_pos_limit_normalized,
    mdp.joint_vel,
    mdp.joint_vel_rel,
    mdp.joint_effort,
)
"""Terms that read every joint of the robot where none are named."""


def describe_inputs(base: Any, groups: list[str], recorded: Mapping[str, np.ndarray]) -> list[dict]:
    """Describe the ONNX inputs: all vector groups together, then one for each image group.

    Args:
        base: Manager-based Isaac Lab environment.
        groups: Observation groups that the student sees, in order.
        recorded: Inputs of the student while it acted, by name; their ranges are what the student is valid for.

    Returns:
        For each input ``name``, ``shape`` and ``terms``. A term has ``name``, ``group``, ``shape`` (of one sample),
        ``unit``, ``frame``, ``source``, ``joints`` that it reads or None, ``noise_free``, ``clip``, ``scale`` (of each
        element of a vector; one of an image), ``delay_periods`` (shortest and longest), ``history_length`` (0 for
        none), ``history_order``, and ``valid_range`` (as the network sees it: after clip and scale).

    Raises:
        ValueError: If something a robot needs cannot be told.
    """
    manager = base.observation_manager
    vectors, images = [], []
    for group in groups:
        group_cfg = getattr(base.cfg.observations, group)
        if not group_cfg.concatenate_terms:
            raise ValueError(
                f"Observation group '{group}' has concatenate_terms=False; students see one tensor a group."
            )
        terms = [
            _describe_term(base, group_cfg, group, name, tuple(shape))
            for name, shape in zip(manager.active_terms[group], manager.group_obs_term_dim[group], strict=True)
        ]
        shape = list(manager.group_obs_dim[group])
        if len(shape) == 1:
            if group_cfg.concatenate_dim != -1:
                raise ValueError(
                    f"Observation group '{group}' has concatenate_dim={group_cfg.concatenate_dim}; use -1."
                )
            vectors += terms
        elif len(terms) > 1:
            raise ValueError(f"Image group '{group}' has several terms; give each image a group of its own.")
        elif terms[0]["history_length"]:
            raise ValueError(f"Image group '{group}' has a history; use a student with memory instead.")
        else:
            low, high = float(recorded[group].min()), float(recorded[group].max())
            terms[0]["valid_range"] = {"low": [low], "high": [high]}
            images.append({"name": group, "shape": shape, "terms": terms})
    if not images and all(term["source"] == LAST_ACTION for term in vectors):
        raise ValueError(f"Observation terms of {groups} are the student's own last action alone; give it a sensor.")
    if not vectors:
        return images
    places, _ = layout_of(vectors)
    # a history has one range for all its moments
    seen = recorded[VECTOR_INPUT]
    low, high = np.full(places.max() + 1, np.inf), np.full(places.max() + 1, -np.inf)
    np.minimum.at(low, places, seen.min(axis=0))
    np.maximum.at(high, places, seen.max(axis=0))
    start = 0
    for term in vectors:
        end = start + len(term["scale"])
        term["valid_range"] = {"low": low[start:end].tolist(), "high": high[start:end].tolist()}
        start = end
    return [{"name": VECTOR_INPUT, "shape": [len(places)], "terms": vectors}, *images]


def _describe_term(base: Any, group_cfg: Any, group: str, name: str, shape: tuple[int, ...]) -> dict:
    """Describe one term; only its valid range is missing."""
    cfg = getattr(group_cfg, name)
    where = f"Observation term '{group}/{name}'"
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
    func = string_to_callable(cfg.func) if isinstance(cfg.func, str) else cfg.func
    last_action = func is mdp.last_action
    if last_action and cfg.params.get("action_name") is not None and len(base.action_manager.active_terms) > 1:
        raise ValueError(f"{where} is the last action of one term of several; observe the whole last action.")
    delay = [cfg.delay_min_lag, cfg.delay_max_lag]
    if last_action and delay[0] != delay[1]:
        raise ValueError(
            f"{where} delays the last action by delay_min_lag={delay[0]} to delay_max_lag={delay[1]} at random, but a"
            " robot feeds its own back; make them equal."
        )
    return {
        "name": name,
        "group": group,
        "shape": list(shape),
        "unit": unit,
        "frame": frame,
        "source": LAST_ACTION if last_action else SENSOR,
        "joints": None if last_action else _joints_of(base, func, cfg.params, shape),
        "noise_free": cfg.noise is None or not group_cfg.enable_corruption,
        "clip": None if cfg.clip is None else open_bounds(cfg.clip),
        "scale": _scale_of(cfg.scale, where, shape),
        "delay_periods": delay,
        "history_length": history,
        "history_order": BY_TIME if from_group and history and group_cfg.history_order == "time" else BY_TERM,
    }


def _scale_of(scale: Any, where: str, shape: tuple[int, ...]) -> list[float]:
    """One number for each element of a vector, or one for an image."""
    count = shape[0] if len(shape) == 1 else 1
    numbers = torch.as_tensor(1.0 if scale is None else scale, dtype=torch.float64).flatten().tolist()
    if len(numbers) not in (1, count):
        raise ValueError(f"{where} has {len(numbers)} scales; give one, or one for each element of a vector.")
    return numbers * (count // len(numbers))


def _joints_of(base: Any, func: Any, given: dict, shape: tuple[int, ...]) -> list[str] | None:
    """Names of the joints that a term's elements are of, where it reads those of one entity."""
    call = func.__call__ if inspect.isclass(func) else func
    defaults = inspect.signature(call).parameters.values() if callable(call) else ()
    params = {parameter.name: parameter.default for parameter in defaults} | given
    entities = [value for value in params.values() if isinstance(value, SceneEntityCfg)]
    if len(entities) != 1:
        return None
    (entity,) = entities
    if entity.joint_names is not None:
        _, names = base.scene[entity.name].find_joints(entity.joint_names, preserve_order=entity.preserve_order)
    elif isinstance(entity.joint_ids, list):
        names = [base.scene[entity.name].joint_names[index] for index in entity.joint_ids]
    elif func in ALL_JOINTS:
        names = list(base.scene[entity.name].joint_names)
    else:
        return None
    return names if shape == (len(names),) else None
