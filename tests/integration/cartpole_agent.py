# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""AlignedPPO for Isaac Lab's own ``Isaac-Cartpole``, by configuration alone."""

import sys

import gymnasium as gym

from isaaclab.utils import configclass

from tsra_lab.configs import AlignedRunnerCfg, MLPModelCfg, PolicyHeadCfg

AGENT = "rsl_rl_aligned_cfg_entry_point"
"""Key of the agent's configuration in the registry."""


@configclass
class CartpoleAlignedRunnerCfg(AlignedRunnerCfg):
    """Everyone sees the task's only group. The encoders start apart, so that they agree has to be learnt."""

    num_steps_per_env = 64
    max_iterations = 150
    save_interval = 50
    experiment_name = "cartpole_aligned"
    obs_groups = {"teacher": ["policy"], "student": ["policy"], "critic": ["policy"]}
    # the task gives raw joint velocities, which grow tenfold once the pole swings
    teacher = MLPModelCfg(hidden_dims=[32, 32], activation="elu")
    student = MLPModelCfg(hidden_dims=[32, 32], activation="elu")
    actor = PolicyHeadCfg(
        hidden_dims=[32],
        activation="elu",
        distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=1.0),
    )
    critic = MLPModelCfg(hidden_dims=[32, 32], activation="elu")


def register() -> list[str]:
    """Add the agent to the task's registration: Isaac Lab's ``--external_callback``.

    Returns:
        The command line, of which this takes nothing.
    """
    gym.spec("Isaac-Cartpole").kwargs[AGENT] = f"{__name__}:{CartpoleAlignedRunnerCfg.__name__}"
    return sys.argv[1:]
