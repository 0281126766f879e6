# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Student-Informed Teacher Training (arXiv:2412.09149)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as functional
from tensordict import TensorDict

from tsra_lab.alignment import Pairs
from tsra_lab.models import EncodedPolicy

from .action_divergence import action_divergence
from .phases import Following
from .teacher_student_ppo import TeacherStudentPPO


class StudentInformedPPO(TeacherStudentPPO):
    """Trains a teacher that knows what its student would do (Messikommer et al., arXiv:2412.09149).

    A *proxy student* predicts from privileged observations what the student does, so that the student's sensors are
    not needed at every step. Teacher, student and proxy have an encoder each and share the action decoder. The
    divergence between teacher and proxy acts twice: as a penalty on the reward, so that the teacher avoids states
    where the student would err, and as a gradient on the teacher's encoder. After PPO,
    the student's embedding follows the teacher's, and the proxy's the student's.

    Who moves what: PPO and the divergence's gradient move the teacher's encoder; PPO alone moves the decoder, for the
    divergence could be had by a decoder that ignores its input; following moves the other two encoders.

    Deviations from the publication: the paper renders for a part of the environments, this at every
    ``render_interval``-th step; embeddings are compared by their mean squared distance; the student is
    used as following leaves it, without a phase of imitation at the end.
    """

    def __init__(
        self,
        policies: dict[str, EncodedPolicy],
        *parts: Any,
        following: Mapping[str, Any],
        penalty_weight: float,
        gradient_weight: float,
        **ppo: Any,
    ) -> None:
        """Assemble the algorithm.

        Args:
            policies: Teacher, student and proxy.
            parts: Further parts, as :class:`TeacherStudentPPO` takes them.
            following: Settings of :class:`tsra_lab.configs.FollowingCfg`.
            penalty_weight: Weight of the divergence in the reward.
            gradient_weight: Weight of the divergence in the loss of the teacher's encoder.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.
        """
        super().__init__(policies, *parts, **ppo)
        self.proxy = policies["proxy"].to(self.device)
        self.penalty_weight = penalty_weight
        self.gradient_weight = gradient_weight
        encoders = {"student": self.student.encoder, "proxy": self.proxy.encoder}
        self.following = Following(encoders, self.max_grad_norm, **following)
        self.registry.add_optimizer("following_optimizer", self.following.optimizer)

    @classmethod
    def build_policies(cls, build: Callable[[str], EncodedPolicy]) -> dict[str, EncodedPolicy]:
        """Build the proxy student too, of the teacher's observations."""
        return super().build_policies(build) | {"proxy": build("teacher")}

    def process_env_step(
        self, obs: TensorDict, rewards: torch.Tensor, dones: torch.Tensor, extras: dict[str, torch.Tensor]
    ) -> None:
        """Record a step, with the penalty for where the student would act otherwise."""
        with torch.no_grad():
            divergence = action_divergence(self.teacher, self.proxy, self.transition.observations)
        super().process_env_step(obs, rewards - self.penalty_weight * divergence, dones, extras)

    def auxiliary_loss(self, observations: TensorDict) -> torch.Tensor:
        """Weighted divergence between teacher and proxy, whose gradient reaches the teacher's encoder alone."""
        return self.gradient_weight * action_divergence(self.teacher, self.proxy, observations).mean()

    def following_loss(self, observations: TensorDict) -> torch.Tensor:
        """Distance of the student's embedding from the teacher's, and of the proxy's from the student's."""
        with torch.no_grad():
            target = self.teacher.get_latent(observations)
        embedding = self.student.get_latent(observations)
        proxy = self.proxy.get_latent(observations)
        return functional.mse_loss(embedding, target) + functional.mse_loss(proxy, embedding.detach())

    def after_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float]:
        """Let student and proxy follow."""
        return {"following": self.following.update(pairs, self.following_loss)}
