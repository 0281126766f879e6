# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Articulation configuration of the four-legged robot that ``make_quadruped.py`` writes."""

from pathlib import Path

import isaaclab.sim as sim_utils
from isaaclab.actuators import ImplicitActuatorCfg
from isaaclab.assets import ArticulationCfg
from isaaclab_newton.sim.schemas import NewtonArticulationCfg
from isaaclab_physx.sim.schemas import PhysxArticulationCfg

from . import go1
from .motor_order import OrderedArticulationCfg

QUADRUPED_JOINTS = [f"{leg}_{joint}_joint" for leg in go1.LEGS for joint in go1.JOINTS]
"""Names of the joints in the order of Unitree's motors."""

QUADRUPED_FEET = [f"{leg}_foot" for leg in go1.LEGS]
"""Names of the feet in the same order of legs."""

QUADRUPED_SHAPES = ["trunk/box_collision", "trunk/head_collision"]
QUADRUPED_SHAPES += [f"{leg}_{part}_collision" for leg in go1.LEGS for part in ("thigh/bone", "calf/bone", "foot/ball")]
"""Ends of the paths of the shapes that can be touched."""


def _of_joints(values: dict[str, float]) -> dict[str, float]:
    """Values by the pattern of the joints' names."""
    return {f".*_{joint}_joint": value for joint, value in values.items()}


QUADRUPED_ACTION_SCALE = _of_joints(
    {joint: 0.25 * go1.EFFORT_LIMITS[joint] / go1.STIFFNESS[joint] for joint in go1.JOINTS}
)
"""Change of the joints' targets for an action of 1 [rad]: held against it, a quarter of the largest torque acts."""

QUADRUPED_CFG = OrderedArticulationCfg(
    spawn=sim_utils.UsdFileCfg(
        usd_path=str(Path(__file__).with_name("quadruped.usda")),
        activate_contact_sensors=True,
        articulation_props=[
            PhysxArticulationCfg(enabled_self_collisions=False),
            NewtonArticulationCfg(self_collision_enabled=False),
        ],
    ),
    init_state=ArticulationCfg.InitialStateCfg(
        # the feet are on the ground: two bones of 0.213 m at an angle of 0.9 rad, and a foot of 0.023 m
        pos=(0.0, 0.0, 0.288),
        joint_pos={".*R_hip_joint": 0.1, ".*L_hip_joint": -0.1, ".*_thigh_joint": 0.9, ".*_calf_joint": -1.8},
    ),
    joint_sdk_names=QUADRUPED_JOINTS,
    soft_joint_pos_limit_factor=0.9,
    actuators={
        # position control whose torque is limited; the solver integrates it implicitly
        "legs": ImplicitActuatorCfg(
            joint_names_expr=[".*_joint"],
            joint_effort_limit=_of_joints(go1.EFFORT_LIMITS),
            joint_velocity_limit=_of_joints(go1.VELOCITY_LIMITS),
            stiffness=_of_joints(go1.STIFFNESS),
            damping=_of_joints(go1.DAMPING),
            armature=_of_joints(go1.ARMATURE),
        ),
    },
)
"""Robot whose legs follow position targets with the published gains."""
