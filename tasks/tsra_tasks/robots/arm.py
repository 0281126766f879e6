# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Articulation configuration of the arm that ``make_arm.py`` writes."""

import math
from pathlib import Path

import isaaclab.sim as sim_utils
from isaaclab.actuators import ImplicitActuatorCfg
from isaaclab.assets import ArticulationCfg
from isaaclab_newton.sim.schemas import NewtonArticulationCfg
from isaaclab_physx.sim.schemas import PhysxArticulationCfg

from .panda import EFFORT_LIMITS, FINGER_TRAVEL, NUM_JOINTS, VELOCITY_LIMITS

ARM_JOINTS = [f"joint{index + 1}" for index in range(NUM_JOINTS)]
"""Names of the arm's joints, from the base."""

FINGER_JOINTS = ["left_finger", "right_finger"]
"""Names of the fingers' joints; zero is closed."""

ARM_CFG = ArticulationCfg(
    spawn=sim_utils.UsdFileCfg(
        usd_path=str(Path(__file__).with_name("arm.usda")),
        articulation_props=[
            PhysxArticulationCfg(enabled_self_collisions=False),
            NewtonArticulationCfg(self_collision_enabled=False),
        ],
    ),
    init_state=ArticulationCfg.InitialStateCfg(
        joint_pos={
            "joint1": 0.0,
            "joint2": -math.pi / 4,
            "joint3": 0.0,
            "joint4": -3 * math.pi / 4,
            "joint5": 0.0,
            "joint6": math.pi / 2,
            # a quarter turn from Franka's ready pose: the fingers open along the base's x axis
            "joint7": -math.pi / 4,
            ".*_finger": FINGER_TRAVEL,
        }
    ),
    actuators={
        "shoulder": ImplicitActuatorCfg(
            joint_names_expr=["joint[1-4]"],
            joint_effort_limit=EFFORT_LIMITS[0],
            joint_velocity_limit=VELOCITY_LIMITS[0],
            stiffness=600.0,
            damping=60.0,
            armature=0.1,
        ),
        "wrist": ImplicitActuatorCfg(
            joint_names_expr=["joint[5-7]"],
            joint_effort_limit=EFFORT_LIMITS[-1],
            joint_velocity_limit=VELOCITY_LIMITS[-1],
            stiffness=250.0,
            damping=25.0,
            armature=0.1,
        ),
        "fingers": ImplicitActuatorCfg(
            joint_names_expr=[".*_finger"],
            joint_effort_limit=70.0,
            stiffness=2000.0,
            damping=100.0,
            armature=0.1,
        ),
    },
)
"""Arm with joint impedance control of a time constant of 0.1 s. The armature of 0.1 kg m^2 stands for the gears. Use it
without gravity, which the real arm's own controller compensates."""
