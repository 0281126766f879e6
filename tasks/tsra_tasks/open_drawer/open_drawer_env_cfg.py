# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Environment configuration of ``TSRA-OpenDrawer-Arm``.

A seven-joint arm opens the drawer of a cabinet whose pose varies. The gripper stays open and its rear finger hooks the
bar: only contact moves the drawer. The privileged view knows where the handle is; the onboard view has the joints and
a fixed depth camera, from which the arm itself can hide the handle. The task follows the vision-based drawer opening of
Student-Informed Teacher Training (Messikommer et al., arXiv:2412.09149) in spirit.

Gravity is off: the arm's own controller compensates it, and the drawer slides on the level.
"""

import torch

import isaaclab.sim as sim_utils
from isaaclab.assets import ArticulationCfg, AssetBaseCfg
from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg
from isaaclab.envs import mdp as isaac_mdp
from isaaclab.managers import EventTermCfg as EventTerm
from isaaclab.managers import ObservationGroupCfg as ObsGroup
from isaaclab.managers import ObservationTermCfg as ObsTerm
from isaaclab.managers import RewardTermCfg as RewTerm
from isaaclab.managers import SceneEntityCfg
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.scene import InteractiveSceneCfg
from isaaclab.sensors import CameraCfg
from isaaclab.utils import configclass, replace
from isaaclab.utils.noise import GaussianNoiseCfg
from isaaclab.visualizers import VisualizerCfg

from ..cameras import DepthImage, ImageNoiseCfg
from ..props import CABINET_CFG
from ..robots import ARM_CFG, ARM_JOINTS
from ..robots.panda import FLANGE, GRIPPER_POINT
from . import mdp
from .camera import CAMERA_CFG, CAMERA_POSITION, MAX_DEPTH
from .physics_cfg import OpenDrawerPhysicsCfg

CONTROL_PERIOD = 0.05
"""Duration of an environment step [s]. Rewards per episode event are divided by it, as Isaac Lab multiplies by it."""

SUCCESS_OPENING = 0.2
"""How far the drawer must be open, of 0.3 m [m]."""

GRIPPER_OFFSET = (0.0, 0.0, FLANGE + GRIPPER_POINT)
"""The gripper's point in the last link's frame [m]."""

HOOKED = (0.013, 0.0, 0.0)
"""Where the gripper's point is when its rear finger is in the middle of the gap behind the bar, in the handle's frame
[m]: in front of the bar."""

BAR_POINTS = ((0.0, -0.05, 0.0), (0.0, 0.0, 0.0), (0.0, 0.05, 0.0))
"""Points of the bar that tell how much of it is hidden, in the handle's frame [m]."""

START_TURN = -0.7
"""Where the first joint starts [rad]: the arm is aside, so the camera sees the handle at first."""

ARM = SceneEntityCfg("robot", joint_names=ARM_JOINTS, preserve_order=True)
HAND = SceneEntityCfg("robot", body_names=["link7"])
CABINET = SceneEntityCfg("cabinet", body_names=["body"])
HANDLE = SceneEntityCfg("cabinet", body_names=["handle"])
HANDLE_MOUNT = SceneEntityCfg("cabinet", joint_names=["handle"])
DRAWER = SceneEntityCfg("cabinet", joint_names=["drawer"])


@configclass
class OpenDrawerSceneCfg(InteractiveSceneCfg):
    """An arm, a cabinet before it, and a camera beside it. The origin is the arm's base; the floor is only seen."""

    floor = AssetBaseCfg(
        prim_path="{ENV_REGEX_NS}/Floor",
        spawn=sim_utils.CuboidCfg(
            size=(2.4, 1.8, 0.02), visual_material=sim_utils.PreviewSurfaceCfg(diffuse_color=(0.72, 0.72, 0.70))
        ),
        init_state=AssetBaseCfg.InitialStateCfg(pos=(0.4, 0.0, -0.011)),
    )
    robot: ArticulationCfg = replace(ARM_CFG, prim_path="{ENV_REGEX_NS}/Robot")
    cabinet: ArticulationCfg = replace(CABINET_CFG, prim_path="{ENV_REGEX_NS}/Cabinet")
    camera: CameraCfg = CAMERA_CFG
    light = AssetBaseCfg(prim_path="/World/Light", spawn=sim_utils.DistantLightCfg(intensity=2500.0))


@configclass
class ActionsCfg:
    """Increments of the gripper's pose; the fingers stay open."""

    gripper = mdp.GripperIncrementActionCfg(
        asset_name="robot",
        joint_names=ARM_JOINTS,
        body_name="link7",
        offset=GRIPPER_OFFSET,
        redundant_joint="joint3",
    )


@configclass
class ObservationsCfg:
    """What the arm's own sensors and the camera give, and what only the simulator knows."""

    @configclass
    class OnboardCfg(ObsGroup):
        """Onboard: joints and the last action."""

        joint_pos = ObsTerm(func=isaac_mdp.joint_pos, params={"asset_cfg": ARM}, noise=GaussianNoiseCfg(std=0.002))
        joint_vel = ObsTerm(func=isaac_mdp.joint_vel, params={"asset_cfg": ARM}, noise=GaussianNoiseCfg(std=0.02))
        last_action = ObsTerm(func=isaac_mdp.last_action, clip=(-2.0, 2.0))

        def __post_init__(self):
            """Switch the noise on."""
            self.enable_corruption = True

    @configclass
    class ImageCfg(ObsGroup):
        """Onboard too: the camera."""

        depth = ObsTerm(
            func=DepthImage,
            params={"sensor_cfg": SceneEntityCfg("camera"), "max_range": MAX_DEPTH, "latency_steps": (0, 0)},
            noise=ImageNoiseCfg(relative_std=0.003),
            clip=(0.0, 1.0),
        )

        def __post_init__(self):
            """Switch the noise on."""
            self.enable_corruption = True

    @configclass
    class PrivilegedCfg(ObsGroup):
        """Privileged: exact joints, handle, drawer and cabinet."""

        joint_pos = ObsTerm(func=isaac_mdp.joint_pos, params={"asset_cfg": ARM})
        joint_vel = ObsTerm(func=isaac_mdp.joint_vel, params={"asset_cfg": ARM})
        gripper_to_handle = ObsTerm(
            func=mdp.gripper_to_handle,
            params={"hand_cfg": HAND, "gripper_offset": GRIPPER_OFFSET, "handle_cfg": HANDLE},
        )
        hand_in_handle_frame = ObsTerm(func=mdp.hand_in_handle_frame, params={"hand_cfg": HAND, "handle_cfg": HANDLE})
        drawer_pos = ObsTerm(func=isaac_mdp.joint_pos, params={"asset_cfg": DRAWER})
        drawer_vel = ObsTerm(func=isaac_mdp.joint_vel, params={"asset_cfg": DRAWER})
        cabinet_pose = ObsTerm(func=mdp.cabinet_pose, params={"cabinet_cfg": CABINET})
        last_action = ObsTerm(func=isaac_mdp.last_action, clip=(-2.0, 2.0))

    onboard: OnboardCfg = OnboardCfg()
    image: ImageCfg = ImageCfg()
    privileged: PrivilegedCfg = PrivilegedCfg()


@configclass
class EventCfg:
    """Start of an episode."""

    reset_arm = EventTerm(func=mdp.reset_arm, mode="reset", params={"spread": 0.1, "arm_cfg": ARM})
    place_cabinet = EventTerm(
        func=mdp.place_cabinet,
        mode="reset",
        params={
            "x": (0.60, 0.70),
            "y": (-0.12, 0.12),
            "z": (-0.01, 0.05),
            "yaw": (-0.25, 0.25),
            "handle": (-0.14, 0.14),
            "handle_cfg": HANDLE_MOUNT,
        },
    )


@configclass
class RewardsCfg:
    """Getting to the handle, opening the drawer, and the cost of effort."""

    approach = RewTerm(
        func=mdp.approach_handle,
        weight=3.0,
        params={"hand_cfg": HAND, "gripper_offset": GRIPPER_OFFSET, "handle_cfg": HANDLE, "goal": HOOKED},
    )
    opening = RewTerm(func=mdp.opening_speed, weight=10.0, params={"drawer_cfg": DRAWER})
    success = RewTerm(func=isaac_mdp.is_terminated_term, weight=2.0 / CONTROL_PERIOD, params={"term_keys": "success"})
    time = RewTerm(func=isaac_mdp.is_alive, weight=-0.01 / CONTROL_PERIOD)
    # without it, commands grow far beyond their bounds, and exploration noise with them
    effort = RewTerm(func=isaac_mdp.action_l2, weight=-0.002 / CONTROL_PERIOD)


@configclass
class TerminationsCfg:
    """Outcomes of an episode. Evaluation reports the rate of each; ``success`` is the task's success."""

    success = DoneTerm(func=mdp.drawer_is_open, params={"drawer_cfg": DRAWER, "opening": SUCCESS_OPENING})
    time_out = DoneTerm(func=isaac_mdp.time_out, time_out=True)


@configclass
class OpenDrawerEnvCfg(ManagerBasedRLEnvCfg):
    """Configuration of the drawer task."""

    scene: OpenDrawerSceneCfg = OpenDrawerSceneCfg(num_envs=512, env_spacing=3.0)
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventCfg = EventCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()

    def __post_init__(self):
        """Set times, physics and the viewpoint."""
        self.sim.dt = CONTROL_PERIOD / 4
        self.decimation = 4
        self.episode_length_s = 5.0
        self.sim.render_interval = self.decimation
        self.sim.gravity = (0.0, 0.0, 0.0)
        self.sim.physics = OpenDrawerPhysicsCfg()
        # the wrist turns with the first joint, so that the fingers open towards the cabinet
        ready = ARM_CFG.init_state.joint_pos
        turned = {name: ready[name] + START_TURN for name in ("joint1", "joint7")}
        self.scene.robot.init_state.joint_pos = ready | turned
        self.sim.default_visualizer_cfg = VisualizerCfg(eye=(0.4, 2.2, 1.6), lookat=(0.4, 0.0, 0.3))

    def onboard_camera(self, env: ManagerBasedRLEnv) -> DepthImage | None:
        """The image's observation term, which whoever trains may switch off.

        Args:
            env: Environment of this configuration.

        Returns:
            The term; None where the group was taken away.
        """
        image = env.observation_manager.cfg.image
        return None if image is None else image.depth.func

    def initial_state(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """All that another simulator needs to begin the present episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            ``joint_pos`` [rad, m] and ``joint_vel`` of the arm and its fingers, of shape (num_envs, 9);
            ``cabinet_joint_pos`` [m] and ``cabinet_joint_vel`` of drawer and handle, of shape (num_envs, 2); and the
            pose of the cabinet, ``cabinet_position`` [m] and ``cabinet_orientation``, a quaternion (x, y, z, w).
        """
        arm, cabinet = env.scene["robot"].data, env.scene["cabinet"].data
        return {
            "joint_pos": arm.joint_pos.torch,
            "joint_vel": arm.joint_vel.torch,
            "cabinet_joint_pos": cabinet.joint_pos.torch,
            "cabinet_joint_vel": cabinet.joint_vel.torch,
            "cabinet_position": cabinet.root_link_pos_w.torch - env.scene.env_origins,
            "cabinet_orientation": cabinet.root_link_quat_w.torch,
        }

    def view_poses(self, env: ManagerBasedRLEnv) -> tuple[torch.Tensor, torch.Tensor]:
        """Where a spectator stands and looks: to the right of the arm, at the drawer.

        Args:
            env: Environment of this configuration.

        Returns:
            Eyes and targets in the world frame [m], each of shape (num_envs, 3).
        """
        eye, target = (torch.tensor(place, device=env.device) for place in ((0.35, -1.25, 1.0), (0.4, 0.0, 0.4)))
        return env.scene.env_origins + eye, env.scene.env_origins + target

    def step_metrics(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """Metrics of the present step, which evaluation averages over episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            ``handle_hidden``: share of the bar that the arm hides from the camera. Shape is (num_envs,).
        """
        return {"handle_hidden": mdp.handle_hidden(env, "cabinet", "handle", BAR_POINTS, CAMERA_POSITION, "robot")}

    def evaluation_mode(self):
        """Episodes of evaluation are those of training. Sensors stay noisy, as on the robot."""

    def play_mode(self):
        """Few environments and no noise."""
        super().play_mode()
        self.evaluation_mode()
        self.scene.num_envs = min(self.scene.num_envs, 9)
