# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A quadrotor's rate controller, motors and drag in numpy: ``tsra_tasks.robots.QuadrotorDynamics`` again."""

from __future__ import annotations

import math

import numpy as np


class QuadrotorDynamics:
    """Body rate controller, motor mixing and saturation, motor lag and drag of one quadrotor.

    Motors are numbered clockwise from the front right; 1 and 3 turn counter-clockwise. All vectors are in the body
    frame: x ahead, y left, z up.
    """

    def __init__(self, cfg: dict, inertia: np.ndarray, weight: float) -> None:
        """Start with motors that hold the weight.

        Args:
            cfg: Parameters, as ``QuadrotorDynamicsCfg`` names them.
            inertia: Moments of inertia about the body's axes [kg m^2]. Shape is (3,).
            weight: Weight [N].
        """
        self.inertia, self.weight = inertia, weight
        reach, spin = cfg["arm"] / math.sqrt(2.0), cfg["torque_per_thrust"]
        thrust, roll, pitch, yaw = (
            np.ones(4),
            reach * np.array([-1.0, -1.0, 1.0, 1.0]),
            reach * np.array([-1.0, 1.0, 1.0, -1.0]),
            spin * np.array([-1.0, 1.0, -1.0, 1.0]),
        )
        self._mixing = np.stack([thrust, roll, pitch, yaw])
        self._unmixing = np.linalg.inv(self._mixing)
        self._drag, self._rate_gain = np.array(cfg["drag"]), np.array(cfg["rate_gain"])
        self._max_motor_thrust, self._time_constant = cfg["max_motor_thrust"], cfg["motor_time_constant"]
        self.motor_thrusts = np.full(4, 0.25 * weight)
        """Thrust of each motor [N]. Shape is (4,)."""

    def wrench(
        self, thrust: float, rates: np.ndarray, velocity: np.ndarray, body_rates: np.ndarray, dt: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Advance the motors by one physics step and give the wrench on the body.

        Args:
            thrust: Commanded collective thrust [N].
            rates: Commanded body rates [rad/s]. Shape is (3,).
            velocity: Velocity [m/s]. Shape is (3,).
            body_rates: Body rates [rad/s]. Shape is (3,).
            dt: Duration of the step [s].

        Returns:
            Force [N] and torque [N m] at the centre of mass, each of shape (3,).
        """
        gyroscopic = np.cross(body_rates, self.inertia * body_rates)
        torque = self.inertia * self._rate_gain * (rates - body_rates) + gyroscopic
        demand = np.clip(self._unmixing @ np.append(thrust, torque), 0.0, self._max_motor_thrust)
        share = 1.0 - math.exp(-dt / self._time_constant)  # exact for a demand that holds during the step
        self.motor_thrusts = self.motor_thrusts + share * (demand - self.motor_thrusts)
        made = self._mixing @ self.motor_thrusts
        return np.array([0.0, 0.0, made[0]]) - self._drag * velocity, made[1:]
