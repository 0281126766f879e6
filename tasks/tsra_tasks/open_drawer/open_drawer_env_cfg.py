# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Environment configuration of ``TSRA-OpenDrawer-Arm``.

A seven-joint arm opens the drawer of a cabinet whose pose varies. The gripper stays open and its rear finger hooks the
bar: only contact moves the drawer. The privileged observations tell where the handle is; the onboard ones are the
joints and a fixed depth camera, from which the arm itself can hide the handle. The task follows the vision-based
drawer opening of Student-Informed Teacher Training (Messikommer et al., arXiv:2412.09149) in spirit.

Gravity is off: the arm's own controller compensates it, and the drawer slides on the level.
"""

import math

import torch

from isaaclab.assets import ArticulationCfg
from isaaclab.envs import ManagerBasedRLEnv
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

from tsra_lab.configs import OnboardTermCfg as OnboardTerm
from tsra_lab.hooks import Marks

from ..props import CABINET_CFG
from ..robots import ARM_CFG, ARM_JOINTS
from ..robots.arm_shapes import OCCLUDERS
from ..robots.panda import FINGER_TRAVEL, FLANGE, GRIPPER_POINT, HAND_YAW
from ..shared.depth_image import DepthImage
from ..shared.image_noise import ImageNoiseCfg
from ..shared.marks import SEEN, UNSEEN
from ..shared.scene import LIGHT_CFG, floor_cfg
from ..shared.task_env_cfg import CameraTaskEnvCfg, OnboardGroupCfg, SpectatorCfg
from . import mdp
from .arm_and_cabinet import ArmAndCabinet
from .camera import CAMERA_CFG, MAX_DEPTH
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

START_TURN = -0.7
"""Where the first joint starts [rad]: the arm is aside, so the camera sees the handle at first."""

# the wrist turns with the first joint, so that the fingers open towards the cabinet
START_JOINTS = ARM_CFG.init_state.joint_pos | {
    name: ARM_CFG.init_state.joint_pos[name] + START_TURN for name in ("joint1", "joint7")
}
"""Joints around which an episode starts [rad], and the open fingers [m]."""

ARM_AND_CABINET = ArmAndCabinet(
    arm_joints=tuple(ARM_JOINTS),
    redundant_joint="joint3",
    hand_body="link7",
    gripper_offset=GRIPPER_OFFSET,
    opening=(-FINGER_TRAVEL * math.sin(HAND_YAW), FINGER_TRAVEL * math.cos(HAND_YAW), 0.0),
    down_axis=(0.0, 0.0, 1.0),
    occluders=OCCLUDERS,
    handle_body="handle",
    handle_offset=(0.0, 0.0, 0.0),
    handle_mounts=("handle",),
    drawer_joint="drawer",
    hooked=HOOKED,
    hooked_opening=(-FINGER_TRAVEL, 0.0, 0.0),
    bar_points=((0.0, -0.05, 0.0), (0.0, 0.0, 0.0), (0.0, 0.05, 0.0)),
)
"""The arm and the cabinet that this repository's scripts make."""

JOINTS = "joints from the base to the hand"
"""What the elements of joint observations are."""


@configclass
class OpenDrawerSceneCfg(InteractiveSceneCfg):
    """An arm, a cabinet before it, and a camera beside it. The origin is the arm's base; the floor is only seen."""

    floor = floor_cfg(2.4, 1.8, x=0.4)
    robot: ArticulationCfg = replace(
        ARM_CFG,
        prim_path="{ENV_REGEX_NS}/Robot",
        init_state=replace(ARM_CFG.init_state, joint_pos=START_JOINTS),
    )
    cabinet: ArticulationCfg = replace(CABINET_CFG, prim_path="{ENV_REGEX_NS}/Cabinet")
    camera: CameraCfg = CAMERA_CFG
    light = LIGHT_CFG


@configclass
class ActionsCfg:
    """Increments of the gripper's pose; the fingers stay open."""

    gripper = mdp.GripperIncrementActionCfg(asset_name="robot")


@configclass
class ObservationsCfg:
    """What the arm's own sensors and the camera give, and what only the simulator knows."""

    @configclass
    class OnboardCfg(OnboardGroupCfg):
        """Onboard: joints and the last action."""

        joint_pos = OnboardTerm(
            func=isaac_mdp.joint_pos,
            noise=GaussianNoiseCfg(std=0.002),
            unit="rad",
            frame=JOINTS,
        )
        joint_vel = OnboardTerm(
            func=isaac_mdp.joint_vel,
            noise=GaussianNoiseCfg(std=0.02),
            unit="rad/s",
            frame=JOINTS,
        )
        last_action = OnboardTerm(
            func=isaac_mdp.last_action, clip=(-2.0, 2.0), unit="1", frame="the student's raw action"
        )

    @configclass
    class ImageCfg(OnboardGroupCfg):
        """Onboard too: the camera."""

        depth = OnboardTerm(
            func=DepthImage,
            params={"sensor_cfg": SceneEntityCfg("camera"), "max_range": MAX_DEPTH, "latency_steps": (0, 0)},
            noise=ImageNoiseCfg(relative_std=0.003),
            clip=(0.0, 1.0),
            unit=f"{MAX_DEPTH} m",
            frame="depth along the camera's axis; rows from the top",
        )

    @configclass
    class PrivilegedCfg(ObsGroup):
        """Privileged: the gripper's pose to the handle, and the drawer.

        Joints, last action and the cabinet's pose are left out, though the simulator knows them. They add nothing to
        the task, and as both sets could tell them without looking at the handle, they would fill the embedding.
        """

        gripper_to_handle = ObsTerm(func=mdp.gripper_to_handle)
        hand_in_handle_frame = ObsTerm(func=mdp.hand_in_handle_frame)
        drawer_pos = ObsTerm(func=isaac_mdp.joint_pos)
        drawer_vel = ObsTerm(func=isaac_mdp.joint_vel)

    onboard: OnboardCfg = OnboardCfg()
    image: ImageCfg = ImageCfg()
    privileged: PrivilegedCfg = PrivilegedCfg()


@configclass
class EventCfg:
    """Start of an episode: a cabinet somewhere, and the arm aside of it or, in training, at the handle.

    What makes the task hard to explore is the last centimetres: with the arm always aside, some seeds never learn them.
    """

    place_cabinet = EventTerm(
        func=mdp.place_cabinet,
        mode="reset",
        params={
            "x": (0.60, 0.70),
            "y": (-0.12, 0.12),
            "z": (-0.01, 0.05),
            "yaw": (-0.25, 0.25),
            "handle": (-0.14, 0.14),
        },
    )
    # after the cabinet's, for the gripper may start at the handle
    reset_arm = EventTerm(func=mdp.reset_arm, mode="reset", params={"spread": 0.1, "near_fraction": 0.5})


@configclass
class RewardsCfg:
    """Getting to the handle, opening the drawer, and the cost of commands that cannot be followed."""

    approach = RewTerm(func=mdp.approach_handle, weight=3.0, params={"clearance": 0.05})
    opening = RewTerm(func=mdp.opening_speed, weight=10.0)
    success = RewTerm(func=isaac_mdp.is_terminated_term, weight=2.0 / CONTROL_PERIOD, params={"term_keys": "success"})
    time = RewTerm(func=isaac_mdp.is_alive, weight=-0.01 / CONTROL_PERIOD)
    # without it, commands grow far beyond their bounds, and exploration noise with them
    excess = RewTerm(func=mdp.excess_command, weight=-0.01 / CONTROL_PERIOD)


@configclass
class TerminationsCfg:
    """Outcomes of an episode. Evaluation reports the rate of each; ``success`` is the task's success."""

    success = DoneTerm(func=mdp.drawer_is_open, params={"opening": SUCCESS_OPENING})
    time_out = DoneTerm(func=isaac_mdp.time_out, time_out=True)


@configclass
class OpenDrawerEnvCfg(CameraTaskEnvCfg):
    """Configuration of the drawer task.

    Names of parts and points on them are not in the terms above: they come from :attr:`arm_and_cabinet`.
    """

    scene: OpenDrawerSceneCfg = OpenDrawerSceneCfg(num_envs=512, env_spacing=3.0)
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventCfg = EventCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()
    # to the right of the arm
    spectator: SpectatorCfg = SpectatorCfg(eye=(0.35, -1.25, 1.0), target=(0.4, 0.0, 0.4))

    def __post_init__(self):
        """Set times, physics and the viewpoint, and tell the terms the parts' names."""
        self._set_times(CONTROL_PERIOD, decimation=4, episode_length=5.0)
        self.sim.gravity = (0.0, 0.0, 0.0)
        self.sim.physics = OpenDrawerPhysicsCfg()
        self.sim.default_visualizer_cfg = VisualizerCfg(eye=(0.4, 2.2, 1.6), lookat=(0.4, 0.0, 0.3))
        self._name_parts()

    @property
    def arm_and_cabinet(self) -> ArmAndCabinet:
        """Names of parts of the scene's arm and cabinet, and points on them."""
        return ARM_AND_CABINET

    def _name_parts(self) -> None:
        """Tell every term that needs them the names of parts and the points on them."""
        parts = self.arm_and_cabinet
        gripper, onboard, privileged = self.actions.gripper, self.observations.onboard, self.observations.privileged
        gripper.joint_names, gripper.redundant_joint = list(parts.arm_joints), parts.redundant_joint
        gripper.body_name, gripper.offset, gripper.down_axis = parts.hand_body, parts.gripper_offset, parts.down_axis
        for term in (onboard.joint_pos, onboard.joint_vel):
            term.params["asset_cfg"] = parts.arm
        for term in (privileged.gripper_to_handle, privileged.hand_in_handle_frame, self.rewards.approach):
            term.params |= {"hand_cfg": parts.hand, "handle_cfg": parts.handle}
        privileged.gripper_to_handle.params["gripper_offset"] = parts.gripper_offset
        privileged.gripper_to_handle.params["handle_offset"] = parts.handle_offset
        self.rewards.approach.params |= {"fingers": parts.fingers, "goals": parts.hooked_fingers}
        for term in (privileged.drawer_pos, privileged.drawer_vel):
            term.params["asset_cfg"] = parts.drawer
        for term in (self.rewards.opening, self.terminations.success):
            term.params["drawer_cfg"] = parts.drawer
        self.events.reset_arm.params |= {"arm_cfg": parts.arm, "handle_cfg": parts.handle, "hooked": parts.hooked}
        self.events.place_cabinet.params["handle_cfg"] = parts.handle_mount

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

    def step_metrics(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """Metrics of the present step, which evaluation averages over episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            ``handle_hidden``: share of the bar that the arm hides from the camera. Shape is (num_envs,).
        """
        _, hidden = self._bar_and_what_is_hidden(env)
        return {"handle_hidden": hidden.float().mean(dim=-1)}

    def overlay(self, env: ManagerBasedRLEnv) -> dict[str, Marks]:
        """Show what of the bar the camera sees, and what the arm hides from it, to somebody who watches.

        Args:
            env: Environment of this configuration.

        Returns:
            ``sight``, lines from the camera to the bar, and ``hidden_bar``.
        """
        points, hidden = self._bar_and_what_is_hidden(env)
        camera = torch.tensor(self.scene.camera.offset.pos, device=env.device).expand_as(points)
        return {
            "sight": Marks(camera, SEEN, 0.005, ends=points, shown=~hidden),
            "hidden_bar": Marks(points, UNSEEN, 0.04, shown=hidden),
        }

    def _bar_and_what_is_hidden(self, env: ManagerBasedRLEnv) -> tuple[torch.Tensor, torch.Tensor]:
        """Points of the bar, and which of them the arm hides from the camera."""
        parts, camera = self.arm_and_cabinet, self.scene.camera.offset.pos
        return mdp.bar_and_what_is_hidden(
            env, "cabinet", parts.handle_body, parts.bar_points, camera, "robot", parts.occluders
        )

    def evaluation_mode(self):
        """Every episode begins with the arm near its ready pose. Sensors stay noisy, as on the robot."""
        self.events.reset_arm.params["near_fraction"] = 0.0
