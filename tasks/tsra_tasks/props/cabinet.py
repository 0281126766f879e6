# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Articulation configuration of the cabinet that ``make_cabinet.py`` writes."""

import math
from pathlib import Path

import isaaclab.sim as sim_utils
from isaaclab.actuators import ImplicitActuatorCfg
from isaaclab.assets import ArticulationCfg
from isaaclab_newton.sim.schemas import NewtonArticulationCfg
from isaaclab_physx.sim.schemas import PhysxArticulationCfg

CABINET_CFG = ArticulationCfg(
    spawn=sim_utils.UsdFileCfg(
        usd_path=str(Path(__file__).with_name("cabinet.usda")),
        articulation_props=[
            PhysxArticulationCfg(enabled_self_collisions=False),
            NewtonArticulationCfg(self_collision_enabled=False),
        ],
    ),
    init_state=ArticulationCfg.InitialStateCfg(
        pos=(0.63, 0.0, 0.0), rot=(0.0, 0.0, math.sin(math.pi / 2), math.cos(math.pi / 2)), joint_pos={".*": 0.0}
    ),
    actuators={
        # no drive: friction of 5 N and 10 N s/m of damping
        "drawer": ImplicitActuatorCfg(
            joint_names_expr=["drawer"], joint_effort_limit=100.0, stiffness=0.0, damping=10.0, friction=5.0
        ),
        # where the handle is mounted: only its target moves it
        "handle": ImplicitActuatorCfg(
            joint_names_expr=["handle"], joint_effort_limit=1.0e4, stiffness=2.0e4, damping=1.0e3, armature=1.0
        ),
    },
)
"""Cabinet whose front faces an arm at the origin; its drawer stays where it is left.

The target of the joint ``handle`` must be set with its position."""
