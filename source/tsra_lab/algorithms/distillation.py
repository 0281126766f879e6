# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Distillation of a teacher into a student: behaviour cloning, and DAgger in embedding and action space."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn as nn
from rsl_rl.algorithms import Distillation
from tensordict import TensorDict

from tsra_lab.alignment import optimizer_step, share_of
from tsra_lab.models import EncodedPolicy


class BehaviorCloning(Distillation):
    """rsl_rl's distillation on rollouts of the *teacher*; rsl_rl's own rolls out the student, which is DAgger.

    The student never sees where its own mistakes lead (Ross et al., arXiv:1011.0686).
    """

    def act(self, obs: TensorDict) -> torch.Tensor:
        """Act with the teacher.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            The teacher's actions, of shape (num_envs, num_actions).
        """
        super().act(obs)
        return self.transition.privileged_actions


class AlignedDistillation(Distillation):
    """Refines the zero-shot student of AlignedPPO: DAgger on actions and on embeddings.

    The student starts as the encoder and head that AlignedPPO trained and moves both; its head is a copy, so the
    teacher stays as it was. What is imitated is the teacher's deterministic action. The student's observation
    statistics move after each update, on the rollout, as in rsl_rl's distillation; the teacher's never.
    """

    student: EncodedPolicy
    """Policy of the onboard observations."""

    teacher: EncodedPolicy
    """Policy of the privileged observations, frozen."""

    def __init__(
        self,
        student: EncodedPolicy,
        teacher: EncodedPolicy,
        *args: Any,
        rollout_policy: str,
        embedding_loss_weight: float,
        batch_size: int,
        **distillation: Any,
    ) -> None:
        """Assemble the algorithm; ``construct_algorithm`` of rsl_rl builds the parts.

        Args:
            student: Policy to train.
            teacher: Policy to imitate.
            args: Further positional arguments of :class:`rsl_rl.algorithms.Distillation`.
            rollout_policy: This and what follows: as in :class:`tsra_lab.configs.AlignedDistillationCfg`.
            distillation: Settings of :class:`rsl_rl.algorithms.Distillation`.

        Raises:
            ValueError: If the rollout policy is unknown, or the encoder has a memory, which shuffling would break.
        """
        if rollout_policy not in ("student", "teacher"):
            raise ValueError(f"rollout_policy must be 'student' or 'teacher', not '{rollout_policy}'.")
        if student.is_recurrent:
            raise ValueError("AlignedDistillation shuffles samples, so it cannot train a recurrent student.")
        super().__init__(student, teacher, *args, **distillation)
        self.teacher.requires_grad_(False)
        self.rollout_policy = rollout_policy
        self.embedding_loss_weight = embedding_loss_weight
        self.batch_size = batch_size

    def act(self, obs: TensorDict) -> torch.Tensor:
        """Act with the rollout policy.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            Actions of shape (num_envs, num_actions).
        """
        actions = super().act(obs)
        return actions if self.rollout_policy == "student" else self.transition.privileged_actions

    def update(self) -> dict[str, float]:
        """Imitate the teacher on the rollout.

        Returns:
            Mean losses: ``behavior`` (actions) and ``embedding``.
        """
        observations = self.storage.observations.flatten(0, 1)
        targets = self.storage.privileged_actions.flatten(0, 1)
        behavior_total = embedding_total = 0.0
        steps = 0
        for _ in range(self.num_learning_epochs):
            for index in torch.randperm(len(targets), device=targets.device).split(share_of(self.batch_size)):
                embedding = self.student.get_latent(observations[index])
                behavior = self.loss_fn(self.student.act_on(embedding), targets[index])
                distance = nn.functional.mse_loss(embedding, self.teacher.get_latent(observations[index]))
                optimizer_step(self.optimizer, behavior + self.embedding_loss_weight * distance, self.max_grad_norm)
                behavior_total += behavior.item()
                embedding_total += distance.item()
                steps += 1
        self.num_updates += 1
        self.student.update_normalization(observations)
        self.storage.clear()
        return {"behavior": behavior_total / steps, "embedding": embedding_total / steps}
