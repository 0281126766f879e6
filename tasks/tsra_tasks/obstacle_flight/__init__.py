# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The obstacle flight: a quadrotor with a forward depth camera among posts."""

from dataclasses import replace

from ..shared.suites import CAMERA_SUITE

SUITE = replace(
    CAMERA_SUITE,
    experiment="obstacle_flight",
    # the rest of the privileged observations is what the robot's own sensors tell, without their noise
    hidden=["surroundings"],
)
"""Agents of the obstacle flight."""

SUITE.register("TSRA-ObstacleFlight-Quadrotor", f"{__name__}.obstacle_flight_env_cfg:ObstacleFlightEnvCfg")
