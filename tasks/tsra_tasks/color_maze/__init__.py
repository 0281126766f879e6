# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The colour maze: hidden information that looks alike to the student."""

import gymnasium as gym

from . import agents

gym.register(
    id="TSRA-ColorMaze-Rover",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={
        "env_cfg_entry_point": f"{__name__}.color_maze_env_cfg:ColorMazeEnvCfg",
        "default_agent": "rsl_rl",
        "rsl_rl_cfg_entry_point": f"{agents.__name__}:ColorMazeAlignedRunnerCfg",
        "rsl_rl_unmasked_cfg_entry_point": f"{agents.__name__}:ColorMazeUnmaskedRunnerCfg",
        "rsl_rl_sitt_cfg_entry_point": f"{agents.__name__}:ColorMazeSITTRunnerCfg",
        "rsl_rl_dwbc_cfg_entry_point": f"{agents.__name__}:ColorMazeDWBCRunnerCfg",
        "rsl_rl_asymmetric_cfg_entry_point": f"{agents.__name__}:ColorMazeAsymmetricRunnerCfg",
        "rsl_rl_ppo_cfg_entry_point": f"{agents.__name__}:ColorMazePPORunnerCfg",
        "rsl_rl_distillation_cfg_entry_point": f"{agents.__name__}:ColorMazeDistillationRunnerCfg",
        "rsl_rl_aligned_distillation_cfg_entry_point": f"{agents.__name__}:ColorMazeAlignedDistillationRunnerCfg",
    },
)
