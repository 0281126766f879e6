# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Pairs of a rollout, single samples or sequences, and how batches are drawn from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from rsl_rl.env import VecEnv
from rsl_rl.modules import HiddenState
from tensordict import TensorDict

from tsra_lab.hooks import OnboardCamera

from .memory import PairMemory
from .schedule import RenderSchedule, find_onboard_camera
from .sequences import FIRST, MEMORY, pack


@dataclass
class Pairs:
    """Observations of both sets at the same samples, one tensor per group, images in half precision."""

    latest: TensorDict
    """Those of the last rollout that has any. Shapes are (num_pairs, ...), or (time, num_envs, ...) for sequences."""

    past: PairMemory
    """Those of rollouts before; none for sequences."""

    repeated: bool = False
    """Whether the latest were given before, because the last rollout has none."""

    @property
    def are_sequences(self) -> bool:
        """Whether the samples are in sequences."""
        return self.latest.dim() > 1

    def __len__(self) -> int:
        """Number of samples."""
        return self.latest.numel() + len(self.past)

    def new_samples(self) -> TensorDict | None:
        """The latest pairs as single samples, of shapes (num_pairs, ...); None if they were given before."""
        if self.repeated:
            return None
        return self.latest.flatten(0, 1) if self.are_sequences else self.latest

    def draw(self, batch_size: int) -> TensorDict:
        """Draw a batch of different samples, or of sequences with so many samples in all.

        A sample drawn twice would be a false negative of itself.

        Args:
            batch_size: Number of samples; fewer where there are fewer.

        Returns:
            Observations in single precision. Shapes are (batch, ...), or (time, num_sequences, ...).
        """
        if self.are_sequences:
            length, count = self.latest.batch_size
            order = torch.randperm(count, device=self.latest.device)
            return full_precision(self.latest[:, order[: max(1, batch_size // length)]])
        order = _draw_different(len(self), batch_size, self.latest.device)
        if len(self.past) == 0:
            return full_precision(self.latest[order])
        old = order < len(self.past)
        return full_precision(torch.cat([self.past[order[old]], self.latest[order[~old] - len(self.past)]]))


class PairCollector:
    """Collects the samples of a rollout at which the onboard observations are complete.

    Reinforcement learning of a privileged teacher needs no image, so a camera need not render at every step: it is
    switched on for one step in ``render_interval``, and only those samples are paired. For a student with memory,
    which needs sequences, it is switched on for one rollout in ``render_interval``, and in between the last sequences
    are given again. Without a camera every sample is paired.
    """

    def __init__(
        self,
        groups: Iterable[str],
        camera: OnboardCamera | None = None,
        render_interval: int = 1,
        kept_pairs: int = 0,
        sequences: bool = False,
        whole_rollouts: bool = False,
    ) -> None:
        """Start without pairs.

        Args:
            groups: Observation groups of both sets.
            camera: Onboard camera; None if there is none to switch.
            render_interval: The camera renders at one of so many steps, or rollouts for sequences.
            kept_pairs: Number of pairs of past rollouts that are given beside those of the present one. None of past
                sequences are kept, for the memory with which they begin would be of another encoder.
            sequences: Whether to keep samples in sequences.
            whole_rollouts: Whether the camera renders whole rollouts for single samples too.

        Raises:
            ValueError: If the interval is not positive, the number of kept pairs negative, or there is no camera to
                switch.
        """
        if kept_pairs and sequences:
            print("[INFO] The student has a memory and learns from sequences of one rollout: no past pairs are kept.")
            kept_pairs = 0
        self.groups = list(dict.fromkeys(groups))
        self.sequences = sequences
        self.schedule = RenderSchedule(camera, render_interval, whole_rollouts=sequences or whole_rollouts)
        self._past = PairMemory(kept_pairs)
        self._latest: list[TensorDict] = []
        self._given = False
        self._repeated = False
        self._begins: torch.Tensor | None = None
        self._memory: torch.Tensor | None = None

    @classmethod
    def of(
        cls, env: VecEnv, obs_groups: dict[str, list[str]], sequences: bool, whole_rollouts: bool, **settings: int
    ) -> PairCollector:
        """Collect the pairs of an environment for the observation sets ``teacher`` and ``student``.

        Args:
            env: Environment.
            obs_groups: Observation sets and the groups in them.
            sequences: Whether to keep samples in sequences.
            whole_rollouts: Whether the camera renders whole rollouts for single samples too.
            settings: As in :class:`tsra_lab.configs.PairsCfg`.

        Returns:
            The collector.

        Raises:
            ValueError: As the constructor.
        """
        groups = [*obs_groups["teacher"], *obs_groups["student"]]
        return cls(groups, find_onboard_camera(env), sequences=sequences, whole_rollouts=whole_rollouts, **settings)

    def add(self, obs: TensorDict, memory: HiddenState = None) -> None:
        """Keep the present sample where it is complete, and switch the camera for the next step.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).
            memory: The student's, before this sample; None if it is empty.
        """
        if self._given and self.schedule.this_rollout:  # of another rollout
            if self._latest and not self.sequences:
                self._past.add(torch.cat(self._latest))
            self._latest, self._given, self._repeated = [], False, False
        sample = _compressed(obs.select(*self.groups))
        fresh = self.schedule.fresh(obs.device)
        if not self.schedule.this_rollout:
            pass  # the first sample may be complete, but belongs to no rollout that is kept
        elif not self.sequences:
            self._latest.append(sample if fresh is None else sample[fresh])
        elif fresh is None or fresh.all():
            # the first sample of all begins an episode, as far as anyone knows
            begins = torch.ones_like(sample[self.groups[0]][:, 0]) if self._begins is None else self._begins
            if not self._latest:
                self._memory = pack(memory)
            self._latest.append(sample.set(FIRST, begins > 0.5))
        self.schedule.end_step()

    def end_step(self, dones: torch.Tensor) -> None:
        """Take note of where an episode ended, so that the next sample begins another.

        Args:
            dones: Which episodes ended, of shape (num_envs,).
        """
        self._begins = dones.float()

    def take(self) -> Pairs:
        """Give the pairs of the rollout, which ends with this, and those kept; of sequences, the last there are.

        Like a rollout storage, it keeps them until another rollout begins.

        Raises:
            ValueError: If there are none.
        """
        self.schedule.end_rollout()
        repeated, self._given, self._repeated = self._repeated, True, True
        join = torch.stack if self.sequences else torch.cat
        latest: TensorDict | None = join(self._latest) if self._latest else None
        if latest is None or latest.batch_size[0] == 0:
            raise ValueError(
                f"The rollout holds no pair: the camera renders at one of {self.schedule.interval} steps. Lower"
                " render_interval or lengthen the rollout (num_steps_per_env)."
            )
        if self._memory is not None:
            latest.set(MEMORY, self._memory.expand(*latest.batch_size, -1))
        return Pairs(latest, self._past, repeated)


def _draw_different(total: int, count: int, device: torch.device | None) -> torch.Tensor:
    """Draw different numbers below ``total`` in random order: ``count`` of them, or all where there are fewer."""
    if total < 4 * count:
        return torch.randperm(total, device=device)[:count]
    # a permutation of all pairs kept costs more than a step of small encoders: draw more than needed, drop doubles
    drawn = torch.randint(total, (2 * count,), device=device).unique()
    return drawn[torch.randperm(len(drawn), device=device)[:count]]


def full_precision(pairs: TensorDict) -> TensorDict:
    """Undo the compression of :class:`PairCollector` for a batch.

    Args:
        pairs: Observations, images in half precision.

    Returns:
        The same in single precision.
    """
    return pairs.apply(lambda tensor: tensor.float() if tensor.dtype == torch.float16 else tensor)


def _compressed(sample: TensorDict) -> TensorDict:
    """Images in half precision: exact to 1/4000 of a value between 0 and 1, in half the memory."""
    # apply, unlike a new TensorDict, keeps the device: rsl_rl makes the masks of sequences on the one that is named
    return sample.apply(lambda tensor: tensor.half() if tensor.dim() > 2 else tensor.clone())
