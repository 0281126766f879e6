# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A policy head that makes up for encoders that moved."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from tensordict import TensorDict

from tsra_lab.alignment import average_over_ranks
from tsra_lab.models import EMBEDDING, EncodedPolicy

RIDGE = 1.0e-3
"""Share of the inputs' mean variance that keeps the least squares well posed where dimensions depend on each other."""


@dataclass
class Behavior:
    """What a policy does on some observations."""

    inputs: torch.Tensor
    """What the head's first layer takes, of shape (batch, num_inputs)."""

    distribution: tuple[torch.Tensor, ...]
    """Parameters of the action distribution. Shapes are (batch, num_actions)."""


class Consistency:
    """Moves the head so that new embeddings give the actions of the old ones.

    What the encoders do to the policy is a policy step too, one that nobody asked for: at every iteration it undoes a
    part of what reinforcement learning has just found out, the more so the more exact the actions. An encoder update
    takes an embedding nearly to an affine map of itself, so the inverse map, found by least squares and folded into the
    head's first layer, undoes it without an optimiser.
    """

    def __init__(self, teacher: EncodedPolicy, enabled: bool) -> None:
        """Remember the policy.

        Args:
            teacher: Policy whose encoder moves and whose head makes up for it.
            enabled: Whether it does; otherwise the drift is measured alone.
        """
        self.teacher = teacher
        self.enabled = enabled

    @torch.no_grad()
    def behavior(self, observations: TensorDict) -> Behavior:
        """What the teacher does.

        Args:
            observations: Those of the rollout. Shapes are (batch, ...).

        Returns:
            Inputs of its head and its action distribution.
        """
        return self._behavior_on(self.teacher.get_latent(observations))

    def _behavior_on(self, latent: torch.Tensor) -> Behavior:
        """What the head does on what it acts on."""
        self.teacher.act_on(latent, stochastic_output=True)
        distribution = tuple(parameter.clone() for parameter in self.teacher.output_distribution_params)
        inputs = self.teacher.head.get_latent(TensorDict({EMBEDDING: latent}, batch_size=latent.shape[:1]))
        return Behavior(inputs, distribution)

    @torch.no_grad()
    def restore(self, observations: TensorDict, before: Behavior) -> dict[str, float]:
        """Make the head act on the embeddings of now as it did before.

        Args:
            observations: Those of the rollout. Shapes are (batch, ...).
            before: What :meth:`behavior` gave on the same observations before the encoders moved.

        Returns:
            Mean KL divergence of the policy from the one before: ``policy_drift``, that the encoders caused, and
            ``remaining_drift``, what is left of it.
        """
        latent = self.teacher.get_latent(observations)  # once: an encoder of images is dear
        now = self._behavior_on(latent)
        if self.enabled:
            self._fold(now.inputs, before.inputs)
        return {
            "policy_drift": self._divergence(before, now),
            "remaining_drift": self._divergence(before, self._behavior_on(latent)),
        }

    def _fold(self, new: torch.Tensor, old: torch.Tensor) -> None:
        """Put the affine map that best takes new inputs to old ones before the head's first layer.

        The old are ``new + (new - mean) @ slope + offset``, and the slope is ridge regression's.
        """
        mean, offset = average_over_ranks(new.mean(dim=0)), average_over_ranks((old - new).mean(dim=0))
        centred = (new - mean).double()
        moved = (old - new - offset).double()
        gram = average_over_ranks(centred.T @ centred / len(new))
        cross = average_over_ranks(centred.T @ moved / len(new))
        # the smallest of numbers, for inputs that do not vary at all
        gram.diagonal().add_(RIDGE * gram.diagonal().mean() + torch.finfo(new.dtype).tiny)
        slope = torch.linalg.solve(gram, cross).to(new.dtype)
        layer = self.teacher.head.mlp[0]
        layer.bias += layer.weight @ (offset - slope.T @ mean)
        layer.weight += layer.weight @ slope.T

    def _divergence(self, before: Behavior, now: Behavior) -> float:
        """Mean KL divergence between two action distributions."""
        return average_over_ranks(self.teacher.get_kl_divergence(before.distribution, now.distribution).mean()).item()
