# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Physics backends of the drawer task."""

from isaaclab.utils import configclass
from isaaclab_newton.physics import MJWarpSolverCfg, NewtonCfg

from ..shared.physics_cfg import ContactFreePhysicsCfg


@configclass
class OpenDrawerPhysicsCfg(ContactFreePhysicsCfg):
    """Physics backends, with contacts."""

    # joint limits, the drawer's friction and the contacts of hand and fingers with the cabinet
    newton_mjwarp: NewtonCfg = NewtonCfg(
        solver_cfg=MJWarpSolverCfg(njmax=80, nconmax=20, integrator="implicitfast", disable_sensors=True)
    )
    default: NewtonCfg = newton_mjwarp
