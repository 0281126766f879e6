# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Policies and initial states of both rovers, as small as they come, for tests of the page in the browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper
from sim2sim_files import TARGETS, TERMS, make_contract, make_env_cfg, maze_episodes
from tiny_file import metadata_of, save
from tiny_student import describe_term

from tsra_lab.evaluation import Episodes, write_initial_states

MAZE, FIELD = "TSRA-ColorMaze-Rover", "TSRA-LimitedView-Rover"

PRIVILEGED = {
    MAZE: {"position": [2], "velocity": [2], "goal": [2], "cells": [20]},
    FIELD: {
        "position": [2],
        "heading": [2],
        "velocity": [3],
        "goal": [2],
        "rays_in_fan": [9],
        "rays_outside_fan": [21],
    },
}
"""Privileged terms of each task and their shapes."""


def contract_of(task: str, group: str = "onboard") -> dict:
    """Contract of a student, or of a teacher (``privileged``)."""
    shapes = TERMS[task] if group == "onboard" else PRIVILEGED[task]
    terms = [describe_term(name, group, shape, noise_free=group != "onboard") for name, shape in shapes.items()]
    width = sum(shape[0] for shape in shapes.values())
    return make_contract(task) | {"inputs": [{"name": "obs", "shape": [width], "terms": terms}]}


def write_network(path: Path, contract: dict, weights: np.ndarray, bias: np.ndarray) -> Path:
    """A policy of one layer: actions are the tangent of weights times observations, plus a bias."""
    width, count = weights.shape
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["obs", "weights"], ["product"]),
            helper.make_node("Tanh", ["product"], ["bounded"]),
            helper.make_node("Add", ["bounded", "bias"], ["actions"]),
        ],
        "policy",
        [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", width])],
        [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", count])],
        [
            numpy_helper.from_array(weights.astype(np.float32), "weights"),
            numpy_helper.from_array(bias.astype(np.float32), "bias"),
        ],
    )
    return save(graph, path, metadata_of(contract))


def write_reacting(path: Path, task: str, group: str = "onboard", seed: int = 0) -> Path:
    """A policy that drives ahead and reacts to all it observes."""
    contract = contract_of(task, group)
    width, count = contract["inputs"][0]["shape"][0], len(TARGETS[task])
    weights = np.random.default_rng(seed).normal(0.0, 0.3, (width, count))
    return write_network(path, contract, weights, np.array([0.6, *[0.0] * (count - 1)]))


def write_steady(path: Path, task: str, action: list[float]) -> Path:
    """A student that acts alike, whatever it observes."""
    contract = contract_of(task)
    return write_network(path, contract, np.zeros((contract["inputs"][0]["shape"][0], len(action))), np.array(action))


def write_slicing(path: Path, contract: dict) -> Path:
    """A policy whose actions are the last three of its inputs, and with memory what it did before, too."""
    inputs = [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", contract["inputs"][0]["shape"][0]])]
    outputs = [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", 3])]
    nodes = [helper.make_node("Slice", ["obs", "start", "end", "axis"], ["last"])]
    if contract["memory"]:
        inputs.append(helper.make_tensor_value_info("h_in", TensorProto.FLOAT, [1, "batch", 3]))
        outputs.append(helper.make_tensor_value_info("h_out", TensorProto.FLOAT, [1, "batch", 3]))
        nodes += [
            helper.make_node("Squeeze", ["h_in", "layer"], ["before"]),
            helper.make_node("Add", ["last", "before"], ["actions"]),
            helper.make_node("Unsqueeze", ["actions", "layer"], ["h_out"]),
        ]
    else:
        nodes.append(helper.make_node("Identity", ["last"], ["actions"]))
    places = {"start": -3, "end": 2**31, "axis": 1} | ({"layer": 0} if contract["memory"] else {})
    constants = [helper.make_tensor(name, TensorProto.INT64, [1], [place]) for name, place in places.items()]
    graph = helper.make_graph(nodes, "policy", inputs, outputs, constants)
    return save(graph, path, metadata_of(contract))


def maze_states(count: int = 3) -> Episodes:
    """Colour maze episodes whose lava is drawn, but for a free middle row."""
    episodes = maze_episodes([True] * count)
    lava = torch.rand(count, 5, 4, generator=torch.Generator().manual_seed(0)) < 0.6
    lava[:, 2] = False
    episodes.initial_state["lava"] = lava
    return episodes


def field_states(count: int = 3) -> Episodes:
    """Limited view episodes with posts beside the way."""
    places = torch.linspace(-1.5, 1.5, 6)
    sides = torch.tensor([0.8, -0.7, 0.75, -0.9, 0.7, -0.8])
    return Episodes(
        returns=torch.zeros(count),
        lengths=torch.full((count,), 40),
        outcomes={"success": torch.ones(count, dtype=torch.bool), "collision": torch.zeros(count, dtype=torch.bool)},
        initial_state={
            "position": torch.tensor([[-2.3, 0.1]]).repeat(count, 1),
            "velocity": torch.zeros(count, 2),
            "heading": torch.linspace(-0.3, 0.4, count),
            "turn_rate": torch.zeros(count),
            "goal": torch.tensor([[2.3, 0.0]]).repeat(count, 1),
            "posts": torch.stack([places, sides], dim=-1).repeat(count, 1, 1),
        },
    )


def write_states(path: Path, task: str) -> Path:
    """A file of initial states of a task."""
    episodes = {MAZE: maze_states, FIELD: field_states}[task]()
    write_initial_states(path, task, "some run", 1000, make_env_cfg(task), {"onnx": episodes})
    return path
