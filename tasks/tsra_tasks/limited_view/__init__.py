# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The limited view: hidden information that lies where the student does not look."""

import gymnasium as gym

from . import agents

gym.register(
    id="TSRA-LimitedView-Rover",
    entry_point="isaaclab.envs:ManagerBasedRLEnv",
    disable_env_checker=True,
    kwargs={
        "env_cfg_entry_point": f"{__name__}.limited_view_env_cfg:LimitedViewEnvCfg",
        "default_agent": "rsl_rl",
        "rsl_rl_cfg_entry_point": f"{agents.__name__}:LimitedViewAlignedRunnerCfg",
        "rsl_rl_unmasked_cfg_entry_point": f"{agents.__name__}:LimitedViewUnmaskedRunnerCfg",
        "rsl_rl_sitt_cfg_entry_point": f"{agents.__name__}:LimitedViewSITTRunnerCfg",
        "rsl_rl_dwbc_cfg_entry_point": f"{agents.__name__}:LimitedViewDWBCRunnerCfg",
        "rsl_rl_asymmetric_cfg_entry_point": f"{agents.__name__}:LimitedViewAsymmetricRunnerCfg",
        "rsl_rl_ppo_cfg_entry_point": f"{agents.__name__}:LimitedViewPPORunnerCfg",
        "rsl_rl_distillation_cfg_entry_point": f"{agents.__name__}:LimitedViewDistillationRunnerCfg",
        "rsl_rl_aligned_distillation_cfg_entry_point": f"{agents.__name__}:LimitedViewAlignedDistillationRunnerCfg",
    },
)
