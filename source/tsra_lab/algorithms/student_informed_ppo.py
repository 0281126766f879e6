# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Student-Informed Teacher Training (arXiv:2412.09149)."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from tensordict import TensorDict

from .encoded_ppo import EncodedPPO


class StudentInformedPPO(EncodedPPO):
    """Trains a teacher that knows what its student would do (Messikommer et al., arXiv:2412.09149).

    A *proxy student* predicts from privileged observations what the student does, so that the student's sensors are
    not needed at every step. Teacher, student and proxy have an encoder each and share the action decoder. The
    divergence between teacher and proxy acts twice: as a penalty on the reward, so that the teacher avoids states
    where the student would err, and as a gradient on the teacher's encoder. An alignment phase alternates with PPO:
    the student's embedding follows the teacher's, the proxy's follows the student's.

    Who moves what: PPO and the divergence's gradient move the teacher's encoder; PPO alone moves the decoder, for the
    divergence could be had by a decoder that ignores its input; alignment moves the other two encoders.

    Deviations from the publication: the paper renders for a part of the environments, this at every
    ``render_interval``-th step; embeddings are compared by their mean squared distance; the student is
    used as alignment leaves it, without a phase of imitation at the end.
    """

    policy_views = {"teacher": "teacher", "student": "student", "proxy": "teacher"}

    def __init__(
        self, *args: object, penalty_weight: float = 0.1, gradient_weight: float = 0.1, **encoded_ppo: object
    ) -> None:
        """Assemble the algorithm.

        Args:
            args: Parts, as :class:`EncodedPPO` takes them.
            penalty_weight: Weight of the divergence in the reward.
            gradient_weight: Weight of the divergence in the loss of the teacher's encoder.
            encoded_ppo: Settings of :class:`EncodedPPO`.
        """
        super().__init__(*args, **encoded_ppo)
        self.proxy = self.policies["proxy"]
        self.penalty_weight = penalty_weight
        self.gradient_weight = gradient_weight

    def process_env_step(
        self, obs: TensorDict, rewards: torch.Tensor, dones: torch.Tensor, extras: dict[str, torch.Tensor]
    ) -> None:
        """Record a step, with the penalty for where the student would act otherwise.

        Args:
            obs: Observations after the step.
            rewards: Rewards of the step, of shape (num_envs,).
            dones: Which episodes ended, of shape (num_envs,).
            extras: Further information of the step.
        """
        with torch.no_grad():
            divergence = self._divergence(self.transition.observations)
        super().process_env_step(obs, rewards - self.penalty_weight * divergence, dones, extras)

    def teacher_loss(self, observations: TensorDict) -> torch.Tensor:
        """Weighted divergence between teacher and proxy, whose gradient reaches the teacher's encoder alone."""
        head = list(self.teacher.head.parameters())
        needed = [parameter.requires_grad for parameter in head]
        for parameter in head:
            parameter.requires_grad_(False)
        loss = self.gradient_weight * self._divergence(observations).mean()
        for parameter, need in zip(head, needed, strict=True):
            parameter.requires_grad_(need)
        return loss

    def alignment_loss(self, observations: TensorDict) -> torch.Tensor:
        """Distance of the student's embedding from the teacher's, and of the proxy's from the student's."""
        with torch.no_grad():
            target = self.teacher.get_latent(observations)
        embedding = self.student.get_latent(observations)
        proxy = self.proxy.get_latent(observations)
        return functional.mse_loss(embedding, target) + functional.mse_loss(proxy, embedding.detach())

    def _divergence(self, observations: TensorDict) -> torch.Tensor:
        """KL divergence of the proxy's actions from the teacher's; no gradient to the proxy. Shape is (batch,)."""
        with torch.no_grad():
            self.proxy(observations, stochastic_output=True)
            proxy = tuple(parameter.clone() for parameter in self.proxy.output_distribution_params)
        self.teacher(observations, stochastic_output=True)
        return self.teacher.get_kl_divergence(self.teacher.output_distribution_params, proxy)
