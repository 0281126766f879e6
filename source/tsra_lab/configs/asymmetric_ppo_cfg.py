# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of PPO on onboard observations with a privileged critic."""

from isaaclab.utils import configclass

from .ppo_cfg import PPOCfg


@configclass
class AsymmetricPPOCfg(PPOCfg):
    """Settings of :class:`tsra_lab.algorithms.AsymmetricPPO`: PPO's."""

    class_name: str = "tsra_lab.algorithms:AsymmetricPPO"
    """The algorithm, resolved by rsl_rl."""
