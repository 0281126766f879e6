# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Guided policy optimisation (GPO, arXiv:2505.15418)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from tensordict import TensorDict

from tsra_lab.alignment import Pairs

from .action_divergence import action_divergence
from .phases import Following
from .teacher_student_ppo import TeacherStudentPPO

FIRST_PENALTY, LARGEST_PENALTY = 0.1, 10.0
"""Penalty with which a teacher begins that leaves its student behind, and its upper bound."""

STEP = 1.2
"""Factor by which the penalty changes in an update, and by which the divergence may be off its target."""


class GuidedPPO(TeacherStudentPPO):
    """Keeps a teacher within reach of its student (Li et al., arXiv:2505.15418, the form with a penalty).

    PPO's loss of the teacher holds the divergence of its actions from the student's, with a coefficient that grows
    while the divergence is above its target and shrinks while it is below. The student imitates the teacher.

    Deviations from the publication: teacher and student have an encoder each and share the head, where the paper's
    share one network; the penalty's gradient reaches the teacher's encoder alone, for a head that ignores its input
    would satisfy it; the student imitates in a phase after PPO, and takes no policy gradient of its own.
    """

    def __init__(self, *parts: Any, following: Mapping[str, Any], desired_divergence: float, **ppo: Any) -> None:
        """Assemble the algorithm.

        Args:
            parts: As :class:`TeacherStudentPPO` takes them.
            following: Settings of :class:`tsra_lab.configs.FollowingCfg`.
            desired_divergence: Divergence between teacher and student that the penalty aims at.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.

        Raises:
            ValueError: If the camera is not to render at every step.
        """
        super().__init__(*parts, **ppo)
        if self.pairs.schedule.interval > 1:
            raise ValueError("GuidedPPO needs the onboard observations of every step: set render_interval to 1.")
        self.desired_divergence = desired_divergence
        self.penalty = 0.0
        self.following = Following({"student": self.student.encoder}, self.max_grad_norm, **following)
        self.registry.add_optimizer("following_optimizer", self.following.optimizer)
        self.registry.add_number("penalty", self, "penalty")

    def rollout_observations(self, obs: TensorDict) -> TensorDict:
        """Add those of the student, on which the penalty depends."""
        return super().rollout_observations(obs).update(obs.select(*self.contract["sets"]["student"]))

    def auxiliary_loss(self, observations: TensorDict) -> torch.Tensor:
        """Weighted divergence of the teacher's actions from the student's, for the teacher's encoder alone."""
        return self.penalty * action_divergence(self.teacher, self.student, observations).mean()

    def following_loss(self, observations: TensorDict) -> torch.Tensor:
        """Divergence of the student's actions from the teacher's, for the student's encoder alone."""
        return action_divergence(self.student, self.teacher, observations).mean()

    def after_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float]:
        """Let the student imitate, and adapt the penalty to what is left.

        Returns:
            ``following``, the mean divergence in the imitation, and ``penalty``, the coefficient of the next update.
        """
        divergence = self.following.update(pairs, self.following_loss)
        if divergence > STEP * self.desired_divergence:
            self.penalty = min(max(STEP * self.penalty, FIRST_PENALTY), LARGEST_PENALTY)
        elif divergence < self.desired_divergence / STEP:
            self.penalty = self.penalty / STEP
        return {"following": divergence, "penalty": self.penalty}
