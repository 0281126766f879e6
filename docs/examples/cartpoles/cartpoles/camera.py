# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The student sees the cart-pole through a camera and has no other sensor."""

from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, SceneEntityCfg
from isaaclab.utils import configclass
from isaaclab_tasks.core.cartpole import mdp
from isaaclab_tasks.core.cartpole.cartpole_common import CartpoleTiledCameraCfg
from isaaclab_tasks.core.cartpole.cartpole_manager_camera_env_cfg import CartpoleCameraSceneCfg
from isaaclab_tasks.core.cartpole.cartpole_manager_env_cfg import CartpoleEnvCfg

from tsra_lab.configs import OnboardTermCfg
from tsra_lab.hooks import TaskHooks


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
        """Two images in a row: one alone tells no velocity."""

        image = OnboardTermCfg(
            func=mdp.image_depth,
            params={
                "sensor_cfg": SceneEntityCfg("tiled_camera"),
                "data_type": "depth",
                "channel_first": True,
                "frame_stack": 2,
            },
            unit="m",
            frame="camera beside the rail",
        )

    privileged: PrivilegedCfg = PrivilegedCfg()
    onboard: OnboardCfg = OnboardCfg()


@configclass
class CameraEnvCfg(TaskHooks, CartpoleEnvCfg):
    """Isaac Lab's cart-pole and its camera, with small images."""

    scene: CartpoleCameraSceneCfg = CartpoleCameraSceneCfg(num_envs=256, env_spacing=20.0)
    observations: ObservationsCfg = ObservationsCfg()

    def __post_init__(self):
        """Clear the camera's view and make its images small."""
        super().__post_init__()
        # Isaac Lab's own camera task does so too: the ground is in the way of the view
        self.scene.ground = None
        camera = CartpoleTiledCameraCfg().depth
        camera.width = camera.height = 32
        self.scene.tiled_camera = camera
