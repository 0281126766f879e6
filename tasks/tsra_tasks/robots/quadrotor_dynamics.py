# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a quadrotor's flight controller, motors and propellers do between a command and the wrench on its body."""

from __future__ import annotations

import math

import torch

from isaaclab.utils import configclass


@configclass
class QuadrotorDynamicsCfg:
    """Parameters of a Crazyflie 2.0 with 45 mm propellers.

    Source where not said otherwise: J. Förster, System Identification of the Crazyflie 2.0 Nano Quadrocopter, ETH
    Zurich, 2015.
    """

    arm: float = 0.046
    """Distance from the centre to a motor's axis [m]."""

    torque_per_thrust: float = 0.00596
    """Torque about a propeller's axis per thrust [m]."""

    max_motor_thrust: float = 0.15
    """Largest thrust of one motor [N]: 2.2 times the weight for all four."""

    motor_time_constant: float = 0.04
    """Time constant of a motor's thrust [s]; our choice within what is reported for such motors."""

    drag: tuple[float, float, float] = (0.0062, 0.0062, 0.0069)
    """Drag along the body's axes [N s/m]: Förster's coefficients at the motors' speed in hover."""

    rate_gain: tuple[float, float, float] = (14.0, 14.0, 8.0)
    """Gains of the body rate controller about the body's axes [1/s]: its response, without the motors' lag, has time
    constants of their inverse. Our choice: about critically damped with the lag."""


class QuadrotorDynamics:
    """Body rate controller, motor mixing and saturation, motor lag and drag of many quadrotors.

    Motors are numbered clockwise from the front right, as the Crazyflie's; 1 and 3 turn counter-clockwise. All vectors
    are in the body frame: x ahead, y left, z up.
    """

    def __init__(self, cfg: QuadrotorDynamicsCfg, inertia: torch.Tensor, weight: torch.Tensor) -> None:
        """Start with motors that hold the weight.

        Args:
            cfg: Parameters.
            inertia: Moments of inertia about the body's axes [kg m^2]. Shape is (num_envs, 3).
            weight: Weights [N]. Shape is (num_envs,).
        """
        self.cfg = cfg
        self.inertia = inertia
        self.weight = weight
        device = inertia.device
        reach = cfg.arm / math.sqrt(2.0)
        self.mixing = torch.tensor(
            [
                [1.0, 1.0, 1.0, 1.0],  # thrust
                [-reach, -reach, reach, reach],  # roll: left motors push the left side up
                [-reach, reach, reach, -reach],  # pitch: rear motors push the nose down
                [-cfg.torque_per_thrust, cfg.torque_per_thrust, -cfg.torque_per_thrust, cfg.torque_per_thrust],  # yaw
            ],
            device=device,
        )
        """Thrust and torques from the motors' thrusts. Shape is (4, 4)."""
        self._unmixing = torch.linalg.inv(self.mixing)
        self._drag = torch.tensor(cfg.drag, device=device)
        self._rate_gain = torch.tensor(cfg.rate_gain, device=device)
        self.motor_thrusts = (0.25 * weight[:, None]).repeat(1, 4)
        """Thrust of each motor [N]. Shape is (num_envs, 4)."""

    def reset(self, env_ids: torch.Tensor | slice) -> None:
        """Let motors hold the weight.

        Args:
            env_ids: Quadrotors to reset.
        """
        self.motor_thrusts[env_ids] = 0.25 * self.weight[env_ids, None]

    def wrench(
        self, thrust: torch.Tensor, rates: torch.Tensor, velocity: torch.Tensor, body_rates: torch.Tensor, dt: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Advance the motors by one physics step and give the wrench on the body.

        Args:
            thrust: Commanded collective thrust [N]. Shape is (num_envs,).
            rates: Commanded body rates [rad/s]. Shape is (num_envs, 3).
            velocity: Velocity in the body frame [m/s]. Shape is (num_envs, 3).
            body_rates: Body rates [rad/s]. Shape is (num_envs, 3).
            dt: Duration of the step [s].

        Returns:
            Force [N] and torque [N m] at the centre of mass, each of shape (num_envs, 3).
        """
        gyroscopic = torch.cross(body_rates, self.inertia * body_rates, dim=-1)
        torque = self.inertia * self._rate_gain * (rates - body_rates) + gyroscopic
        demand = torch.cat([thrust[:, None], torque], dim=-1) @ self._unmixing.T
        demand = demand.clamp(0.0, self.cfg.max_motor_thrust)
        # exact for a demand that holds during the step
        self.motor_thrusts += (1.0 - math.exp(-dt / self.cfg.motor_time_constant)) * (demand - self.motor_thrusts)
        made = self.motor_thrusts @ self.mixing.T
        force = -self._drag * velocity
        force[:, 2] += made[:, 0]
        return force, made[:, 1:]
