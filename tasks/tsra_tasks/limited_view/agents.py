# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the limited view, one for each method: those of all rovers, with name and what was tuned here."""

from isaaclab.utils import configclass

from tsra_lab.configs import StudentInformedPPOCfg

from ..rover_task import agents


@configclass
class LimitedViewAlignedRunnerCfg(agents.RoverAlignedRunnerCfg):
    """TSRA."""

    experiment_name = "limited_view_aligned"


@configclass
class LimitedViewUnmaskedRunnerCfg(agents.RoverUnmaskedRunnerCfg):
    """TSRA without the gradient mask."""

    experiment_name = "limited_view_unmasked"


@configclass
class LimitedViewSITTRunnerCfg(agents.RoverSITTRunnerCfg):
    """Student-Informed Teacher Training."""

    experiment_name = "limited_view_sitt"
    algorithm = StudentInformedPPOCfg(
        penalty_weight=0.2, gradient_weight=0.6, alignment_steps=64, **agents.PPO_SETTINGS
    )


@configclass
class LimitedViewDWBCRunnerCfg(agents.RoverDWBCRunnerCfg):
    """Regularised online adaptation."""

    experiment_name = "limited_view_dwbc"


@configclass
class LimitedViewAsymmetricRunnerCfg(agents.RoverAsymmetricRunnerCfg):
    """PPO on onboard observations with a privileged critic."""

    experiment_name = "limited_view_asymmetric"


@configclass
class LimitedViewPPORunnerCfg(agents.RoverPPORunnerCfg):
    """Plain PPO on the privileged state."""

    experiment_name = "limited_view_ppo"


@configclass
class LimitedViewDistillationRunnerCfg(agents.RoverDistillationRunnerCfg):
    """DAgger or behaviour cloning of the plain PPO teacher."""

    experiment_name = "limited_view_distillation"


@configclass
class LimitedViewAlignedDistillationRunnerCfg(agents.RoverAlignedDistillationRunnerCfg):
    """DAgger on the aligned teacher."""

    experiment_name = "limited_view_aligned_distillation"
