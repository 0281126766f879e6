# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Opening a drawer: hidden information that the robot's own arm covers."""

import gymnasium as gym

from . import agents

AGENTS = {
    "default_agent": "rsl_rl",
    "rsl_rl_cfg_entry_point": f"{agents.__name__}:DrawerAlignedRunnerCfg",
    "rsl_rl_memory_cfg_entry_point": f"{agents.__name__}:DrawerMemoryRunnerCfg",
    "rsl_rl_sitt_cfg_entry_point": f"{agents.__name__}:DrawerSITTRunnerCfg",
    "rsl_rl_asymmetric_cfg_entry_point": f"{agents.__name__}:DrawerAsymmetricRunnerCfg",
    "rsl_rl_ppo_cfg_entry_point": f"{agents.__name__}:DrawerPPORunnerCfg",
    "rsl_rl_distillation_cfg_entry_point": f"{agents.__name__}:DrawerDistillationRunnerCfg",
    "rsl_rl_aligned_distillation_cfg_entry_point": f"{agents.__name__}:DrawerAlignedDistillationRunnerCfg",
}
"""Agents of the drawer task, whatever the arm and the cabinet."""

gym.register(
    id="TSRA-OpenDrawer-Arm",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={"env_cfg_entry_point": f"{__name__}.open_drawer_env_cfg:OpenDrawerEnvCfg", **AGENTS},
)

gym.register(
    id="TSRA-OpenDrawer-Franka",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={"env_cfg_entry_point": f"{__name__}.franka_env_cfg:FrankaDrawerEnvCfg", **AGENTS},
)
