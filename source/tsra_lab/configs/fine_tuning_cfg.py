# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of reinforcement learning that goes on from a student."""

from isaaclab.utils import configclass

from .asymmetric_ppo_cfg import AsymmetricPPOCfg
from .runner_cfg import AsymmetricRunnerCfg


@configclass
class FineTuningCfg(AsymmetricPPOCfg):
    """Settings of :class:`tsra_lab.algorithms.FineTuning`."""

    class_name: str = "tsra_lab.algorithms:FineTuning"
    """The algorithm, resolved by rsl_rl."""

    critic_warmup_iterations: int = 10
    """Iterations in which the critic learns alone."""


@configclass
class FineTuningRunnerCfg(AsymmetricRunnerCfg):
    """A run of FineTuning. ``train.py --checkpoint`` puts the model and the groups of its student in place of these."""

    algorithm: FineTuningCfg = FineTuningCfg()
    """The algorithm."""
