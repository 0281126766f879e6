# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Moments at which both views of the world are at hand: all that alignment needs of the onboard sensors."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Protocol

import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from .sequences import FIRST


class OnboardCamera(Protocol):
    """What a task tells of a camera that need not render at every step."""

    fresh: torch.Tensor
    """Whether each environment's last image was rendered for it. Shape is (num_envs,)."""

    def switch(self, on: bool) -> None:
        """Render from the next step on, or stop it."""


def find_onboard_camera(env: VecEnv) -> OnboardCamera | None:
    """Find the camera of a task whose configuration has the hook ``onboard_camera(env)``.

    Args:
        env: Environment.

    Returns:
        The camera; None if the task has none, so that all its observations are always at hand.
    """
    base = getattr(env, "unwrapped", None)
    hook = getattr(getattr(base, "cfg", None), "onboard_camera", None)
    return None if hook is None else hook(base)


class PairCollector:
    """Collects the moments of a rollout at which the onboard observations are complete.

    Reinforcement learning of a privileged teacher needs no image, so a camera need not render at every step: it is
    switched on for one step in ``render_interval``, and only those moments are paired. For a student with memory,
    which needs sequences, it is switched on for one rollout in ``render_interval``, and in between the last sequences
    are given again. Images are kept in half precision. Without a camera every moment is paired.
    """

    def __init__(
        self,
        groups: Iterable[str],
        camera: OnboardCamera | None = None,
        render_interval: int = 1,
        sequences: bool = False,
        kept_rollouts: int = 1,
    ) -> None:
        """Start without pairs.

        Args:
            groups: Observation groups of both views.
            camera: Onboard camera; None if there is none to switch.
            render_interval: The camera renders at one of so many steps, or rollouts for sequences.
            sequences: Whether to keep moments in sequences.
            kept_rollouts: Pairs of so many rollouts are given at once. What both views show of a moment does not depend
                on the policy, so old pairs stay true.

        Raises:
            ValueError: If interval or kept rollouts are not positive, or there is no camera to switch.
        """
        if kept_rollouts < 1:
            raise ValueError(f"kept_rollouts must be at least 1, not {kept_rollouts}.")
        if kept_rollouts > 1 and sequences:
            raise ValueError("Sequences are of one rollout: set kept_rollouts to 1 for a student with memory.")
        if render_interval < 1:
            raise ValueError(f"render_interval must be at least 1, not {render_interval}.")
        if render_interval > 1 and camera is None:
            raise ValueError(
                f"render_interval is {render_interval}, but the task's configuration has no method 'onboard_camera',"
                " so no camera can be switched. Set it to 1, or add the method."
            )
        self.groups = list(dict.fromkeys(groups))
        self.camera = camera
        self.render_interval = render_interval
        self.sequences = sequences
        self.num_frames = 0
        """Onboard images rendered for pairs so far, over all environments."""
        self._steps = 0
        self._rollouts = 0
        self._given = False
        self._past: deque[TensorDict] = deque(maxlen=kept_rollouts - 1)
        self._moments: list[TensorDict] = []
        self._begins: torch.Tensor | None = None

    @classmethod
    def of(
        cls,
        env: VecEnv,
        obs_groups: dict[str, list[str]],
        render_interval: int,
        sequences: bool = False,
        kept_rollouts: int = 1,
    ) -> PairCollector:
        """Collect the pairs of an environment for the observation sets ``teacher`` and ``student``.

        Args:
            env: Environment.
            obs_groups: Observation sets and the groups in them.
            render_interval: As for the constructor.
            sequences: As for the constructor.
            kept_rollouts: As for the constructor.

        Returns:
            The collector.

        Raises:
            ValueError: As the constructor.
        """
        groups = [*obs_groups["teacher"], *obs_groups["student"]]
        return cls(groups, find_onboard_camera(env), render_interval, sequences, kept_rollouts)

    def add(self, obs: TensorDict) -> None:
        """Keep the present moment where it is complete, and switch the camera for the next step.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).
        """
        rendering = self._rollouts % self.render_interval == 0 or not self.sequences
        if self._given and rendering:  # of another rollout
            if self._moments and not self.sequences:
                self._past.append(torch.cat(self._moments))
            self._moments, self._given = [], False
        moment = _compressed(obs.select(*self.groups))
        fresh = None if self.camera is None else self.camera.fresh.to(obs.device)
        if self.camera is not None:
            self.num_frames += int(fresh.sum())
        if not self.sequences:
            self._moments.append(moment if fresh is None else moment[fresh])
        elif rendering and (fresh is None or fresh.all()):
            # the first moment of all begins an episode, as far as anyone knows
            begins = torch.ones_like(moment[self.groups[0]][:, 0]) if self._begins is None else self._begins
            self._moments.append(moment.set(FIRST, begins > 0.5))
        self._steps += 1
        if self.camera is not None:
            count = self._rollouts if self.sequences else self._steps
            self.camera.switch(count % self.render_interval == 0)

    def end_step(self, dones: torch.Tensor) -> None:
        """Take note of where an episode ended, so that the next moment begins another.

        Args:
            dones: Which episodes ended, of shape (num_envs,).
        """
        self._begins = dones.float()

    def take(self) -> TensorDict:
        """Give the pairs of the rollout, which ends with this, and of those kept; of sequences, the last there are.

        Like a rollout storage, it keeps them until another rollout begins.

        Returns:
            Observations of both views, one tensor per group, images in half precision. Shapes are (num_pairs, ...), or
            (time, num_envs, ...) for sequences.

        Raises:
            ValueError: If there are none.
        """
        self._rollouts += 1
        self._given = True
        join = torch.stack if self.sequences else torch.cat
        pairs = join([*self._past, *self._moments]) if self._moments else None
        if pairs is None or pairs.batch_size[0] == 0:
            raise ValueError(
                f"The rollout holds no pair: the camera renders at one of {self.render_interval} steps. Lower"
                " render_interval or lengthen the rollout (num_steps_per_env)."
            )
        return pairs

    def latest(self) -> TensorDict:
        """Of the pairs that :meth:`take` gave, those of the rollout alone: what is new.

        Returns:
            As for :meth:`take`.
        """
        return (torch.stack if self.sequences else torch.cat)(self._moments)

    def render_always(self) -> None:
        """Let the camera render at every step, for a student that acts."""
        if self.camera is not None:
            self.camera.switch(True)


def full_precision(pairs: TensorDict) -> TensorDict:
    """Undo the compression of :class:`PairCollector` for a batch.

    Args:
        pairs: Observations, images in half precision.

    Returns:
        The same in single precision.
    """
    return pairs.apply(lambda tensor: tensor.float() if tensor.dtype == torch.float16 else tensor)


def _compressed(moment: TensorDict) -> TensorDict:
    """Images in half precision: exact to 1/4000 of a value between 0 and 1, in half the memory."""
    return TensorDict(
        {name: tensor.half() if tensor.dim() > 2 else tensor.clone() for name, tensor in moment.items()},
        batch_size=moment.batch_size,
    )
