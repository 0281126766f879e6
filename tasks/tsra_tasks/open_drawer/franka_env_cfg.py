# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Environment configuration of ``TSRA-OpenDrawer-Franka``: the drawer task with NVIDIA's Franka and Sektion cabinet.

Robot, cabinet, the names of their parts and the physics settings are those of Isaac Lab's own cabinet task. Their USD
files come from NVIDIA's asset server, or from a mirror that the environment variable ``ISAACSIM_ASSET_ROOT`` names;
without either, Isaac Lab reports after about a minute that it is unable to find the file.

**Not verified: the files were never loaded here.** The tests run stand-ins with the same names. What the terms assume:

- The handle's body has x out of the front and z up. It follows from Isaac Lab's task, which turns that frame so that
  its z axis is a gripper's that points at the front, and whose reward wants the fingers' axis upright.
- ``panda_hand`` has z along the fingers, and they open along y, the left one to +y, as in Franka's own description.
- Behind the bar 23 mm are free, in the middle of the handle, and the drawer's front ends 54 mm above the bar's middle:
  measured in the handle's and the front's collision meshes of the cabinet's URDF in NVIDIA's IsaacGymEnvs. If a USD
  file's collider were the convex hull of the whole handle, no finger would get behind the bar.
- Of the fingers, 46 mm stand out of the hand. This is too little for a hand that points straight down, as it does in
  ``TSRA-OpenDrawer-Arm``: it is tilted, so that it stays clear of the cabinet's upper edge.

No policy was trained: rewards and times are those of ``TSRA-OpenDrawer-Arm``, but for a longer episode.
"""

import math

from isaaclab_assets.robots.franka import FRANKA_PANDA_HIGH_PD_CFG

from isaaclab.assets import ArticulationCfg
from isaaclab.sensors import CameraCfg
from isaaclab.utils import configclass, replace
from isaaclab_newton.physics import NewtonCfg
from isaaclab_tasks.core.cabinet.config.franka.cabinet_direct_env_cfg import FrankaCabinetDirectEnvCfg

from ..robots import arm_shapes
from ..robots.panda import FINGER_TRAVEL, NUM_JOINTS
from .arm_and_cabinet import ArmAndCabinet
from .camera import CAMERA_CFG, look_at
from .mdp import Vector
from .open_drawer_env_cfg import CONTROL_PERIOD, OpenDrawerEnvCfg, OpenDrawerSceneCfg
from .physics_cfg import OpenDrawerPhysicsCfg

OFFICIAL = FrankaCabinetDirectEnvCfg()
"""Isaac Lab's own task, for the names and offsets that it gives."""

TILT = math.radians(35.0)
"""Angle of the fingers from straight down, towards the cabinet [rad]."""

FINGER_LENGTH = 0.054
"""Length of a finger [m]."""

START_JOINTS = {
    "panda_joint1": -1.087,
    "panda_joint2": -0.531,
    "panda_joint3": 0.0,
    "panda_joint4": -1.477,
    "panda_joint5": 0.554,
    "panda_joint6": 1.305,
    "panda_joint7": -1.625,
    OFFICIAL.finger_joint_names: OFFICIAL.gripper_open_command,
}
"""Joints around which an episode starts [rad], and the open fingers [m]. They solve the published kinematics for the
gripper's point at (0.25, -0.22, 0.80) m, a little above the cabinet's top and aside, and the tilted hand that the task
holds, turned to the cabinet."""

CAMERA_POSITION: Vector = (0.0, 0.4, 1.5)
"""Where the camera is, from the robot's base [m]."""

CAMERA_TARGET: Vector = (0.5, 0.0, 0.75)
"""What the camera looks at [m]."""


def from_bar(x: float, y: float, z: float) -> Vector:
    """A point in the frame of the handle's body, which lies in the drawer.

    Args:
        x: Distance from the middle of the bar, out of the front [m].
        y: Distance to the right of someone who looks at the front [m].
        z: Height above the middle of the bar [m].

    Returns:
        The point [m].
    """
    middle_x, middle_y, middle_z = OFFICIAL.drawer_handle_pos_offset
    return (middle_x + x, middle_y + y, middle_z + z)


# links have the frames of the published parameters, as those of our arm; fingers are the same seen from both sides
OCCLUDERS = (
    *((f"panda_{body}", ends, radius) for body, ends, radius in arm_shapes.OCCLUDERS if body.startswith("link")),
    *(
        (body, ((0.0, 0.0, 0.0), (0.0, 0.0, FINGER_LENGTH)), 0.010)
        for body in (OFFICIAL.left_finger_body_name, OFFICIAL.right_finger_body_name)
    ),
)
"""Capsules that stand for the robot, where it hides something from the camera."""

FRANKA_AND_SEKTION = ArmAndCabinet(
    arm_joints=tuple(f"panda_joint{index + 1}" for index in range(NUM_JOINTS)),
    redundant_joint="panda_joint3",
    hand_body=OFFICIAL.ee_body_name,
    gripper_offset=OFFICIAL.ee_pos_offset,
    opening=(0.0, FINGER_TRAVEL, 0.0),
    down_axis=(0.0, -math.sin(TILT), math.cos(TILT)),
    occluders=OCCLUDERS,
    handle_body=OFFICIAL.drawer_handle_body_name,
    handle_offset=OFFICIAL.drawer_handle_pos_offset,
    handle_mounts=(),
    drawer_joint=OFFICIAL.drawer_joint_name,
    # the upper finger's tip is 16 mm behind the bar's upper edge, 3 mm from it and 2 mm from the front
    hooked=from_bar(0.017, 0.0, -0.016),
    hooked_opening=(-FINGER_TRAVEL * math.cos(TILT), 0.0, FINGER_TRAVEL * math.sin(TILT)),
    bar_points=(from_bar(0.0, -0.05, 0.0), from_bar(0.0, 0.0, 0.0), from_bar(0.0, 0.05, 0.0)),
)
"""The Franka and the upper drawer of the Sektion cabinet."""


@configclass
class FrankaPhysicsCfg(OpenDrawerPhysicsCfg):
    """Physics backends, with Isaac Lab's Newton settings for these two assets."""

    newton_mjwarp: NewtonCfg = OFFICIAL.sim.newton_mjwarp.physics
    default: NewtonCfg = newton_mjwarp


@configclass
class FrankaDrawerSceneCfg(OpenDrawerSceneCfg):
    """The Franka, the Sektion cabinet before it, and a camera beside it."""

    robot: ArticulationCfg = replace(
        FRANKA_PANDA_HIGH_PD_CFG,
        prim_path="{ENV_REGEX_NS}/Robot",
        # the official scene's spawner picks the file's physics variant by backend
        spawn=OFFICIAL.scene.robot.spawn,
        init_state=replace(FRANKA_PANDA_HIGH_PD_CFG.init_state, joint_pos=START_JOINTS),
    )
    cabinet: ArticulationCfg = OFFICIAL.scene.cabinet
    camera: CameraCfg = replace(
        CAMERA_CFG,
        offset=CameraCfg.OffsetCfg(
            pos=CAMERA_POSITION, rot=look_at(CAMERA_POSITION, CAMERA_TARGET), convention="world"
        ),
    )


@configclass
class FrankaDrawerEnvCfg(OpenDrawerEnvCfg):
    """Configuration of the drawer task with the Franka and the Sektion cabinet."""

    scene: FrankaDrawerSceneCfg = FrankaDrawerSceneCfg(num_envs=512, env_spacing=3.0)

    def __post_init__(self):
        """Set times, physics and where the cabinet may stand."""
        super().__post_init__()
        self.sim.dt = OFFICIAL.sim.newton_mjwarp.dt
        self.decimation = round(CONTROL_PERIOD / self.sim.dt)
        self.sim.render_interval = self.decimation
        self.sim.physics = FrankaPhysicsCfg()
        # the robot yields half as fast to a command as our arm does
        self.episode_length_s = 8.0
        # the gripper is tilted, so it can't be put at the handle in the way of our arm's
        self.events.reset_arm.params["near_fraction"] = 0.0
        # the cabinet's frame is in its middle: on the floor, its closed bar is 0.44 to 0.54 m from the robot's base
        self.events.place_cabinet.params.update(
            x=(0.80, 0.90), y=(-0.12, 0.12), z=(0.40, 0.42), yaw=(-0.25, 0.25), handle=(0.0, 0.0)
        )

    @property
    def arm_and_cabinet(self) -> ArmAndCabinet:
        """Names of parts of the Franka and of the Sektion cabinet, and points on them."""
        return FRANKA_AND_SEKTION
