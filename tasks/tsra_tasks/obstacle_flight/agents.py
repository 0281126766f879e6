# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the obstacle flight, one for each method: those of all camera tasks, with name and what was tuned here."""

from isaaclab.utils import configclass

from ..cameras import agents


@configclass
class FlightAlignedRunnerCfg(agents.CameraAlignedRunnerCfg):
    """TSRA."""

    experiment_name = "obstacle_flight_aligned"


@configclass
class FlightMemoryRunnerCfg(agents.CameraMemoryRunnerCfg):
    """TSRA whose student has a memory."""

    experiment_name = "obstacle_flight_memory"


@configclass
class FlightSITTRunnerCfg(agents.CameraSITTRunnerCfg):
    """Student-Informed Teacher Training."""

    experiment_name = "obstacle_flight_sitt"


@configclass
class FlightAsymmetricRunnerCfg(agents.CameraAsymmetricRunnerCfg):
    """PPO on onboard observations with a privileged critic."""

    experiment_name = "obstacle_flight_asymmetric"


@configclass
class FlightPPORunnerCfg(agents.CameraPPORunnerCfg):
    """Plain PPO on the privileged state."""

    experiment_name = "obstacle_flight_ppo"


@configclass
class FlightDistillationRunnerCfg(agents.CameraDistillationRunnerCfg):
    """DAgger or behaviour cloning of the plain PPO teacher."""

    experiment_name = "obstacle_flight_distillation"


@configclass
class FlightAlignedDistillationRunnerCfg(agents.CameraAlignedDistillationRunnerCfg):
    """DAgger on the aligned teacher."""

    experiment_name = "obstacle_flight_aligned_distillation"
