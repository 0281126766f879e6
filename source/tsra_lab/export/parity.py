# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Proof that an exported file computes what the student computes: recorded inputs and outputs, compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from .contract import VECTOR_INPUT

TOLERANCE = 1.0e-5
"""Largest absolute difference between ONNX Runtime and PyTorch that is accepted."""


def assemble_inputs(obs: TensorDict, groups: list[str]) -> dict[str, torch.Tensor]:
    """Form the ONNX inputs from the environment's observations.

    Args:
        obs: Observations, one tensor per group. Shapes are (num_envs, ...).
        groups: Observation groups that the student sees, in order.

    Returns:
        Inputs by name: all vector groups concatenated, and each image group.
    """
    vectors = [obs[group] for group in groups if obs[group].dim() == 2]
    inputs = {VECTOR_INPUT: torch.cat(vectors, dim=-1)} if vectors else {}
    return inputs | {group: obs[group] for group in groups if obs[group].dim() > 2}


@torch.inference_mode()
def record_inputs(
    env: VecEnv, policy: torch.nn.Module, groups: list[str], num_steps: int, seed: int
) -> dict[str, np.ndarray]:
    """Record the inputs and outputs of a student that acts in the environment.

    Args:
        env: Environment.
        policy: Student, an rsl_rl model.
        groups: Observation groups that it sees, in order.
        num_steps: Number of environment steps.
        seed: Seed of the reset.

    Returns:
        Arrays of shape (num_steps * num_envs, ...) by the name of the ONNX input or output.
    """
    env.seed(seed)
    obs, _ = env.reset()
    policy.reset()
    recorded: dict[str, list[torch.Tensor]] = {}
    for _ in range(num_steps):
        actions = policy(obs)
        for name, tensor in (assemble_inputs(obs, groups) | {"actions": actions}).items():
            recorded.setdefault(name, []).append(tensor.cpu())
        obs, _, dones, _ = env.step(actions.to(env.device))
        policy.reset(dones)
    return {name: torch.cat(tensors).numpy() for name, tensors in recorded.items()}


def check_parity(path: str | Path, recorded: dict[str, np.ndarray]) -> float:
    """Run the file on recorded inputs with ONNX Runtime and compare its outputs with the recorded ones.

    Args:
        path: ONNX file.
        recorded: As :func:`record_inputs` gives it.

    Returns:
        Largest absolute difference.

    Raises:
        ValueError: If it exceeds :data:`TOLERANCE`, or the file's inputs are not those recorded.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = {item.name for item in session.get_inputs()}
    expected = recorded.keys() - {"actions"}
    if names != expected:
        raise ValueError(f"The file's inputs are {sorted(names)}, but the student sees {sorted(expected)}.")
    outputs = session.run(["actions"], {name: recorded[name] for name in names})[0]
    difference = float(np.abs(outputs - recorded["actions"]).max())
    if not difference <= TOLERANCE:
        raise ValueError(f"ONNX Runtime and PyTorch differ by {difference:.2e}, more than {TOLERANCE:.0e}.")
    return difference
