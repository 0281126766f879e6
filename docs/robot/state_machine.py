# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Between a student and the motors of a robot with legs: when it may act, and what is done when it may not.

Needs numpy and tsra_deploy alone. It serves any student whose actions are positions of joints, and which observes
gravity in the trunk's frame and joint positions from the default pose, as Isaac Lab's ``projected_gravity`` and
``joint_pos_rel`` are. ``walk_in_mujoco.py`` beside it runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from tsra_deploy import ActionError, ObservationError, Policy


class Mode(Enum):
    """What the robot does."""

    OFF = "off"
    """Its joints are damped and do not hold it: before anything else, and whenever asked for."""

    STANDING_UP = "standing up"
    """Its joints move to the default pose."""

    STANDING = "standing"
    """They hold it."""

    RUNNING = "running"
    """The student acts."""

    STOPPING = "stopping"
    """The student acts, commanded as slow a walk as it was trained for."""

    FALLEN = "fallen"
    """It lies, or is about to, and its joints are damped. Only ``off`` leads out of it."""


REQUESTS = {
    "stand": ((Mode.OFF,), Mode.STANDING_UP),
    "run": ((Mode.STANDING,), Mode.RUNNING),
    "stop": ((Mode.RUNNING,), Mode.STOPPING),
    "off": (tuple(Mode), Mode.OFF),
}
"""What may be asked for: in which modes, and where it leads."""


ACTING = (Mode.RUNNING, Mode.STOPPING)
"""Modes in which the student acts."""


@dataclass(frozen=True)
class MotorCommand:
    """What the motors are told: torque = stiffness * (position - measured position) - damping * measured velocity."""

    positions: np.ndarray
    """Positions of the joints ``policy.target_names`` [rad]."""

    stiffness: np.ndarray
    """Stiffness of each [N m/rad]."""

    damping: np.ndarray
    """Damping of each [N m s/rad]."""


class StateMachine:
    """Says at each control step what the motors are told."""

    def __init__(
        self,
        policy: Policy,
        stand_up_time: float = 1.5,
        slow_down_time: float = 1.0,
        halt_time: float = 0.2,
        largest_tilt: float = 1.0,
        gravity: str = "projected_gravity",
        joints: str = "joint_pos_rel",
        command: str = "velocity_commands",
    ) -> None:
        """Begin with the motors off.

        Args:
            policy: The student.
            stand_up_time: How long the joints take to the default pose from lying [s].
            slow_down_time: How long the student is commanded to walk slowly, before it stops [s].
            halt_time: How long the joints then take to the default pose [s]. It must be short: legs in the air do not
                carry the robot meanwhile.
            largest_tilt: Tilt of the trunk beyond which the robot has fallen [rad].
            gravity: Observation of the unit vector along gravity, in the trunk's frame.
            joints: Observation of the joints' positions, from their default ones.
            command: Observation of the commanded velocity: ahead, to the left, about up.

        Raises:
            ValueError: If the student does not observe these, or the contract has no gains of a joint that it moves or
                no ranges of the command.
        """
        terms = {term["name"]: term for item in policy.inputs for term in item["terms"]}
        if missing := {gravity, joints, command} - set(policy.sensor_names):
            raise ValueError(f"The student does not observe {sorted(missing)}: it observes {policy.sensor_names}.")
        names, described = policy.target_names, policy.contract["joints"]
        self.policy = policy
        self.mode = Mode.OFF
        self.reason = ""
        """Why the mode changed unasked, else empty."""
        self._gravity, self._joints, self._command = gravity, joints, command
        self._slow = _slowest(policy.contract["commands"], command)
        self._order = _places_of(names, terms[joints]["joints"], f"the observation '{joints}'")
        places = _places_of(names, described["names"], "the contract's joints")
        gains = {key: [described[key][place] for place in places] for key in ("stiffness", "damping")}
        if any(None in values for values in gains.values()):
            raise ValueError("The contract has no gains of some of the joints that the student moves.")
        self._stiffness, self._damping = np.array(gains["stiffness"]), np.array(gains["damping"])
        self._default = np.array([described["default_position"][place] for place in places])
        self._largest_tilt = largest_tilt
        self._stand_up_time, self._slow_down_time, self._halt_time = stand_up_time, slow_down_time, halt_time
        self._steps, self._last_step = 0, 1
        self._start = self._last = self._default

    def request(self, what: str) -> None:
        """Ask for another mode.

        Args:
            what: One of :data:`REQUESTS`.

        Raises:
            ValueError: If there is no such request, or it may not be made in the present mode; nothing changes then.
        """
        if what not in REQUESTS:
            raise ValueError(f"There is no request '{what}': {', '.join(REQUESTS)}.")
        modes, leads_to = REQUESTS[what]
        if self.mode not in modes:
            allowed = " or ".join(mode.value for mode in modes)
            raise ValueError(f"'{what}' is for a robot that is {allowed}; it is {self.mode.value}.")
        self._enter(leads_to)

    def step(self, readings: Mapping[str, np.ndarray], observed_at: float | None = None) -> MotorCommand:
        """Take one control step.

        Args:
            readings: As :meth:`tsra_deploy.Policy.act` takes them, of one robot.
            observed_at: Likewise.

        Returns:
            What the motors are told.
        """
        measured = self._measured(readings)
        if self.mode not in (Mode.OFF, Mode.FALLEN) and self._tilt(readings) > self._largest_tilt:
            self._enter(Mode.FALLEN, f"it tilted by more than {self._largest_tilt} rad")
        if self.mode is Mode.STOPPING and self._steps == self._last_step:
            self._enter(Mode.STANDING_UP)
        if self.mode in ACTING:
            self._steps += 1
            slow = {self._command: self._slow} if self.mode is Mode.STOPPING else {}
            try:
                self._last = self.policy.act({**readings, **slow}, observed_at)
                return MotorCommand(self._last, self._stiffness, self._damping)
            except (ObservationError, ActionError) as error:
                self._enter(Mode.STANDING_UP, str(error))
        if self.mode in (Mode.OFF, Mode.FALLEN):
            self._last = measured
            return MotorCommand(measured, np.zeros_like(self._stiffness), self._damping)
        self._steps += 1
        share = min(self._steps / self._last_step, 1.0)
        if share == 1.0:
            self.mode = Mode.STANDING  # the reason stays: it may have stood up unasked
        self._last = self._start + share * (self._default - self._start)
        return MotorCommand(self._last, self._stiffness, self._damping)

    def _enter(self, mode: Mode, reason: str = "") -> None:
        """Change the mode. Joints begin where they were last told to be, or, while they were damped, measured."""
        to_stand = self._halt_time if self.mode in ACTING else self._stand_up_time
        duration = self._slow_down_time if mode is Mode.STOPPING else to_stand
        self._last_step = max(round(duration / self.policy.control_period), 1)
        self.mode, self.reason, self._steps, self._start = mode, reason, 0, self._last
        if mode is not Mode.STOPPING:
            self.policy.reset()  # whatever it saw is of another episode

    def _measured(self, readings: Mapping[str, np.ndarray]) -> np.ndarray:
        """Positions of the joints [rad]; what they were last told to be if the sensors do not tell."""
        positions = np.asarray(readings.get(self._joints, np.nan), float)
        if positions.shape != (len(self._order),) or not np.isfinite(positions).all():
            return self._last
        return self._default + positions[self._order]

    def _tilt(self, readings: Mapping[str, np.ndarray]) -> float:
        """Angle between the trunk's vertical and that of the world [rad]; NaN if the sensors do not tell."""
        down = np.asarray(readings.get(self._gravity, np.nan), float)
        return float(np.arccos(np.clip(-down[2], -1.0, 1.0))) if down.shape == (3,) else float("nan")


def _slowest(commands: list[dict], name: str) -> np.ndarray:
    """The command nearest to standing still that the student was trained with [m/s, m/s, rad/s].

    Raises:
        ValueError: If the contract does not tell the ranges of one command of a velocity.
    """
    axes = ("lin_vel_x", "lin_vel_y", "ang_vel_z")
    found = [item["ranges"] for item in commands if set(axes) <= set(item["ranges"] or {})]
    if len(found) != 1:
        raise ValueError(f"The contract has ranges of {len(found)} velocities, so '{name}' cannot be slowed down.")
    low, high = np.array([found[0][axis] for axis in axes], float).T  # an open bound is None, and so NaN
    return np.fmin(np.fmax(np.zeros(3), low), high)


def _places_of(names: list[str], among: list[str] | None, where: str) -> list[int]:
    """Where names stand among others.

    Raises:
        ValueError: If one is missing.
    """
    if missing := sorted(set(names) - set(among or [])):
        raise ValueError(f"The student moves {missing}, which are not among {where}.")
    return [among.index(name) for name in names]
