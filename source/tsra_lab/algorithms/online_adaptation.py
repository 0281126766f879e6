# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Regularised online adaptation (Deep Whole-Body Control, arXiv:2210.10044)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as functional
from tensordict import TensorDict

from tsra_lab.alignment import Pairs

from .phases import Following
from .teacher_student_ppo import TeacherStudentPPO


class OnlineAdaptation(TeacherStudentPPO):
    """Pulls a privileged encoder, trained by PPO, and an onboard encoder together (Fu et al., arXiv:2210.10044).

    The privileged embedding is drawn to the onboard one, ``weight * |z_T - sg(z_S)|^2`` within PPO's loss, and the
    onboard embedding follows, ``|sg(z_T) - z_S|^2``, where ``sg`` stops the gradient. The weight grows linearly from
    zero, so that the policy first learns what is worth knowing. With ``regularization_weight=0`` the teacher learns
    from rewards alone and the student's encoder only follows.

    Deviations from the publication: the policy acts on the embedding alone, where the paper's also takes the onboard
    observations themselves; the onboard encoder sees the present, not a history, as every method here does; it takes
    its steps after each PPO update, not within.
    """

    def __init__(
        self,
        *parts: Any,
        following: Mapping[str, Any],
        regularization_weight: float,
        ramp_iterations: int,
        **ppo: Any,
    ) -> None:
        """Assemble the algorithm.

        Args:
            parts: As :class:`TeacherStudentPPO` takes them.
            following: Settings of :class:`tsra_lab.configs.FollowingCfg`.
            regularization_weight: Final weight of the pull on the privileged encoder.
            ramp_iterations: Iterations over which the weight grows from zero.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.

        Raises:
            ValueError: If ``ramp_iterations`` is not positive, or the camera is not to render at every step.
        """
        super().__init__(*parts, **ppo)
        if self.pairs.schedule.interval > 1:
            raise ValueError("OnlineAdaptation needs the onboard observations of every step: set render_interval to 1.")
        if ramp_iterations < 1:
            raise ValueError(f"ramp_iterations must be at least 1, not {ramp_iterations}.")
        self.regularization_weight = regularization_weight
        self.ramp_iterations = ramp_iterations
        self.updates_done = 0
        self.following = Following({"student": self.student.encoder}, self.max_grad_norm, **following)
        self.registry.add_optimizer("following_optimizer", self.following.optimizer)
        self.registry.add_number("updates_done", self, "updates_done")

    def rollout_observations(self, obs: TensorDict) -> TensorDict:
        """Add those of the student, on which the pull depends."""
        return super().rollout_observations(obs).update(obs.select(*self.contract["sets"]["student"]))

    def auxiliary_loss(self, observations: TensorDict) -> torch.Tensor:
        """Pull of the onboard embedding on the privileged one."""
        weight = self.regularization_weight * min(1.0, self.updates_done / self.ramp_iterations)
        with torch.no_grad():
            onboard = self.student.get_latent(observations)
        return weight * functional.mse_loss(self.teacher.get_latent(observations), onboard)

    def following_loss(self, observations: TensorDict) -> torch.Tensor:
        """Distance of the onboard embedding from the privileged one."""
        with torch.no_grad():
            privileged = self.teacher.get_latent(observations)
        return functional.mse_loss(self.student.get_latent(observations), privileged)

    def after_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float]:
        """Let the student follow; the next pull has a larger weight."""
        self.updates_done += 1
        return {"following": self.following.update(pairs, self.following_loss)}
