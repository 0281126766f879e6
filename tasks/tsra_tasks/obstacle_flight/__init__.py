# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The obstacle flight: a quadrotor with a forward depth camera among posts."""

import gymnasium as gym

from . import agents

gym.register(
    id="TSRA-ObstacleFlight-Quadrotor",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={
        "env_cfg_entry_point": f"{__name__}.obstacle_flight_env_cfg:ObstacleFlightEnvCfg",
        "default_agent": "rsl_rl",
        "rsl_rl_cfg_entry_point": f"{agents.__name__}:FlightAlignedRunnerCfg",
        "rsl_rl_memory_cfg_entry_point": f"{agents.__name__}:FlightMemoryRunnerCfg",
        "rsl_rl_sitt_cfg_entry_point": f"{agents.__name__}:FlightSITTRunnerCfg",
        "rsl_rl_asymmetric_cfg_entry_point": f"{agents.__name__}:FlightAsymmetricRunnerCfg",
        "rsl_rl_ppo_cfg_entry_point": f"{agents.__name__}:FlightPPORunnerCfg",
        "rsl_rl_distillation_cfg_entry_point": f"{agents.__name__}:FlightDistillationRunnerCfg",
        "rsl_rl_aligned_distillation_cfg_entry_point": f"{agents.__name__}:FlightAlignedDistillationRunnerCfg",
    },
)
