# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Physics backends of the tasks."""

from isaaclab.physics import PhysxAutoCfg
from isaaclab.utils import configclass
from isaaclab_newton.physics import MJWarpSolverCfg, NewtonCfg
from isaaclab_ov.physics import OvPhysxCfg
from isaaclab_physx.physics import PhysxCfg
from isaaclab_tasks.utils import PresetCfg


@configclass
class ContactFreePhysicsCfg(PresetCfg):
    """Physics backends of tasks in which nothing touches; a task with contacts changes Newton's settings.

    Newton is the default and the only one that was run for this repository's results.
    """

    isaacsim_physx: PhysxCfg = PhysxCfg()
    ovphysx: OvPhysxCfg = OvPhysxCfg()
    physx: PhysxAutoCfg = PhysxAutoCfg(isaacsim_physx=isaacsim_physx, ovphysx=ovphysx)
    # a rover's two joint limits are the only constraints; crashes are found by distance
    newton_mjwarp: NewtonCfg = NewtonCfg(
        solver_cfg=MJWarpSolverCfg(
            njmax=8, nconmax=1, integrator="implicitfast", disable_contacts=True, disable_sensors=True
        )
    )
    default: NewtonCfg = newton_mjwarp
