# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a task may tell the library about itself, beside its observations, rewards and terminations."""

from __future__ import annotations

import difflib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Protocol

import torch


class OnboardCamera(Protocol):
    """What a task tells of a camera that need not render at every step."""

    fresh: torch.Tensor
    """Whether each environment's last image was rendered for it. Shape is (num_envs,)."""

    def switch(self, on: bool) -> None:
        """Render from the next step on, or stop it."""


@dataclass
class Marks:
    """Dots, or bars, of one colour, for somebody who watches the task."""

    points: torch.Tensor
    """Where the dots are, or the bars begin, from the environment's origin [m]. Shape is (num_envs, num_marks, 3)."""

    color: tuple[float, float, float]
    """Red, green and blue, from 0 to 1."""

    size: float
    """Diameter of the dots, or thickness of the bars [m]."""

    ends: torch.Tensor | None = None
    """Where the bars end, of the shape of ``points``; None for dots."""

    shown: torch.Tensor | None = None
    """Which of them to draw. Shape is (num_envs, num_marks); None for all."""


class TaskHooks:
    """Mix-in for environment configurations: methods that a task may override, each with a default that does nothing.

    A misspelt hook is an error as soon as its class is defined: public methods must be hooks, or override a method of
    a base class. Names of helpers begin with an underscore.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse misspelt hooks.

        Args:
            kwargs: Passed on to other base classes.

        Raises:
            TypeError: If a public method is neither a hook nor an override.
        """
        super().__init_subclass__(**kwargs)
        fields = vars(cls).get("__annotations__", {})
        for name, member in vars(cls).items():
            public_method = isinstance(member, FunctionType | staticmethod | classmethod) and name[0] != "_"
            if not public_method or name in fields or name in OF_ISAAC_LAB or hasattr(super(cls, cls), name):
                continue
            close = difflib.get_close_matches(name, HOOKS, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise TypeError(
                f"{cls.__name__}.{name} is not a hook of a task and overrides nothing.{hint} The hooks are:"
                f" {', '.join(HOOKS)}. A helper's name begins with an underscore."
            )

    def evaluation_mode(self) -> None:
        """Change the configuration from training to evaluation, for instance where episodes begin."""

    def onboard_camera(self, env: Any) -> OnboardCamera | None:
        """The onboard camera, if it need not render at every step of training.

        Args:
            env: Environment of this configuration.

        Returns:
            The camera; None if the onboard observations are complete at every step.
        """
        return None

    def step_metrics(self, env: Any) -> dict[str, torch.Tensor]:
        """Metrics of the present step, which evaluation averages over each episode.

        Args:
            env: Environment of this configuration.

        Returns:
            Values by name, NaN where a step does not count. Shapes are (num_envs,).
        """
        return {}

    def initial_state(self, env: Any) -> dict[str, torch.Tensor]:
        """The state, just after a reset, from which another simulator can run the same episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            Values by name. Shapes are (num_envs, ...).
        """
        return {}

    def overlay(self, env: Any) -> dict[str, Marks]:
        """What to draw into the scene for somebody who watches: what the sensors reach, and what they cannot see.

        Args:
            env: Environment of this configuration.

        Returns:
            Marks by name, the same names and numbers at every step.
        """
        return {}

    def resampled_hidden_state(self, env: Any) -> AbstractContextManager[torch.Tensor] | None:
        """Redraw what the onboard sensors cannot tell, for as long as the context lasts.

        Args:
            env: Environment of this configuration.

        Returns:
            Context that yields which environments were redrawn, of shape (num_envs,), and then restores the state;
            None if the task cannot redraw it.
        """
        return None


OF_ISAAC_LAB = ("validate_config",)
"""Methods that Isaac Lab looks for in a configuration though no base class of it has them."""

HOOKS = tuple(name for name in vars(TaskHooks) if not name.startswith("_"))
"""Names of the hooks."""


def hooks_of(env_or_cfg: Any) -> TaskHooks:
    """Find the hooks of a task.

    Args:
        env_or_cfg: Environment, wrapped or not, or its configuration.

    Returns:
        The configuration if it has hooks, the defaults otherwise.

    Raises:
        TypeError: If the configuration has methods named like hooks, but does not derive from :class:`TaskHooks`.
    """
    base = getattr(env_or_cfg, "unwrapped", env_or_cfg)
    cfg = getattr(base, "cfg", base)
    if isinstance(cfg, TaskHooks):
        return cfg
    if found := [name for name in HOOKS if callable(getattr(cfg, name, None))]:
        raise TypeError(
            f"{type(cfg).__name__} has {', '.join(found)}, which would not be called, because it does not derive from"
            " tsra_lab.hooks.TaskHooks: add that base class."
        )
    return TaskHooks()
