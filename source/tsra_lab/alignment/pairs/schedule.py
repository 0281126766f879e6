# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""When an onboard camera renders."""

from __future__ import annotations

import torch
from rsl_rl.env import VecEnv

from tsra_lab.hooks import OnboardCamera, hooks_of


def find_onboard_camera(env: VecEnv) -> OnboardCamera | None:
    """Find the camera of a task.

    Args:
        env: Environment.

    Returns:
        The camera; None if the task has none, so that all its observations are always at hand.
    """
    base = getattr(env, "unwrapped", None)
    return hooks_of(base).onboard_camera(base)


class RenderSchedule:
    """Switches a camera on for one step, or one whole rollout, in ``interval``."""

    def __init__(self, camera: OnboardCamera | None, interval: int, whole_rollouts: bool) -> None:
        """Begin with a step, or rollout, that renders.

        Args:
            camera: Onboard camera; None if there is none to switch.
            interval: The camera renders at one of so many steps, or rollouts.
            whole_rollouts: Whether the interval counts rollouts.

        Raises:
            ValueError: If the interval is not positive, or there is no camera to switch.
        """
        if interval < 1:
            raise ValueError(f"render_interval must be at least 1, not {interval}.")
        if interval > 1 and camera is None:
            raise ValueError(
                f"render_interval is {interval}, but the task's configuration has no method 'onboard_camera', so no"
                " camera can be switched. Set it to 1, or add the method (tsra_lab.hooks.TaskHooks)."
            )
        self.camera = camera
        self.interval = interval
        self.whole_rollouts = whole_rollouts
        self._steps = 0
        self._rollouts = 0

    @property
    def this_rollout(self) -> bool:
        """Whether the present rollout has images at all."""
        return not self.whole_rollouts or self._rollouts % self.interval == 0

    def fresh(self, device: torch.device | None) -> torch.Tensor | None:
        """Which environments' observations are complete, of shape (num_envs,); None for all."""
        return None if self.camera is None else self.camera.fresh.to(device)

    def end_step(self) -> None:
        """Switch the camera for the next step."""
        self._steps += 1
        if self.camera is not None:
            count = self._rollouts if self.whole_rollouts else self._steps
            self.camera.switch(count % self.interval == 0)

    def end_rollout(self) -> None:
        """Take note that a rollout has ended."""
        self._rollouts += 1

    def render_always(self) -> None:
        """Let the camera render at every step, for a student that acts."""
        if self.camera is not None:
            self.camera.switch(True)
