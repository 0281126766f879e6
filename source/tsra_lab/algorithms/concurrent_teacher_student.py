# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Concurrent teacher and student (CTS, arXiv:2405.10830)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as functional
from rsl_rl.modules import HiddenState
from tensordict import TensorDict

from tsra_lab.alignment import Pairs
from tsra_lab.models import EMBEDDING, EncodedPolicy

from .phases import Following
from .student_rollouts import StudentRollouts
from .teacher_student_ppo import TeacherStudentPPO

STUDENT_ACTS = "student_acts"
"""Entry of a rollout that tells where the student acted. Shape is (num_envs, 1)."""


class ConcurrentPolicy(EncodedPolicy):
    """The teacher's policy, which acts on the student's embedding of the rollout where the student acted."""

    def get_latent(
        self, obs: TensorDict, masks: torch.Tensor | None = None, hidden_state: HiddenState = None
    ) -> torch.Tensor:
        """What the head acts on. Shape is (batch, embedding_dim)."""
        return torch.where(obs[STUDENT_ACTS] > 0.5, obs[EMBEDDING], super().get_latent(obs, masks, hidden_state))


class ConcurrentTeacherStudent(TeacherStudentPPO):
    """PPO of one policy on two encoders at once: in part of the rollout the student's acts (Wang et al., 2405.10830).

    PPO moves the policy head on all samples, and the teacher's encoder on the teacher's alone; the student's encoder
    follows the teacher's by the squared distance of their embeddings.

    Deviations from the publication: embeddings are not normalised to length 1; the head acts on the embedding alone,
    where the paper's also takes the onboard observations themselves; the student's encoder takes its steps after each
    PPO update, on pairs of the whole rollout, not only of its own. Where a camera renders at intervals, the student
    acts in the rollouts that are rendered, in place of a share of the environments.
    """

    def __init__(self, *parts: Any, student_share: float, following: Mapping[str, Any], **ppo: Any) -> None:
        """Assemble the algorithm.

        Args:
            parts: As :class:`TeacherStudentPPO` takes them.
            student_share: Share of the rollout in which the student acts.
            following: Settings of :class:`tsra_lab.configs.FollowingCfg`.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.

        Raises:
            ValueError: If the camera renders another share of the rollouts.
        """
        policies, critic, contract, pairs = parts
        teacher = policies["teacher"]
        actor = ConcurrentPolicy(
            TensorDict({}), {"teacher": teacher.obs_groups}, "teacher", 0, teacher.encoder, teacher.head
        )
        super().__init__(policies, critic, contract, pairs, actor=actor, **ppo)
        self.student_rollouts = StudentRollouts(student_share, self.pairs.schedule, self.student)
        self.following = Following({"student": self.student.encoder}, self.max_grad_norm, **following)
        self.registry.add_optimizer("following_optimizer", self.following.optimizer)

    def rollout_observations(self, obs: TensorDict) -> TensorDict:
        """Add the student's embedding and where it acts."""
        acts = self.student_rollouts.acts(obs)
        with torch.no_grad():
            embedding = self.student_rollouts.mix(obs, self.teacher.get_latent(obs))
        return super().rollout_observations(obs).set(EMBEDDING, embedding).set(STUDENT_ACTS, acts[:, None].float())

    def following_loss(self, observations: TensorDict) -> torch.Tensor:
        """Distance of the student's embedding from the teacher's."""
        with torch.no_grad():
            privileged = self.teacher.get_latent(observations)
        return functional.mse_loss(self.student.get_latent(observations), privileged)

    def after_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float]:
        """Let the student follow."""
        return {"following": self.following.update(pairs, self.following_loss)}
