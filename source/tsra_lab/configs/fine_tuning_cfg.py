# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of reinforcement learning that goes on from a student."""

from typing import Any

from isaaclab.utils import configclass

from .ppo_cfg import PPOCfg
from .runner_cfg import REQUIRED, RunnerCfg, refuse_lenient, refuse_unset


@configclass
class FineTuningCfg(PPOCfg):
    """Settings of :class:`tsra_lab.algorithms.FineTuning`."""

    class_name: str = "tsra_lab.algorithms:FineTuning"
    """The algorithm, resolved by rsl_rl."""

    critic_warmup_iterations: int = 10
    """Iterations in which the critic learns alone."""


@configclass
class FineTuningRunnerCfg(RunnerCfg):
    """A run of FineTuning. The student's model and observation groups come from the run that it goes on from."""

    actor: Any = None
    """The student; filled in by ``train.py --checkpoint``."""

    algorithm: FineTuningCfg = FineTuningCfg()
    """The algorithm."""

    def __post_init__(self):
        """Check what can be checked before the simulator starts.

        Raises:
            ValueError: If a required field is not set.
            TypeError: If the critic's configuration would accept misspelt options.
        """
        refuse_unset(self, (*REQUIRED, "critic"))
        refuse_lenient(self, ("critic",))
