# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The two encoders, their slowly moving copies and the updates that align them."""

from __future__ import annotations

import copy

import torch
import torch.nn as nn
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from .losses import alignment_loss
from .metrics import embedding_health
from .pairs import full_precision
from .sequences import embed


class Aligner:
    """Learns an embedding that the privileged and the onboard view share (TSRA, arXiv:2605.28372).

    It alone moves the encoders: no gradient of reinforcement learning ever reaches them (gradient mask). Policies act
    on the targets, exponential moving averages of the encoders (stability), never on the encoders themselves.
    """

    def __init__(
        self,
        teacher_encoder: MLPModel,
        student_encoder: MLPModel,
        *,
        contrast_weight: float,
        match_weight: float,
        variance_weight: float,
        covariance_weight: float,
        temperature: float,
        learning_rate: float,
        steps_per_iteration: int,
        warmup_steps: int,
        batch_size: int,
        max_grad_norm: float,
        target_decay: float,
    ) -> None:
        """Create the targets and the optimiser. :class:`tsra_lab.configs.AlignmentCfg` documents the settings.

        Args:
            teacher_encoder: Encoder of the privileged observations.
            student_encoder: Encoder of the onboard observations.
            contrast_weight: See the configuration.
            match_weight: See the configuration.
            variance_weight: See the configuration.
            covariance_weight: See the configuration.
            temperature: See the configuration.
            learning_rate: See the configuration.
            steps_per_iteration: See the configuration.
            warmup_steps: See the configuration.
            batch_size: See the configuration.
            max_grad_norm: See the configuration.
            target_decay: See the configuration.
        """
        self.encoders = nn.ModuleDict({"teacher": teacher_encoder, "student": student_encoder})
        self.targets = copy.deepcopy(self.encoders).requires_grad_(False)
        self.optimizer = torch.optim.Adam(self.encoders.parameters(), lr=learning_rate)
        self.weights = {
            "contrast_weight": contrast_weight,
            "match_weight": match_weight,
            "variance_weight": variance_weight,
            "covariance_weight": covariance_weight,
            "temperature": temperature,
        }
        self.steps_per_iteration = steps_per_iteration
        self.warmup_steps = warmup_steps
        self.batch_size = batch_size
        self.max_grad_norm = max_grad_norm
        self.target_decay = target_decay
        self.steps_done = 0
        """Number of encoder steps taken so far."""

    def update(self, pairs: TensorDict, num_steps: int, latest: TensorDict | None = None) -> dict[str, float]:
        """Align the encoders on pairs drawn at random over time and environments, then move the targets.

        Drawing over the whole rollout matters: within an episode its constants are shortcuts for a contrastive loss,
        and neighbours in time are false negatives.

        Args:
            pairs: Observations of both views at the same moments, one tensor per group, as
                :class:`tsra_lab.alignment.PairCollector` gives them: single moments or sequences.
            num_steps: Number of encoder steps.
            latest: Those of the pairs that no update saw before, which observation statistics learn from; None for
                all.

        Returns:
            ``alignment``, the mean loss (0 without steps), and the health of the target embedding after the last step
            (:func:`embedding_health`).
        """
        self.encoders.train()
        latest = pairs if latest is None else latest
        for encoder in self.encoders.values():
            encoder.update_normalization(latest.flatten(0, latest.dim() - 1))
        total = 0.0
        for _ in range(num_steps):
            batch = self._draw(pairs)
            teacher, student = embed(self.encoders["teacher"], batch), embed(self.encoders["student"], batch)
            loss = alignment_loss(teacher, student, **self.weights)
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.encoders.parameters(), self.max_grad_norm)
            self.optimizer.step()
            self._move_targets()
            total += loss.item()
        self.steps_done += num_steps
        batch = self._draw(pairs)
        with torch.no_grad():
            health = embedding_health(embed(self.targets["teacher"], batch), embed(self.targets["student"], batch))
        return {"alignment": total / max(num_steps, 1), **health}

    def to(self, device: str) -> Aligner:
        """Move everything to a device. Call it before the first update."""
        self.encoders.to(device)
        self.targets.to(device)
        return self

    def state_dict(self) -> dict:
        """Everything that an interrupted run needs to go on."""
        return {
            "encoders": self.encoders.state_dict(),
            "targets": self.targets.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "steps_done": self.steps_done,
        }

    def load_state_dict(self, state: dict) -> None:
        """Restore what :meth:`state_dict` gave.

        Args:
            state: State of an aligner with the same encoders.
        """
        self.encoders.load_state_dict(state["encoders"])
        self.targets.load_state_dict(state["targets"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps_done = state["steps_done"]

    def _draw(self, pairs: TensorDict) -> TensorDict:
        """Draw a batch of different moments, or of sequences with so many moments in all.

        A moment drawn twice would be a false negative of itself.
        """
        if pairs.dim() == 1:
            order = torch.randperm(pairs.batch_size[0], device=pairs.device)
            return full_precision(pairs[order[: self.batch_size]])
        length, count = pairs.batch_size
        order = torch.randperm(count, device=pairs.device)
        return full_precision(pairs[:, order[: max(1, self.batch_size // length)]])

    @torch.no_grad()
    def _move_targets(self) -> None:
        """Move the targets towards the encoders, observation statistics included."""
        for target, source in zip(self.targets.state_dict().values(), self.encoders.state_dict().values(), strict=True):
            if target.is_floating_point():
                target.lerp_(source, 1.0 - self.target_decay)
            else:
                target.copy_(source)
