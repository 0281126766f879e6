# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The student sees the cart-pole through a camera and has no other sensor."""

import math

from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, SceneEntityCfg
from isaaclab.utils import configclass
from isaaclab_tasks.core.cartpole import mdp
from isaaclab_tasks.core.cartpole.cartpole_common import CartpoleTiledCameraCfg
from isaaclab_tasks.core.cartpole.cartpole_manager_camera_env_cfg import CartpoleCameraSceneCfg
from isaaclab_tasks.core.cartpole.cartpole_manager_env_cfg import CartpoleEnvCfg

from tsra_lab.configs import OnboardTermCfg
from tsra_lab.hooks import TaskHooks

ROLL = math.radians(20.0)
"""Roll of the camera [rad]: an upright pole is hardly wider than a pixel, and would move unseen between two columns; so
it crosses columns from row to row, and where it does tells more than a pixel can."""


@configclass
class ObservationsCfg:
    """What teacher and student see."""

    @configclass
    class PrivilegedCfg(ObservationGroupCfg):
        """The state."""

        joint_pos = ObservationTermCfg(func=mdp.joint_pos_rel)
        joint_vel = ObservationTermCfg(func=mdp.joint_vel_rel)

    @configclass
    class OnboardCfg(ObservationGroupCfg):
        """Four images in a row: one tells no velocity, and from one to the next things move by less than a pixel."""

        image = OnboardTermCfg(
            func=mdp.image_depth,
            params={
                "sensor_cfg": SceneEntityCfg("tiled_camera"),
                "data_type": "depth",
                "channel_first": True,
                "frame_stack": 4,
            },
            unit="m",
            frame="camera beside the rail",
        )

    privileged: PrivilegedCfg = PrivilegedCfg()
    onboard: OnboardCfg = OnboardCfg()


@configclass
class CameraEnvCfg(TaskHooks, CartpoleEnvCfg):
    """Isaac Lab's cart-pole and its camera, rolled, with small images."""

    scene: CartpoleCameraSceneCfg = CartpoleCameraSceneCfg(num_envs=256, env_spacing=20.0)
    observations: ObservationsCfg = ObservationsCfg()

    def __post_init__(self):
        """Clear the camera's view, make its images small, and roll it."""
        super().__post_init__()
        # Isaac Lab's own camera task does so too: the ground is in the way of the view
        self.scene.ground = None
        camera = CartpoleTiledCameraCfg().depth
        camera.width, camera.height = 64, 32
        camera.offset.pos = (-5.0, 0.0, 2.4)
        camera.offset.rot = (math.sin(0.5 * ROLL), 0.0, 0.0, math.cos(0.5 * ROLL))
        self.scene.tiled_camera = camera
