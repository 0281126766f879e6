# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Regularised online adaptation (Deep Whole-Body Control, arXiv:2210.10044)."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from tensordict import TensorDict

from .encoded_ppo import EncodedPPO


class OnlineAdaptation(EncodedPPO):
    """Pulls a privileged encoder, trained by PPO, and an onboard encoder together (Fu et al., arXiv:2210.10044).

    The privileged embedding is drawn to the onboard one, ``weight * |z_T - sg(z_S)|^2`` within PPO's loss, and the
    onboard embedding follows, ``|sg(z_T) - z_S|^2``, where ``sg`` stops the gradient. The weight grows linearly from
    zero, so that the policy first learns what is worth knowing. With ``regularization_weight=0`` the teacher learns
    from rewards alone and the student's encoder only follows.

    Deviations from the publication: the policy acts on the embedding alone, where the paper's also takes the onboard
    observations themselves; the onboard encoder sees the present, not a history, as every method here does; it takes
    its steps after each PPO update, not within.
    """

    rollout_views = ("teacher", "critic", "student")

    def __init__(
        self, *args: object, regularization_weight: float = 1.0, ramp_iterations: int = 100, **encoded_ppo: object
    ) -> None:
        """Assemble the algorithm.

        Args:
            args: Parts, as :class:`EncodedPPO` takes them.
            regularization_weight: Final weight of the pull on the privileged encoder.
            ramp_iterations: Iterations over which the weight grows from zero.
            encoded_ppo: Settings of :class:`EncodedPPO`.

        Raises:
            ValueError: If ``ramp_iterations`` is not positive, or the camera is not to render at every step.
        """
        super().__init__(*args, **encoded_ppo)
        if self.pairs.render_interval > 1:
            raise ValueError("OnlineAdaptation needs the onboard observations of every step: set render_interval to 1.")
        if ramp_iterations < 1:
            raise ValueError(f"ramp_iterations must be at least 1, not {ramp_iterations}.")
        self.regularization_weight = regularization_weight
        self.ramp_iterations = ramp_iterations
        self.updates_done = 0

    def teacher_loss(self, observations: TensorDict) -> torch.Tensor:
        """Pull of the onboard embedding on the privileged one."""
        weight = self.regularization_weight * min(1.0, self.updates_done / self.ramp_iterations)
        with torch.no_grad():
            onboard = self.student.get_latent(observations)
        return weight * functional.mse_loss(self.teacher.get_latent(observations), onboard)

    def alignment_loss(self, observations: TensorDict) -> torch.Tensor:
        """Distance of the onboard embedding from the privileged one."""
        with torch.no_grad():
            privileged = self.teacher.get_latent(observations)
        return functional.mse_loss(self.student.get_latent(observations), privileged)

    def update(self) -> dict[str, float]:
        """Learn from the rollout; the next has a larger weight."""
        losses = super().update()
        self.updates_done += 1
        return losses

    def save(self) -> dict:
        """Everything that an interrupted run needs to go on."""
        return super().save() | {"updates_done": self.updates_done}

    def load(self, loaded_dict: dict, load_cfg: dict | None, strict: bool) -> bool:
        """Restore what :meth:`save` gave."""
        restore_iteration = super().load(loaded_dict, load_cfg, strict)
        self.updates_done = loaded_dict["updates_done"]
        return restore_iteration
