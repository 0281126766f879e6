# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Environment configuration of ``TSRA-ObstacleFlight-Quadrotor``.

A quadrotor flies through posts to a goal. The privileged observations show the posts all around; the student has a
forward depth camera. What the student cannot know depends on where it looks, so a teacher is imitable only if it looks
where it flies. The task follows the vision-based obstacle avoidance of Student-Informed Teacher Training (Messikommer
et al., arXiv:2412.09149); simulator, quadrotor, course and rewards are our own.
"""

import math
from contextlib import AbstractContextManager

import torch

import isaaclab.sim as sim_utils
from isaaclab.assets import RigidObjectCfg
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

from ..props import POST_CFG, POST_HEIGHT, POST_RADIUS
from ..robots import QUADROTOR_CFG
from ..shared.depth_image import DepthImage
from ..shared.image_noise import ImageNoiseCfg
from ..shared.marks import ray_marks, unseen_marks
from ..shared.options import check_surroundings
from ..shared.physics_cfg import ContactFreePhysicsCfg
from ..shared.posts import post_distances
from ..shared.renderer_cfg import CameraRendererCfg
from ..shared.scene import LIGHT_CFG, floor_cfg
from ..shared.task_env_cfg import CameraTaskEnvCfg, OnboardGroupCfg, SpectatorCfg
from ..shared.terms import goal_in_robot_frame, hit_post, progress_to_goal, reached_goal
from . import mdp

CONTROL_PERIOD = 0.06
"""Duration of an environment step [s]. Rewards per episode event are divided by it, as Isaac Lab multiplies by it."""

POSTS = tuple(f"post_{index}" for index in range(8))
"""Names of the posts in the scene."""

FIELD_OF_VIEW = math.radians(90.0)
"""Horizontal field of view of the camera [rad]."""

CAMERA_RANGE = 4.0
"""Range of the camera [m]."""

MAX_SPEED = 2.0
"""Upper bound on the speed that is rewarded; a higher one costs [m/s]."""

AHEAD = tuple(math.radians(8.0 * step) for step in range(-5, 6))
"""Directions of the privileged rays within the camera's field of view, from the heading [rad]."""

ELSEWHERE = tuple(math.radians(50.0 + 10.0 * step) for step in range(27))
"""Directions of the privileged rays outside of it [rad]."""

ROBOT = SceneEntityCfg("robot")

BODY = "body: x ahead, y left, z up"
"""Frame of vectors."""


@configclass
class ObstacleFlightSceneCfg(InteractiveSceneCfg):
    """A quadrotor with a camera, a floor, and the posts that the course command places."""

    floor = floor_cfg(11.0, 6.0)
    robot: RigidObjectCfg = replace(QUADROTOR_CFG, prim_path="{ENV_REGEX_NS}/Robot")
    camera: CameraCfg = CameraCfg(
        prim_path="{ENV_REGEX_NS}/Robot/front_camera",
        width=32,
        height=24,
        data_types=["distance_to_image_plane"],
        spawn=sim_utils.PinholeCameraCfg(
            focal_length=10.0,
            horizontal_aperture=2.0 * 10.0 * math.tan(0.5 * FIELD_OF_VIEW),
            clipping_range=(0.02, CAMERA_RANGE),
        ),
        offset=CameraCfg.OffsetCfg(pos=(0.05, 0.0, 0.01), convention="world"),
        # without it, images are rendered from where the quadrotor was at the start
        update_latest_camera_pose=True,
        renderer_cfg=CameraRendererCfg(),
    )
    light = LIGHT_CFG

    def __post_init__(self):
        """Add the posts."""
        for name in POSTS:
            setattr(self, name, replace(POST_CFG, prim_path=f"{{ENV_REGEX_NS}}/{name.capitalize()}"))


@configclass
class CommandsCfg:
    """The course and its goal."""

    course = mdp.CourseCommandCfg(asset_name="robot", post_names=POSTS, post_radius=POST_RADIUS)


@configclass
class ActionsCfg:
    """Collective thrust and body rates."""

    flight = mdp.ThrustAndRatesActionCfg(asset_name="robot")


@configclass
class ObservationsCfg:
    """What the quadrotor's own sensors give, and what only the simulator knows."""

    @configclass
    class OnboardCfg(OnboardGroupCfg):
        """Onboard: attitude, body rates, velocity, goal, altitude, last action."""

        attitude = OnboardTerm(
            func=isaac_mdp.projected_gravity,
            params={"asset_cfg": ROBOT},
            noise=GaussianNoiseCfg(std=0.02),
            unit="1",
            frame="body: direction of gravity",
        )
        body_rates = OnboardTerm(
            func=isaac_mdp.base_ang_vel,
            params={"asset_cfg": ROBOT},
            noise=GaussianNoiseCfg(std=0.05),
            unit="rad/s",
            frame=BODY,
        )
        velocity = OnboardTerm(
            func=isaac_mdp.base_lin_vel,
            params={"asset_cfg": ROBOT},
            noise=GaussianNoiseCfg(std=0.05),
            unit="m/s",
            frame=BODY,
        )
        goal = OnboardTerm(
            func=goal_in_robot_frame,
            params={"command_name": "course"},
            noise=GaussianNoiseCfg(std=0.05),
            unit="m",
            frame=BODY,
        )
        altitude = OnboardTerm(
            func=mdp.altitude,
            params={"command_name": "course"},
            noise=GaussianNoiseCfg(std=0.02),
            unit="m",
            frame="above the ground",
        )
        lateral_position = OnboardTerm(
            func=mdp.lateral_position,
            params={"command_name": "course"},
            noise=GaussianNoiseCfg(std=0.05),
            unit="m",
            frame="to the left of the course's middle line",
        )
        last_action = OnboardTerm(func=isaac_mdp.last_action, unit="1", frame="the student's raw action")

    @configclass
    class ImageCfg(OnboardGroupCfg):
        """Onboard too: the forward depth image."""

        depth = OnboardTerm(
            func=DepthImage,
            params={"sensor_cfg": SceneEntityCfg("camera"), "max_range": CAMERA_RANGE, "latency_steps": (0, 0)},
            noise=ImageNoiseCfg(relative_std=0.02, dropout_probability=0.01),
            clip=(0.0, 1.0),
            unit=f"{CAMERA_RANGE} m",
            frame="depth along the camera's axis; rows from the top",
        )

    @configclass
    class PrivilegedCfg(ObsGroup):
        """Privileged: the exact state, and the posts all around."""

        attitude = ObsTerm(func=isaac_mdp.projected_gravity, params={"asset_cfg": ROBOT})
        body_rates = ObsTerm(func=isaac_mdp.base_ang_vel, params={"asset_cfg": ROBOT})
        velocity = ObsTerm(func=isaac_mdp.base_lin_vel, params={"asset_cfg": ROBOT})
        goal = ObsTerm(func=goal_in_robot_frame, params={"command_name": "course"})
        altitude = ObsTerm(func=mdp.altitude, params={"command_name": "course"})
        lateral_position = ObsTerm(func=mdp.lateral_position, params={"command_name": "course"})
        last_action = ObsTerm(func=isaac_mdp.last_action)
        posts_ahead = ObsTerm(
            func=post_distances,
            params={"command_name": "course", "angles": AHEAD, "max_range": CAMERA_RANGE},
        )
        posts_elsewhere = ObsTerm(
            func=post_distances,
            params={"command_name": "course", "angles": ELSEWHERE, "max_range": CAMERA_RANGE},
        )

    @configclass
    class SurroundingsCfg(ObsGroup):
        """Privileged: the posts alone."""

        posts_ahead = ObsTerm(
            func=post_distances,
            params={"command_name": "course", "angles": AHEAD, "max_range": CAMERA_RANGE},
        )
        posts_elsewhere = ObsTerm(
            func=post_distances,
            params={"command_name": "course", "angles": ELSEWHERE, "max_range": CAMERA_RANGE},
        )

    onboard: OnboardCfg = OnboardCfg()
    image: ImageCfg = ImageCfg()
    privileged: PrivilegedCfg = PrivilegedCfg()
    surroundings: SurroundingsCfg = SurroundingsCfg()


@configclass
class EventCfg:
    """Start of an episode."""

    reset_quadrotor = EventTerm(
        func=mdp.reset_quadrotor,
        mode="reset",
        params={"max_tilt": 0.2, "max_speed": 0.3, "anywhere_fraction": 0.5, "command_name": "course"},
    )


@configclass
class RewardsCfg:
    """Progress to the goal, costs of time and unrest, and what ends the episode."""

    progress = RewTerm(func=progress_to_goal, weight=1.0, params={"command_name": "course", "max_speed": MAX_SPEED})
    # without it, the discount alone makes it fly as fast as it can
    haste = RewTerm(func=mdp.excess_speed, weight=-1.0, params={"command_name": "course", "max_speed": MAX_SPEED})
    time = RewTerm(func=isaac_mdp.is_alive, weight=-0.01 / CONTROL_PERIOD)
    effort = RewTerm(func=isaac_mdp.action_l2, weight=-0.002 / CONTROL_PERIOD)
    unrest = RewTerm(func=mdp.body_rates_squared, weight=-0.001 / CONTROL_PERIOD, params={"command_name": "course"})
    closeness = RewTerm(func=mdp.closeness_to_posts, weight=-1.0, params={"command_name": "course", "margin": 0.4})
    goal = RewTerm(func=isaac_mdp.is_terminated_term, weight=4.0 / CONTROL_PERIOD, params={"term_keys": "success"})
    crash = RewTerm(
        func=isaac_mdp.is_terminated_term,
        weight=-4.0 / CONTROL_PERIOD,
        params={"term_keys": ["collision", "left_corridor"]},
    )


@configclass
class TerminationsCfg:
    """Outcomes of an episode. Evaluation reports the rate of each; ``success`` is the task's success."""

    success = DoneTerm(func=reached_goal, params={"command_name": "course"})
    collision = DoneTerm(func=hit_post, params={"command_name": "course"})
    left_corridor = DoneTerm(
        func=mdp.left_corridor,
        params={"command_name": "course", "half_width": 2.4, "altitude_range": (0.2, 2.2)},
    )
    time_out = DoneTerm(func=isaac_mdp.time_out, time_out=True)


@configclass
class ObstacleFlightEnvCfg(CameraTaskEnvCfg):
    """Configuration of the obstacle flight."""

    scene: ObstacleFlightSceneCfg = ObstacleFlightSceneCfg(num_envs=512, env_spacing=12.0)
    commands: CommandsCfg = CommandsCfg()
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventCfg = EventCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()
    # behind the quadrotor, towards the goal's side
    spectator: SpectatorCfg = SpectatorCfg(eye=(-1.0, 0.0, 0.55), target=(0.6, 0.0, -0.05), follows="robot")

    def __post_init__(self):
        """Set times, physics and the viewpoint."""
        self._set_times(CONTROL_PERIOD, decimation=3)
        self.sim.physics = ContactFreePhysicsCfg()
        self.sim.default_visualizer_cfg = VisualizerCfg(eye=(-8.0, -6.0, 6.0))

    def validate_config(self):
        """Check the observations. Isaac Lab calls it when an environment is made.

        Raises:
            ValueError: If a term of ``surroundings`` is not that of ``privileged``.
        """
        check_surroundings(self.observations.surroundings, self.observations.privileged)

    def evaluation_mode(self):
        """Start every episode at the start. Sensors stay noisy, as on the robot."""
        self.events.reset_quadrotor.params["anywhere_fraction"] = 0.0

    def resampled_hidden_state(self, env: ManagerBasedRLEnv) -> AbstractContextManager[torch.Tensor]:
        """Redraw what the onboard sensors cannot tell, the posts out of view, for as long as the context lasts.

        Args:
            env: Environment of this configuration.

        Returns:
            Context that yields which environments were redrawn, of shape (num_envs,), and puts the posts back.
        """
        return env.command_manager.get_term("course").redrawn_unseen_posts(FIELD_OF_VIEW, CAMERA_RANGE)

    def step_metrics(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """Metrics of the present step, which evaluation averages over episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            ``looks_where_it_goes``: cosine between camera and velocity, NaN at rest; ``posts_in_view``: their number.
            Shapes are (num_envs,).
        """
        course = env.command_manager.get_term("course")
        return {
            "looks_where_it_goes": course.looks_where_it_flies(),
            "posts_in_view": course.posts_in_view(FIELD_OF_VIEW, CAMERA_RANGE).sum(dim=-1).float(),
        }

    def initial_state(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """All that another simulator needs to begin the present episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            ``position`` [m] and ``velocity`` [m/s] of the quadrotor and ``goal`` [m], of shape (num_envs, 3);
            ``orientation`` as a quaternion (x, y, z, w), of shape (num_envs, 4); ``body_rates`` [rad/s] in the body
            frame, of shape (num_envs, 3); ``motor_thrusts`` [N], of shape (num_envs, 4); ``posts`` [m], of shape
            (num_envs, num_posts, 2).
        """
        course = env.command_manager.get_term("course")
        return {
            "position": course.position,
            "orientation": course.orientation,
            "velocity": course.robot.data.root_link_lin_vel_w.torch,
            "body_rates": course.robot.data.root_link_ang_vel_b.torch,
            "motor_thrusts": env.action_manager.get_term("flight").dynamics.motor_thrusts,
            "goal": course.goal,
            "posts": course.posts,
        }

    def overlay(self, env: ManagerBasedRLEnv) -> dict[str, Marks]:
        """Show how far the camera sees, and the posts out of its view, to somebody who watches.

        Args:
            env: Environment of this configuration.

        Returns:
            ``camera``, level rays within its field of view, and ``unseen_posts``.
        """
        course, angles = env.command_manager.get_term("course"), torch.tensor(AHEAD, device=env.device)
        distances = course.post_distances(angles, CAMERA_RANGE)
        seen = course.posts_in_view(FIELD_OF_VIEW, CAMERA_RANGE)
        return {
            "camera": ray_marks(course.position, course.heading, distances, angles),
            "unseen_posts": unseen_marks(course.posts, seen, height=POST_HEIGHT + 0.2),
        }
