# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Physics backends of the curbs task."""

from isaaclab.utils import configclass
from isaaclab_newton.physics import MJWarpSolverCfg, NewtonCfg

from ..shared.physics_cfg import ContactFreePhysicsCfg


@configclass
class CurbsPhysicsCfg(ContactFreePhysicsCfg):
    """Physics backends, with contacts."""

    # feet, shanks, thighs and trunk on ground and curbs, and joint limits
    newton_mjwarp: NewtonCfg = NewtonCfg(
        solver_cfg=MJWarpSolverCfg(njmax=120, nconmax=28, integrator="implicitfast", disable_sensors=True)
    )
    default: NewtonCfg = newton_mjwarp
