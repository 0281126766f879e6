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
from rsl_rl.models import MLPModel

from .inputs import assemble_inputs

FIRST = "first"
"""Name of the array that tells at which steps an episode begins."""

TOLERANCE = 1.0e-5
"""Largest absolute difference between ONNX Runtime and PyTorch that is accepted."""


@torch.inference_mode()
def record_inputs(env: VecEnv, policy: MLPModel, groups: list[str], num_steps: int, seed: int) -> dict[str, np.ndarray]:
    """Record the inputs and outputs of a student that acts in the environment.

    Args:
        env: Environment.
        policy: Student, an rsl_rl model.
        groups: Observation groups that it sees, in order.
        num_steps: Number of environment steps.
        seed: Seed of the reset.

    Returns:
        Arrays of shape (num_steps * num_envs, ...) by the name of the ONNX input or output; for a student with memory
        also :data:`FIRST`, of shape (num_steps, num_envs).
    """
    env.seed(seed)
    obs, _ = env.reset()
    policy.reset()
    recorded: dict[str, list[torch.Tensor]] = {}
    first = torch.ones(num_steps, env.num_envs, dtype=torch.bool)
    for step in range(num_steps):
        actions = policy(obs)
        for name, tensor in (assemble_inputs(obs, groups) | {"actions": actions}).items():
            recorded.setdefault(name, []).append(tensor.cpu())
        obs, _, dones, _ = env.step(actions.to(env.device))
        policy.reset(dones)
        if step + 1 < num_steps:
            first[step + 1] = dones.cpu() > 0
    arrays = {name: torch.cat(tensors).numpy() for name, tensors in recorded.items()}
    return arrays | ({FIRST: first.numpy()} if policy.is_recurrent else {})


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
    states = [item.name.removesuffix("_out") for item in session.get_outputs() if item.name.endswith("_out")]
    names = {item.name for item in session.get_inputs()} - {f"{state}_in" for state in states}
    expected = recorded.keys() - {"actions", FIRST}
    if names != expected:
        raise ValueError(f"The file's inputs are {sorted(names)}, but the student sees {sorted(expected)}.")
    inputs = {name: recorded[name] for name in names}
    outputs = _run_steps(session, inputs, states, recorded[FIRST]) if states else session.run(["actions"], inputs)[0]
    difference = float(np.abs(outputs - recorded["actions"]).max())
    if not difference <= TOLERANCE:
        raise ValueError(f"ONNX Runtime and PyTorch differ by {difference:.2e}, more than {TOLERANCE:.0e}.")
    return difference


def _run_steps(
    session: onnxruntime.InferenceSession, inputs: dict[str, np.ndarray], states: list[str], first: np.ndarray
) -> np.ndarray:
    """Run a file with memory step by step, its state zero where an episode begins."""
    num_steps, num_envs = first.shape
    sizes = {item.name: item.shape for item in session.get_inputs()}
    memory = {}
    for state in states:
        layers, _, features = sizes[f"{state}_in"]
        memory[state] = np.zeros((layers, num_envs, features), dtype=np.float32)
    actions = []
    for step in range(num_steps):
        feed = {name: array[step * num_envs : (step + 1) * num_envs] for name, array in inputs.items()}
        for state in states:
            memory[state][:, first[step]] = 0.0
            feed[f"{state}_in"] = memory[state]
        action, *after = session.run(["actions", *(f"{state}_out" for state in states)], feed)
        memory = dict(zip(states, after, strict=True))
        actions.append(action)
    return np.concatenate(actions)
