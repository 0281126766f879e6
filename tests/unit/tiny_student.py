# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Tiny students of vectors and images, and a contract that describes them, for unit tests of models and export."""

from __future__ import annotations

import torch
from tensordict import TensorDict

from tsra_deploy import FORMAT_VERSION
from tsra_lab.models import EncodedPolicy

NUM_ACTIONS, EMBEDDING_DIM = 2, 4

VECTORS = ["proprio", "command"]
IMAGE = ["camera"]
IMAGE_BETWEEN_VECTORS = ["proprio", "camera", "command"]

MLP = {"class_name": "MLPModel", "hidden_dims": [8], "activation": "elu", "obs_normalization": True}
CNN = {
    "class_name": "CNNModel",
    "hidden_dims": [8],
    "activation": "elu",
    "cnn_cfg": {"output_channels": [2], "kernel_size": 3, "stride": 2},
}
HEAD = {
    "class_name": "MLPModel",
    "hidden_dims": [8],
    "activation": "elu",
    "distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 0.5},
}

EVALUATION = {
    "episodes": 64,
    "seed": 0,
    "success_rate": 0.75,
    "success_ci95": [0.63, 0.84],
    "return_mean": 1.5,
    "outcomes": {"success": 0.75, "time_out": 0.25},
}
"""What a student was measured to do."""

TERMS = {
    "proprio": [("wheel_speed", [2], 0.1, [-5.0, 5.0]), ("heading", [1], 1.0, None)],
    "command": [("goal", [2], 1.0 / 3.0, None)],
    "camera": [("depth", [1, 8, 8], 0.5, [0.0, 4.0])],
}
"""Terms of each onboard group in order: name, shape, scale and clip."""


def observations(count: int = 6) -> TensorDict:
    """Random observations of all groups; ``privileged`` is not onboard."""
    shapes = {"proprio": (3,), "command": (2,), "camera": (1, 8, 8), "privileged": (4,)}
    return TensorDict({name: torch.randn(count, *shape) for name, shape in shapes.items()}, batch_size=[count])


def encoder_cfg(groups: list[str]) -> dict:
    """Configuration of an encoder of these groups."""
    if "camera" not in groups:
        return MLP
    return CNN | {"obs_normalization": groups != IMAGE}


def build_student(groups: list[str], seed: int = 0) -> EncodedPolicy:
    """Build a student of these groups whose observation statistics are far from those of a new one."""
    torch.manual_seed(seed)
    policy = EncodedPolicy(
        observations(2), {"student": groups}, "student", NUM_ACTIONS, encoder_cfg(groups), HEAD, EMBEDDING_DIM
    )
    if encoder_cfg(groups).get("obs_normalization"):
        normalizer = policy.encoder.obs_normalizer
        normalizer._mean.copy_(torch.linspace(-2.0, 3.0, normalizer._mean.numel()))
        normalizer._std.copy_(torch.linspace(0.2, 4.0, normalizer._std.numel()))
    return policy


def describe_term(
    name: str,
    group: str,
    shape: list[int],
    scale: float | list[float] = 1.0,
    clip: list[float | None] | None = None,
    history_length: int = 0,
    source: str = "sensor",
    **changes: object,
) -> dict:
    """A term, as :func:`tsra_lab.export.isaac_lab.deployment_contract` lays it out."""
    count = shape[0] if len(shape) == 1 else 1
    return {
        "name": name,
        "group": group,
        "shape": shape,
        "unit": "m",
        "frame": "body",
        "source": source,
        "joints": None,
        "noise_free": False,
        "clip": clip,
        "scale": scale if isinstance(scale, list) else [scale] * count,
        "delay_periods": [0, 0],
        "history_length": history_length,
        "history_order": "term",
        "valid_range": {"low": [-100.0] * count, "high": [100.0] * count},
        **changes,
    }


def describe_student(groups: list[str]) -> dict:
    """Contract of a student of these groups, as :func:`tsra_lab.export.isaac_lab.deployment_contract` lays it out."""
    vectors, images = [], []
    for group in groups:
        terms = [describe_term(name, group, shape, scale, clip) for name, shape, scale, clip in TERMS[group]]
        if group == "camera":
            images.append({"name": group, "shape": [1, 8, 8], "terms": terms})
        else:
            vectors += terms
    width = sum(term["shape"][0] for term in vectors)
    return {
        "format_version": FORMAT_VERSION,
        "task": "TSRA-Tiny",
        "run": {"name": "2026-01-01_00-00-00", "iteration": 3, "git": []},
        "timing": {"control_period_s": 0.02, "physics_dt_s": 0.005, "decimation": 4},
        "clip_actions": None,
        "inputs": ([{"name": "obs", "shape": [width], "terms": vectors}] if vectors else []) + images,
        "memory": [],
        "output": "actions",
        "actions": [
            {
                "name": "wheels",
                "type": "JointVelocityAction",
                "kind": "joint velocity",
                "targets": ["left_wheel", "right_wheel"],
                "scale": [10.0 / 3.0, 7.1],
                "offset": [0.1, -0.2],
                "clip": None,
            }
        ],
        "commands": [{"name": "goal", "ranges": {"distance": [0.5, 2.0]}}],
        "joints": {
            "names": ["left_wheel", "right_wheel"],
            "stiffness": [0.0, 0.0],
            "damping": [123.456789, 0.1],
            "default_position": [1.0e-7, -3.14159265],
            "effort_limit": [5.0, None],
            "velocity_limit": [None, None],
            "actuator": ["ImplicitActuator", None],
            "sdk_names": None,
        },
        "evaluation": EVALUATION,
    }
