# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of PPO with disturbed actions."""

from isaaclab.utils import configclass

from .ppo_cfg import PPOCfg


@configclass
class SmoothedPPOCfg(PPOCfg):
    """Settings of :class:`tsra_lab.algorithms.SmoothedPPO`."""

    class_name: str = "tsra_lab.algorithms:SmoothedPPO"
    """The algorithm, resolved by rsl_rl."""

    action_noise_std: float = 0.5
    """Standard deviation of the noise on the actions, before their scale."""
