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

    # a robot that lies has more contacts than one that walks; friction stiffer than normal forces, or feet creep
    newton_mjwarp: NewtonCfg = NewtonCfg(
        solver_cfg=MJWarpSolverCfg(
            njmax=96,
            nconmax=24,
            integrator="implicitfast",
            impratio=10.0,
            disable_sensors=True,
        )
    )
    default: NewtonCfg = newton_mjwarp
