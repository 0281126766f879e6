# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A policy head that makes up for encoders that moved."""

from __future__ import annotations

import math

import torch
import torch.nn as nn
from tensordict import TensorDict

from tsra_lab.alignment import mean_over_ranks, optimizer_step, share_of
from tsra_lab.models import EncodedPolicy

STEPS_BETWEEN_MEASUREMENTS = 8
"""Steps between two measurements of the drift that is left, beyond the first ones."""


class Consistency:
    """Moves the head so that new embeddings give the actions of the old ones.

    What the encoders do to the policy is a policy step too, so PPO's trust region holds for it: where the first steps
    leave more drift than PPO itself may cause, more follow.
    """

    def __init__(
        self,
        teacher: EncodedPolicy,
        max_grad_norm: float,
        desired_kl: float | None,
        batch_size: int,
        *,
        steps: int,
        max_steps: int,
        learning_rate: float,
    ) -> None:
        """Create the optimiser of the head.

        Args:
            teacher: Policy whose encoder moves and whose head makes up for it.
            max_grad_norm: Norm at which the head's gradient is clipped.
            desired_kl: KL divergence that PPO may cause; None for no bound.
            batch_size: Number of samples per step.
            steps: This and what follows: as in :class:`tsra_lab.configs.ConsistencyCfg`.

        Raises:
            ValueError: If ``steps`` exceeds ``max_steps``.
        """
        if steps > max_steps:
            raise ValueError(f"consistency.steps is {steps}, but its upper bound consistency.max_steps {max_steps}.")
        self.teacher = teacher
        self.max_grad_norm = max_grad_norm
        self.limit = math.inf if desired_kl is None or steps == 0 else desired_kl
        self.batch_size = batch_size
        self.steps = steps
        self.max_steps = max_steps
        self.optimizer = torch.optim.Adam(teacher.head.mlp.parameters(), lr=learning_rate)

    @torch.no_grad()
    def actions_before(self, observations: TensorDict) -> tuple[torch.Tensor, ...]:
        """Parameters of the teacher's action distribution before its encoder moves.

        Args:
            observations: Those of the rollout. Shapes are (batch, ...).

        Returns:
            The parameters, the mean first. Shapes are (batch, num_actions).
        """
        self.teacher(observations, stochastic_output=True)
        return tuple(parameter.clone() for parameter in self.teacher.output_distribution_params)

    def restore(self, observations: TensorDict, before: tuple[torch.Tensor, ...]) -> dict[str, float]:
        """Learn the actions of before on the embeddings of now.

        Args:
            observations: Those of the rollout. Shapes are (batch, ...).
            before: As :meth:`actions_before` gave it.

        Returns:
            ``consistency``, the mean loss of all steps, and the drift of the policy before and after them:
            ``policy_drift`` and ``remaining_drift``.
        """
        with torch.no_grad():  # the encoders stand still from here on
            embeddings = self.teacher.get_latent(observations)
        first = drift = self._drift(embeddings, before)
        losses = self._fit_head(embeddings, before[0], self.steps)
        if losses:
            drift = self._drift(embeddings, before)
        while drift > self.limit and len(losses) < self.max_steps:
            more = min(STEPS_BETWEEN_MEASUREMENTS, self.max_steps - len(losses))
            losses += self._fit_head(embeddings, before[0], more)
            drift = self._drift(embeddings, before)
        mean = sum(losses) / max(len(losses), 1)
        return {"policy_drift": first, "consistency": mean, "remaining_drift": drift}

    @torch.no_grad()
    def _drift(self, embeddings: torch.Tensor, before: tuple[torch.Tensor, ...]) -> float:
        """Mean KL divergence between the teacher of before and of now."""
        self.teacher.act_on(embeddings, stochastic_output=True)
        divergence = self.teacher.get_kl_divergence(before, self.teacher.output_distribution_params)
        return mean_over_ranks(divergence.mean())

    def _fit_head(self, embeddings: torch.Tensor, actions: torch.Tensor, num_steps: int) -> list[float]:
        """Take steps of the head towards these actions; returns their losses."""
        losses = []
        size = min(share_of(self.batch_size), len(actions))
        for _ in range(num_steps):
            index = torch.randint(len(actions), (size,), device=actions.device)
            loss = nn.functional.mse_loss(self.teacher.act_on(embeddings[index]), actions[index])
            optimizer_step(self.optimizer, loss, self.max_grad_norm)
            losses.append(loss.item())
        return losses
