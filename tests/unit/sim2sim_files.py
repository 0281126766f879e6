# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the tests of the other simulator share: contracts and files as the exporter and evaluation write them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import torch
from onnx import TensorProto, helper
from tiny_file import describe_action, metadata_of, save
from tiny_student import VECTORS, describe_student, describe_term

from isaaclab_tasks.utils import load_cfg_from_registry

import tsra_tasks  # noqa: F401
from tsra_lab.evaluation import Episodes, write_initial_states

TERMS = {
    "TSRA-ColorMaze-Rover": {"odometry": [2], "velocity": [2], "goal": [2], "occupancy": [25]},
    "TSRA-LimitedView-Rover": {"odometry": [2], "heading": [2], "velocity": [3], "goal": [2], "rays": [9]},
    "TSRA-ObstacleFlight-Quadrotor": {
        "attitude": [3],
        "body_rates": [3],
        "velocity": [3],
        "goal": [3],
        "altitude": [1],
        "lateral_position": [1],
        "last_action": [4],
    },
    "TSRA-OpenDrawer-Arm": {"joint_pos": [7], "joint_vel": [7], "last_action": [4]},
    "TSRA-Velocity-Curbs-Quadruped": {
        "base_ang_vel": [3],
        "projected_gravity": [3],
        "velocity_commands": [3],
        "joint_pos_rel": [12],
        "joint_vel_rel": [12],
        "last_action": [12],
    },
}
"""Onboard terms of each task and their shapes."""

IMAGES = {"TSRA-ObstacleFlight-Quadrotor": [1, 24, 32], "TSRA-OpenDrawer-Arm": [1, 32, 32]}
"""Shapes of the tasks' images."""

TARGETS = {
    "TSRA-ColorMaze-Rover": ["drive_x", "drive_y"],
    "TSRA-LimitedView-Rover": ["drive_x", "drive_y", "turn"],
    "TSRA-ObstacleFlight-Quadrotor": ["thrust_over_weight", "roll_rate", "pitch_rate", "yaw_rate"],
    "TSRA-OpenDrawer-Arm": ["x", "y", "z", "turn"],
    "TSRA-Velocity-Curbs-Quadruped": [
        f"{leg}_{part}_joint" for leg in ("FR", "FL", "RR", "RL") for part in ("hip", "thigh", "calf")
    ],
}
"""What each task's robot is commanded with."""

RUN = "2026-01-01_00-00-00"
"""Name of a training run."""


def make_contract(task: str) -> dict:
    """Contract of a student of a task."""
    env_cfg = make_env_cfg(task)

    vectors = [
        describe_term(name, "onboard", shape, source="last_action" if name == "last_action" else "sensor")
        for name, shape in TERMS[task].items()
    ]
    inputs = [{"name": "obs", "shape": [sum(item["shape"][0] for item in vectors)], "terms": vectors}]
    if task in IMAGES:
        image = describe_term("depth", "image", IMAGES[task])
        inputs.append({"name": "image", "shape": IMAGES[task], "terms": [image]})
    count = len(TARGETS[task])
    return describe_student(VECTORS) | {
        "task": task,
        "run": {"name": RUN, "iteration": 1, "git": []},
        "timing": {
            "control_period_s": env_cfg["sim"]["dt"] * env_cfg["decimation"],
            "physics_dt_s": env_cfg["sim"]["dt"],
            "decimation": env_cfg["decimation"],
        },
        "inputs": inputs,
        "actions": [describe_action(TARGETS[task], [1.0] * count, [0.0] * count)],
    }


@cache
def _env_cfg_text(task: str) -> str:
    return json.dumps(load_cfg_from_registry(task, "env_cfg_entry_point").to_dict(), default=str)


def make_env_cfg(task: str) -> dict:
    """Configuration of a task's environment as files hold it; a new one at each call."""
    return json.loads(_env_cfg_text(task))


def write_steady_policy(path: Path, action: list[float], contract: dict | None = None) -> Path:
    """A student that always acts alike, whatever it observes: of the colour maze, or of another contract."""
    contract = contract or make_contract("TSRA-ColorMaze-Rover")
    (width,) = contract["inputs"][0]["shape"]
    graph = helper.make_graph(
        [
            helper.make_node("ReduceSum", ["obs", "axis"], ["sum"], keepdims=1),
            helper.make_node("Mul", ["sum", "zero"], ["column"]),
            helper.make_node("Add", ["column", "action"], ["actions"]),
        ],
        "student",
        [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", width])],
        [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", len(action)])],
        [
            helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
            helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0]),
            helper.make_tensor("action", TensorProto.FLOAT, [len(action)], action),
        ],
    )
    return save(graph, path, metadata_of(contract))


def maze_episodes(success: list[bool]) -> Episodes:
    """Colour maze episodes from its start; those that succeed have no lava before them."""
    count = len(success)
    lava = torch.ones(count, 5, 4, dtype=torch.bool)
    lava[torch.tensor(success)] = False
    ended = torch.tensor(success)
    return Episodes(
        returns=torch.zeros(count),
        lengths=torch.full((count,), 40),
        outcomes={"success": ended, "lava": ~ended, "time_out": torch.zeros(count, dtype=torch.bool)},
        initial_state={
            "position": torch.tensor([[-2.0, 0.0]]).repeat(count, 1),
            "velocity": torch.zeros(count, 2),
            "goal": torch.tensor([[2.0, 0.0]]).repeat(count, 1),
            "lava": lava,
        },
    )


def write_maze_initial_states(path: Path, success: list[bool], policy: str = "onnx", run: str = RUN) -> Path:
    """A file of initial states with these outcomes."""
    task = "TSRA-ColorMaze-Rover"
    write_initial_states(path, task, run, 1000, make_env_cfg(task), {policy: maze_episodes(success)})
    return path
