# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the drawer task, one for each method: those of all camera tasks, with name and what was tuned here."""

from isaaclab.utils import configclass

from ..cameras import agents


@configclass
class DrawerAlignedRunnerCfg(agents.CameraAlignedRunnerCfg):
    """TSRA."""

    experiment_name = "open_drawer_aligned"


@configclass
class DrawerSITTRunnerCfg(agents.CameraSITTRunnerCfg):
    """Student-Informed Teacher Training."""

    experiment_name = "open_drawer_sitt"


@configclass
class DrawerAsymmetricRunnerCfg(agents.CameraAsymmetricRunnerCfg):
    """PPO on onboard observations with a privileged critic."""

    experiment_name = "open_drawer_asymmetric"


@configclass
class DrawerPPORunnerCfg(agents.CameraPPORunnerCfg):
    """Plain PPO on the privileged state."""

    experiment_name = "open_drawer_ppo"


@configclass
class DrawerDistillationRunnerCfg(agents.CameraDistillationRunnerCfg):
    """DAgger or behaviour cloning of the plain PPO teacher."""

    experiment_name = "open_drawer_distillation"


@configclass
class DrawerAlignedDistillationRunnerCfg(agents.CameraAlignedDistillationRunnerCfg):
    """DAgger on the aligned teacher."""

    experiment_name = "open_drawer_aligned_distillation"
