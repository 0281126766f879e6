# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The velocity that a walking robot is commanded, drawn and updated as Isaac Lab's ``UniformVelocityCommand`` does."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from .world import WorldError

LINEAR = ("lin_vel_x", "lin_vel_y")
"""Ranges of the linear velocity, ahead and to the left."""


class VelocityCommand:
    """A velocity in the robot's frame, whose yaw rate brings the heading to a target."""

    def __init__(self, cfg: dict) -> None:
        """Read the ranges.

        Args:
            cfg: Configuration of the command term.

        Raises:
            WorldError: If some commands have no target of the heading, or are to stand still.
        """
        if not cfg["heading_command"] or cfg["rel_heading_envs"] != 1.0 or cfg["rel_standing_envs"] != 0.0:
            raise WorldError("Here every command has a target of the heading, and none is to stand still.")
        self._ranges, self._stiffness = cfg["ranges"], cfg["heading_control_stiffness"]
        self._periods = cfg["resampling_time_range"]
        self.value = np.zeros(3)
        """Velocity ahead and to the left [m/s], and yaw rate [rad/s]."""
        self._heading = 0.0
        self._time_left = np.float32(0.0)

    def begin(self, state: Mapping[str, np.ndarray]) -> None:
        """Take over a command.

        Args:
            state: ``command``, as :attr:`value`; ``heading_target`` [rad]; and ``command_time_left`` [s], the time
                until the next is drawn.
        """
        self.value = np.array(state["command"], dtype=float)
        self._heading = float(state["heading_target"])
        self._time_left = np.float32(state["command_time_left"])

    def update(self, heading: float, period: float, random: np.random.Generator) -> None:
        """Go on by a control period: draw the next command if it is time, and turn towards the target.

        Args:
            heading: Heading of the robot [rad].
            period: The control period [s].
            random: Source of randomness.
        """
        self._time_left -= np.float32(period)  # in the other simulator's precision, so that it ends in the same step
        if self._time_left <= 0.0:
            self._time_left = np.float32(random.uniform(*self._periods))
            self.value[:2] = [random.uniform(*self._ranges[name]) for name in LINEAR]
            self._heading = random.uniform(*self._ranges["heading"])
        error = math.remainder(self._heading - heading, 2.0 * math.pi)
        self.value[2] = np.clip(self._stiffness * error, *self._ranges["ang_vel_z"])
