# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the flight's action term."""

from dataclasses import MISSING

from isaaclab.managers import ActionTermCfg
from isaaclab.utils import configclass

from ...robots import QuadrotorDynamicsCfg


@configclass
class ThrustAndRatesActionCfg(ActionTermCfg):
    """Collective thrust and body rates, as a flight controller takes them in its rate mode."""

    class_type: type | str = "{DIR}.actions:ThrustAndRatesAction"

    asset_name: str = MISSING
    """Name of the quadrotor in the scene."""

    dynamics: QuadrotorDynamicsCfg = QuadrotorDynamicsCfg()
    """Motors, mixing, rate controller and drag."""

    thrust_scale: float = 0.5
    """Change of thrust over weight per action; no action is hover."""

    thrust_range: tuple[float, float] = (0.2, 1.8)
    """Bounds of the commanded thrust over weight."""

    rate_scale: tuple[float, float, float] = (2.0, 2.0, 2.0)
    """Commanded body rates per action, about x, y and z [rad/s]."""

    max_rates: tuple[float, float, float] = (4.0, 4.0, 4.0)
    """Bounds of the commanded body rates [rad/s]."""

    latency_steps: int = 0
    """Delay of commands [physics steps]."""
