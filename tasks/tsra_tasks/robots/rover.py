# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Articulation configurations of the omnidirectional rovers that ``make_rover.py`` writes."""

from pathlib import Path

import isaaclab.sim as sim_utils
from isaaclab.actuators import ImplicitActuatorCfg
from isaaclab.assets import ArticulationCfg
from isaaclab.utils import replace

ROVER_CFG = ArticulationCfg(
    spawn=sim_utils.UsdFileCfg(usd_path=str(Path(__file__).with_name("rover.usda"))),
    init_state=ArticulationCfg.InitialStateCfg(pos=(0.0, 0.0, 0.0), joint_pos={".*": 0.0}),
    actuators={
        "drive": ImplicitActuatorCfg(
            joint_names_expr=["drive_.*"], joint_effort_limit=60.0, stiffness=0.0, damping=25.0
        ),
    },
)
"""Rover of 4.5 kg in motion with velocity drives: damping 25 N s/m gives a time constant of about 0.18 s."""

TURNING_ROVER_CFG = replace(
    ROVER_CFG,
    spawn=sim_utils.UsdFileCfg(usd_path=str(Path(__file__).with_name("turning_rover.usda"))),
    actuators=ROVER_CFG.actuators
    | {
        # the body's inertia about z is 0.029 kg m^2, which gives turning a time constant of about 0.1 s
        "turn": ImplicitActuatorCfg(joint_names_expr=["turn"], joint_effort_limit=2.0, stiffness=0.0, damping=0.3),
    },
)
"""Rover of 5 kg in motion that turns too; its heading is the position of the joint ``turn`` [rad]."""
