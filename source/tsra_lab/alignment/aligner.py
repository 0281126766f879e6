# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The two encoders, their slowly moving copies and the updates that align them."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch
import torch.nn as nn
import torch.nn.functional as functional
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from .losses import AlignmentLoss
from .metrics import embedding_health
from .optimizer_step import optimizer_step
from .pairs import Pairs, embed
from .ranks import gather_batch, share_of


class Encoders(nn.ModuleDict):
    """The encoders of teacher and student."""

    teacher: MLPModel
    student: MLPModel


Mismatch = Callable[[torch.Tensor, torch.Tensor, TensorDict], torch.Tensor]
"""Of the teacher's and the student's embeddings of a batch, and its observations, what there is to lose."""


class Aligner:
    """Learns an embedding that privileged state and onboard observation share (TSRA, arXiv:2605.28372).

    It alone moves the encoders: no gradient of reinforcement learning ever reaches them (gradient mask). Policies act
    on the targets, exponential moving averages of the encoders (stability), never on the encoders themselves.
    """

    learns_statistics: tuple[str, ...] = ("teacher", "student")
    """Encoders whose observation statistics move here; those of the targets follow."""

    def __init__(
        self,
        teacher_encoder: MLPModel,
        student_encoder: MLPModel,
        loss: AlignmentLoss,
        *,
        learning_rate: float,
        constant_steps: int,
        steps_per_iteration: int,
        warmup_steps: int,
        batch_size: int,
        max_grad_norm: float,
        stability_weight: float,
        imitation_weight: float,
        target_decay: float,
    ) -> None:
        """Create the targets and the optimiser.

        Args:
            teacher_encoder: Encoder of the privileged observations.
            student_encoder: Encoder of the onboard observations.
            loss: What aligns both embeddings.
            learning_rate: This and what follows: as in :class:`tsra_lab.configs.EncoderTrainingCfg`.
        """
        self.encoders = Encoders({"teacher": teacher_encoder, "student": student_encoder})
        self.targets = copy.deepcopy(self.encoders).requires_grad_(False)
        self.optimizer = torch.optim.Adam(self.encoders.parameters(), lr=learning_rate)
        self.loss = loss
        self.learning_rate = learning_rate
        self.constant_steps = constant_steps
        self.steps_per_iteration = steps_per_iteration
        self.warmup_steps = warmup_steps
        self.batch_size = batch_size
        self.max_grad_norm = max_grad_norm
        self.stability_weight = stability_weight
        self.imitation_weight = imitation_weight
        self.target_decay = target_decay
        self.steps_done = 0
        """Number of encoder steps taken so far."""

    def update(self, pairs: Pairs, num_steps: int, mismatch: Mismatch | None = None) -> dict[str, float]:
        """Align the encoders on pairs drawn at random over time and environments, then move the targets.

        Drawing over the whole rollout matters: within an episode its constants are shortcuts for a contrastive loss,
        and neighbours in time are false negatives. Observation statistics learn from the latest pairs alone, which no
        update saw before.

        Args:
            pairs: Observations of both sets.
            num_steps: Number of encoder steps.
            mismatch: How far the student is from the teacher in actions; None where the policy means nothing yet.

        Returns:
            ``alignment``, the mean loss (0 without steps), ``imitation``, the mean mismatch (0 where it is not looked
            at), and the health of the target embedding after the last step (:func:`embedding_health`).
        """
        self.encoders.train()
        if (new := pairs.new_samples()) is not None:
            for name in self.learns_statistics:
                getattr(self.encoders, name).update_normalization(new)
        total = missed = 0.0
        for _ in range(num_steps):
            self._decay_learning_rate()
            batch = pairs.draw(share_of(self.batch_size))
            embeddings = _embed_both(self.encoders, batch)
            loss = self.loss(*map(gather_batch, embeddings))
            if self.stability_weight:
                loss = loss + self.stability_weight * self._instability(embeddings, batch)
            if self.imitation_weight and mismatch is not None:
                imitation = mismatch(*embeddings, batch)
                loss = loss + self.imitation_weight * imitation
                missed += imitation.item()
            optimizer_step(self.optimizer, loss, self.max_grad_norm)
            self._move_targets()
            total += loss.item()
            self.steps_done += 1
        with torch.no_grad():
            health = embedding_health(*_embed_both(self.targets, pairs.draw(share_of(self.batch_size))))
        steps = max(num_steps, 1)
        return {"alignment": total / steps, "imitation": missed / steps, **health}

    def _decay_learning_rate(self) -> None:
        """Set the optimiser's learning rate for the next step, which follows from the number of steps alone."""
        beyond = max(1.0, self.steps_done / self.constant_steps) if self.constant_steps else 1.0
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate / math.sqrt(beyond)

    def _instability(self, embeddings: tuple[torch.Tensor, torch.Tensor], batch: TensorDict) -> torch.Tensor:
        """Sum over both views of the mean squared difference to what the policies act on."""
        with torch.no_grad():
            teacher, student = _embed_both(self.targets, batch)
        return functional.mse_loss(embeddings[0], teacher) + functional.mse_loss(embeddings[1], student)

    @torch.no_grad()
    def _move_targets(self) -> None:
        """Move the targets towards the encoders, observation statistics included."""
        for target, source in zip(self.targets.state_dict().values(), self.encoders.state_dict().values(), strict=True):
            if target.is_floating_point():
                target.lerp_(source, 1.0 - self.target_decay)
            else:
                target.copy_(source)


def _embed_both(encoders: Encoders, batch: TensorDict) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings of teacher and student of a batch."""
    return embed(encoders.teacher, batch), embed(encoders.student, batch)
