# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Where the student acts while the teacher learns."""

from __future__ import annotations

import math

import torch
from tensordict import TensorDict

from tsra_lab.alignment import RenderSchedule
from tsra_lab.models import EncodedPolicy


class StudentRollouts:
    """Lets the head act on the student's embedding in a share of the rollout.

    The head then learns by reinforcement learning on what the student really sees and does, and pairs come from where
    the student goes. Where the onboard camera renders at intervals, the student acts in the rollouts that are
    rendered; otherwise in the same share of the environments, in all rollouts.
    """

    def __init__(self, share: float, schedule: RenderSchedule, student: EncodedPolicy) -> None:
        """Decide where the student acts.

        Args:
            share: Share of the rollout in which the student acts; 0 for none.
            schedule: When the onboard camera renders.
            student: Policy whose embedding it is.

        Raises:
            ValueError: If the camera renders another share of the rollouts.
        """
        if share and schedule.interval > 1 and not math.isclose(share, 1.0 / schedule.interval):
            raise ValueError(
                f"The student acts in a share of {share:g} of the rollouts (student_share), but the camera renders a"
                f" share of {1.0 / schedule.interval:g} (pairs.render_interval={schedule.interval}). Set"
                f" student_share={1.0 / schedule.interval:g}, or render_interval=1."
            )
        self.share = share
        self.schedule = schedule
        self.student = student

    @torch.no_grad()
    def mix(self, obs: TensorDict, embedding: torch.Tensor) -> torch.Tensor:
        """Put the student's embedding in place of the teacher's where the student acts.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).
            embedding: The teacher's, of shape (num_envs, embedding_dim).

        Returns:
            What the head acts on, of shape (num_envs, embedding_dim).
        """
        acts = self.acts(obs)
        if not acts.any():
            self.student.reset()  # a memory would miss this step
            return embedding
        if self.student.is_recurrent:
            # its memory needs all steps of all environments
            return torch.where(acts[:, None], self.student.get_latent(obs), embedding)
        embedding[acts] = self.student.get_latent(obs[acts])
        return embedding

    def acts(self, obs: TensorDict) -> torch.Tensor:
        """In which environments the student acts, of shape (num_envs,)."""
        whole = self.schedule.interval > 1
        share = float(self.schedule.this_rollout) if whole and self.share else self.share
        acts = torch.arange(len(obs), device=obs.device) < round(share * len(obs))
        # a rollout's first image was not rendered
        fresh = self.schedule.fresh(obs.device)
        return acts if fresh is None else acts & fresh
