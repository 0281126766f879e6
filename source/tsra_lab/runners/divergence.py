# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Numbers that are not finite, or grow without bound, are noticed where they arise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from rsl_rl.algorithms import PPO, Distillation
from tensordict import TensorDict

from tsra_results import whole_file

DIAGNOSTIC_FILE = "diverged.pt"
"""File that holds what an update diverged on, in the run directory."""

NOISE_GROWTH = 5.0
"""Growth of the action noise, over that of the beginning, from which a warning is given; again at each doubling."""


class Divergence(RuntimeError):
    """Training came to numbers that are not finite. The last checkpoint is from before."""


def non_finite_models(state: Mapping[str, Any]) -> list[str]:
    """Find tensors of models that hold NaN or infinity.

    Args:
        state: Checkpoint, or what an algorithm saves.

    Returns:
        Names of the tensors: parameters and observation statistics.
    """
    return [
        f"{part.removesuffix('_state_dict')}.{name}"
        for part, tensors in state.items()
        if part.endswith("_state_dict") and isinstance(tensors, Mapping)
        for name, tensor in tensors.items()
        if isinstance(tensor, torch.Tensor) and not torch.isfinite(tensor).all()
    ]


def check_step(obs: TensorDict, rewards: torch.Tensor) -> None:
    """Check what the environment gave.

    Args:
        obs: Observations, one tensor per group. Shapes are (num_envs, ...).
        rewards: Rewards, of shape (num_envs,).

    Raises:
        Divergence: If a value is NaN or infinite; the message names the group and how many environments have any.
    """
    seen = {f"observation group '{group}'": tensor for group, tensor in obs.items()} | {"reward": rewards}
    for name, tensor in seen.items():
        broken = ~torch.isfinite(tensor.reshape(len(tensor), -1)).all(dim=1)
        if broken.any():
            raise Divergence(
                f"The environment's {name} is not finite in {int(broken.sum())} of {len(tensor)} environments, though"
                " the actions were. Look at the terms of the task; 'agent.check_for_nan=False' leaves it to them."
            )


def check_update(
    losses: Mapping[str, float], algorithm: PPO | Distillation, iteration: int, log_dir: str | None
) -> None:
    """Check what an update made, before anything is saved or acts.

    Args:
        losses: Losses of the update.
        algorithm: The algorithm.
        iteration: Number of iterations before this one.
        log_dir: Run directory, for a file that holds the rollout that was learned from; None for no file.

    Raises:
        Divergence: If a loss, a parameter or a statistic is not finite; the message names it.
    """
    wrong = [f"the loss '{name}' ({value})" for name, value in losses.items() if not math.isfinite(value)]
    wrong += [f"the tensor {name}" for name in non_finite_models(algorithm.save())]
    if not wrong:
        return
    where = ""
    if log_dir is not None:
        storage = algorithm.storage
        rollout = {
            "observations": storage.observations.to_dict(),
            "actions": storage.actions,
            "rewards": storage.rewards,
        }
        with whole_file(Path(log_dir) / DIAGNOSTIC_FILE) as file:
            torch.save({"iteration": iteration, "losses": dict(losses), "wrong": wrong, "rollout": rollout}, file)
        where = f" What was learned from is in {Path(log_dir) / DIAGNOSTIC_FILE}."
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    raise Divergence(
        f"After the update of iteration {iteration}, {', '.join(wrong[:3])}{more} is not finite. Nothing of it was"
        f" saved; the last checkpoint is from before. Lower the learning rate of what is named first.{where}"
    )


class NoiseWatch:
    """Warns when the action noise grows far beyond that of the beginning."""

    def __init__(self) -> None:
        """Begin to watch."""
        self._limit: float | None = None

    def look(self, action_std: torch.Tensor) -> None:
        """Look at the noise.

        Args:
            action_std: Standard deviation of the actions. Shape is (num_actions,) or (batch, num_actions).
        """
        std = action_std.mean().item()
        if self._limit is None:
            self._limit = NOISE_GROWTH * std
        elif std > self._limit:
            print(
                f"[WARNING] The standard deviation of the actions has grown to {std:.2f}, more than"
                f" {self._limit:.2f}. Lower entropy_coef, or bound what the environment does with large actions."
            )
            self._limit = 2.0 * std
