# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Proof that an exported file computes what the student computes: recorded inputs and outputs, compared."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
import torch
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel

from .inputs import assemble_inputs

FIRST = "first"
"""Name of the array that tells at which steps an episode begins."""

TOLERANCE = 1.0e-5
"""Largest difference between two ways to compute the same that is accepted, as a share of the values' range."""

ROUNDING = 1.0e-6
"""The same, as a share of the values themselves: a few steps of a 32-bit float."""


class Witness(Protocol):
    """Sees what a recording of inputs and actions alone does not: what lies before and behind the network."""

    def readings(self, first: torch.Tensor) -> dict[str, torch.Tensor]:
        """What the sensors read for the observations that are about to be acted on.

        Args:
            first: Where they are an episode's first. Shape is (num_envs,).

        Returns:
            Arrays of shape (num_envs, ...), whose names have a slash.
        """
        ...

    def targets(self) -> dict[str, torch.Tensor]:
        """What the robot was commanded in the step that was just taken.

        Returns:
            Arrays of shape (num_envs, ...), whose names have a slash.
        """
        ...


@contextmanager
def without_tf32() -> Generator[None]:
    """Compute in 32-bit floats, as the exported file does.

    PyTorch lets an NVIDIA GPU round the factors of convolutions and of recurrent layers to TF32's 10 bits of mantissa;
    actions then differ by 1e-3 of their range.

    Yields:
        Nothing.
    """
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.backends.cudnn.flags(enabled=torch.backends.cudnn.enabled, allow_tf32=False):
            yield
    finally:
        torch.set_float32_matmul_precision(precision)


@without_tf32()
@torch.inference_mode()
def record_inputs(
    env: VecEnv,
    policy: MLPModel,
    groups: list[str],
    num_steps: int,
    seed: int,
    num_envs: int | None = None,
    witness: Witness | None = None,
    on_step: Callable[[int], None] | None = None,
) -> dict[str, np.ndarray]:
    """Record the inputs and outputs of a student that acts in the environment, with resets in between.

    Args:
        env: Environment.
        policy: Student, an rsl_rl model.
        groups: Observation groups that it sees, in order.
        num_steps: Number of environment steps.
        seed: Seed of the reset.
        num_envs: Number of environments that are recorded, the first ones; None for all.
        witness: Who sees more; None for nobody.
        on_step: Called with the number of each step.

    Returns:
        Arrays of shape (num_steps * num_envs, ...) by the name of the ONNX input or output, or the witness's; and
        :data:`FIRST`, of shape (num_steps, num_envs).
    """
    env.seed(seed)
    obs, _ = env.reset()
    policy.reset()
    count = env.num_envs if num_envs is None else min(num_envs, env.num_envs)
    _spread_time_outs(env, num_steps, count)
    recorded: dict[str, list[torch.Tensor]] = {}
    first = torch.zeros(num_steps, env.num_envs, dtype=torch.bool)
    first[0] = True
    for step in range(num_steps):
        if on_step is not None:
            on_step(step)
        if step == num_steps // 2 and not first[1:, :count].any():
            obs, _ = env.reset()  # no episode ends by itself
            policy.reset()
            first[step] = True
        actions = policy(obs)
        seen = assemble_inputs(obs, groups) | {"actions": actions}
        seen |= {} if witness is None else witness.readings(first[step])
        # copies, before the environment goes on in place
        seen = {name: tensor[:count].cpu().clone() for name, tensor in seen.items()}
        obs, _, dones, _ = env.step(actions.to(env.device))
        seen |= {} if witness is None else {name: tensor[:count].cpu() for name, tensor in witness.targets().items()}
        for name, tensor in seen.items():
            recorded.setdefault(name, []).append(tensor)
        policy.reset(dones)
        if step + 1 < num_steps:
            first[step + 1] = dones.cpu() > 0
    arrays = {name: torch.cat(tensors).numpy() for name, tensors in recorded.items()}
    return arrays | {FIRST: first[:, :count].numpy()}


def _spread_time_outs(env: VecEnv, num_steps: int, count: int) -> None:
    """Let the first episodes time out at different steps of a recording, also where episodes are longer than it."""
    if hasattr(env, "episode_length_buf"):
        left = torch.arange(env.num_envs, device=env.device) % count * num_steps // count + 1
        clock = env.episode_length_buf
        # in place: a tensor made here is one of inference, which the environment could not write to later
        clock.copy_(torch.maximum(clock, (env.max_episode_length - left).to(clock.dtype)))


def tolerance_of(values: np.ndarray, least: np.ndarray | float = 0.0) -> np.ndarray:
    """How far another way to compute values may be from them.

    Args:
        values: Values of shape (count, ...).
        least: Range to assume where they hardly move, one or for each element.

    Returns:
        Tolerance of each element. Shape is (...).
    """
    reach = np.maximum(values.max(axis=0) - values.min(axis=0), least)
    return TOLERANCE * reach + ROUNDING * np.abs(values).max(axis=0)


def check_parity(path: str | Path, recorded: dict[str, np.ndarray]) -> float:
    """Run the file on recorded inputs with ONNX Runtime and compare its outputs with the recorded ones.

    Args:
        path: ONNX file.
        recorded: As :func:`record_inputs` gives it.

    Returns:
        Largest absolute difference.

    Raises:
        ValueError: If an action differs by more than :data:`TOLERANCE` of its range, which is taken to be at least 1,
            or the file's inputs are not those recorded.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    states = [item.name.removesuffix("_out") for item in session.get_outputs() if item.name.endswith("_out")]
    names = {item.name for item in session.get_inputs()} - {f"{state}_in" for state in states}
    expected = {name for name in recorded if "/" not in name} - {"actions", FIRST}
    if names != expected:
        raise ValueError(f"The file's inputs are {sorted(names)}, but the student sees {sorted(expected)}.")
    # without memory every sample is a robot of its own
    first = recorded.get(FIRST, np.ones((1, len(recorded["actions"])), dtype=bool))
    batch = session.get_inputs()[0].shape[0]
    size = batch if isinstance(batch, int) else first.shape[1]
    steps = {name: recorded[name].reshape(*first.shape, *recorded[name].shape[1:]) for name in (*names, "actions")}
    expected_actions = steps.pop("actions")
    actions = [
        _run_steps(session, {name: array[:, robots] for name, array in steps.items()}, states, first[:, robots])
        for robots in (slice(start, start + size) for start in range(0, first.shape[1], size))
    ]
    difference = np.abs(np.concatenate(actions, axis=1) - expected_actions).max(axis=(0, 1))
    check_actions(difference, recorded["actions"])
    return float(difference.max())


def check_actions(difference: np.ndarray, actions: np.ndarray) -> None:
    """Refuse actions that are not those of PyTorch.

    Args:
        difference: Largest difference of each action. Shape is (num_actions,).
        actions: What PyTorch computed. Shape is (count, num_actions).

    Raises:
        ValueError: If one differs by more than is accepted.
    """
    tolerance = tolerance_of(actions, least=1.0)
    if not (difference <= tolerance).all():
        worst = int(np.argmax(np.nan_to_num(difference / tolerance, nan=np.inf)))
        reach = np.ptp(actions[:, worst])
        raise ValueError(
            f"ONNX Runtime and PyTorch differ by {difference[worst]:.2e} in action {worst}, whose range is {reach:.3g};"
            f" {tolerance[worst]:.1e} is accepted. A small difference is rounding, because weights or actions are"
            " large: export another checkpoint, or train with the agent's clip_actions. A large one is an error of the"
            " export: please report it."
        )


def _run_steps(
    session: onnxruntime.InferenceSession, inputs: dict[str, np.ndarray], states: list[str], first: np.ndarray
) -> np.ndarray:
    """Run a file step by step on inputs of shape (num_steps, num_envs, ...), its state zero where an episode begins."""
    num_steps, num_envs = first.shape
    sizes = {item.name: item.shape for item in session.get_inputs()}
    memory = {}
    for state in states:
        layers, _, features = sizes[f"{state}_in"]
        memory[state] = np.zeros((layers, num_envs, features), dtype=np.float32)
    actions = []
    for step in range(num_steps):
        feed = {name: array[step] for name, array in inputs.items()}
        for state in states:
            memory[state][:, first[step]] = 0.0
            feed[f"{state}_in"] = memory[state]
        action, *after = session.run(["actions", *(f"{state}_out" for state in states)], feed)
        memory = dict(zip(states, after, strict=True))
        actions.append(action)
    return np.stack(actions)
