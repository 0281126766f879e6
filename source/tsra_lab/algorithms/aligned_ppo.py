# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""PPO on an embedding that the teacher shares with its student (TSRA, arXiv:2605.28372)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import torch
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from tsra_lab.alignment import Aligner, AlignmentLoss, PairCollector, Pairs
from tsra_lab.models import EMBEDDING, EncodedPolicy

from .phases import Consistency, action_mismatch
from .student_rollouts import StudentRollouts
from .teacher_student_ppo import TeacherStudentPPO


class AlignedPPO(TeacherStudentPPO):
    """Trains a teacher that acts only on what its student can see (TSRA, arXiv:2605.28372).

    One iteration, after a warm-up of the encoders alone:

    1. Roll out the teacher. Its embedding comes from the slowly moving target encoder and is *cached* in the rollout
       as the observation group ``embedding``, the policy head's only input. PPO's log-probabilities are therefore
       exact, no RL gradient can reach an encoder, and its epochs need no encoder pass.
    2. PPO, rsl_rl's own, on the cached embeddings: moves head, action noise and critic.
    3. Alignment (:class:`tsra_lab.alignment.Aligner`): moves the encoders and their targets, nothing else.
    4. Consistency (:class:`tsra_lab.algorithms.phases.Consistency`): moves the head so that the moved embedding still
       gives the actions of the one before.

    Teacher and student share the head, so the student acts zero-shot.
    """

    takes_shared = True

    def __init__(
        self,
        policies: dict[str, EncodedPolicy],
        critic: MLPModel,
        contract: dict,
        pairs: PairCollector,
        *,
        alignment: Mapping[str, Any],
        encoders: Mapping[str, Any],
        consistency: bool,
        student_share: float,
        **ppo: Any,
    ) -> None:
        """Assemble the algorithm.

        Args:
            policies: Teacher and student.
            critic: Critic.
            contract: Observation contract.
            pairs: What collects the samples to align.
            alignment: Settings of :class:`tsra_lab.configs.AlignmentLossCfg`.
            encoders: Settings of :class:`tsra_lab.configs.EncoderTrainingCfg`.
            consistency: Whether the head makes up for encoders that moved.
            student_share: Share of the rollout in which the student acts.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.

        Raises:
            ValueError: If an extension of PPO is asked for that is not supported, or the camera renders another share
                of the rollouts than that in which the student acts.
        """
        loss = AlignmentLoss(**alignment)
        self.aligner = Aligner(policies["teacher"].encoder, policies["student"].encoder, loss, **encoders)
        super().__init__(policies, critic, contract, pairs, actor=self._choose_actor(policies), **ppo)
        self.student_rollouts = StudentRollouts(student_share, pairs.schedule, self.student)
        self.consistency = Consistency(self.teacher, consistency)
        self.registry.add_model("aligner", self.aligner.encoders)
        self.registry.add_optimizer("aligner_optimizer", self.aligner.optimizer)
        self.registry.add_number("aligner_steps", self.aligner, "steps_done")

    def _choose_actor(self, policies: dict[str, EncodedPolicy]) -> MLPModel:
        """Let the policies act on the targets, and PPO train the head alone (gradient mask)."""
        for name, policy in policies.items():
            policy.encoder = self.aligner.targets[name]
        return policies["teacher"].head

    def rollout_observations(self, obs: TensorDict) -> TensorDict:
        """Add the teacher's embedding, which is what the policy head acts on."""
        with torch.no_grad():
            embedding = self.teacher.get_latent(obs)
        return super().rollout_observations(obs).set(EMBEDDING, self.student_rollouts.mix(obs, embedding))

    def process_env_step(
        self, obs: TensorDict, rewards: torch.Tensor, dones: torch.Tensor, extras: dict[str, torch.Tensor]
    ) -> None:
        """Record a step."""
        self.student.reset(dones)
        super().process_env_step(obs, rewards, dones, extras)

    def before_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float] | None:
        """Warm up: the embedding means nothing yet, so learn it on the initial policy before acting on it."""
        if self.aligner.steps_done >= self.aligner.warmup_steps:
            return None
        self._warm_up_statistics(observations)
        self._update_shared_statistics(observations)
        return self.aligner.update(pairs, self.aligner.warmup_steps)

    def _update_shared_statistics(self, observations: TensorDict) -> None:
        """Update the statistics of what the head takes directly; consistency makes up for what that does to it."""
        if self.teacher.shared is not None:
            self.teacher.shared.update_normalization(observations)

    def _warm_up_statistics(self, observations: TensorDict) -> None:
        """Update the statistics that PPO would have."""
        self.critic.update_normalization(observations)

    def after_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float]:
        """Align the encoders, and move the head after them.

        Returns:
            Loss of the alignment, and health metrics: ``retrieval_accuracy``, ``embedding_std_min``,
            ``embedding_std_mean``, ``policy_drift`` (KL divergence of the teacher's policy caused by the encoder
            update) and ``remaining_drift`` (the same after the head has moved).
        """
        before = self.consistency.behavior(observations)
        self._update_shared_statistics(observations)
        mismatch = functools.partial(action_mismatch, self.teacher)
        losses = self.aligner.update(pairs, self.aligner.steps_per_iteration, mismatch)
        return losses | self.consistency.restore(observations, before)

    def train_mode(self) -> None:
        """Set train mode for what learns; the targets that act stay in evaluation mode."""
        super().train_mode()
        self.aligner.targets.eval()


class UnmaskedPPO(AlignedPPO):
    """Ablation of :class:`AlignedPPO`: the reinforcement learning gradient moves the teacher's encoder too.

    Policies act on the encoders themselves, for moving averages would not follow PPO. The student never acts in the
    rollout: PPO learns on the teacher's observations, not on what was acted on.
    """

    def __init__(self, *parts: Any, student_share: float, **settings: Any) -> None:
        """Assemble the algorithm.

        Args:
            parts: As :class:`AlignedPPO` takes them.
            student_share: 0.
            settings: As :class:`AlignedPPO` takes them.

        Raises:
            ValueError: As :class:`AlignedPPO`, and if the student is to act.
        """
        if student_share:
            raise ValueError("UnmaskedPPO's student cannot act in the rollout: set student_share to 0.")
        super().__init__(*parts, student_share=student_share, **settings)

    def _choose_actor(self, policies: dict[str, EncodedPolicy]) -> MLPModel:
        """Leave the policies their encoders, and let PPO train the teacher's, statistics included."""
        self.aligner.learns_statistics = ("student",)
        return policies["teacher"]

    def _warm_up_statistics(self, observations: TensorDict) -> None:
        """Update the statistics that PPO would have, the teacher's among them."""
        super()._warm_up_statistics(observations)
        self.teacher.update_normalization(observations)
