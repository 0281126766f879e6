# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Environment configuration of ``TSRA-LimitedView-Rover``.

A rover that can turn crosses a field of posts to a goal. The privileged observations show posts all around and far;
the onboard ones are a short fan of rays ahead. What the student cannot know depends on where it looks, so a teacher is
imitable only if it looks where it goes. The task follows the obstacle avoidance of Student-Informed Teacher Training
(Messikommer et al., arXiv:2412.09149) in spirit, without its camera.
"""

import math
from contextlib import AbstractContextManager

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
from isaaclab.utils import configclass, replace
from isaaclab.utils.noise import GaussianNoiseCfg
from isaaclab.visualizers import VisualizerCfg

from tsra_lab.configs import OnboardTermCfg as OnboardTerm
from tsra_lab.hooks import Marks

from ..robots import TURNING_ROVER_CFG
from ..shared.marks import ray_marks, unseen_marks
from ..shared.physics_cfg import ContactFreePhysicsCfg
from ..shared.posts import post_distances
from ..shared.scene import LIGHT_CFG, floor_cfg
from ..shared.task_env_cfg import OnboardGroupCfg, TaskEnvCfg
from ..shared.terms import goal_in_robot_frame, hit_post, progress_to_goal, reached_goal
from . import mdp

CONTROL_PERIOD = 0.1
"""Duration of an environment step [s]. Rewards per episode event are divided by it, as Isaac Lab multiplies by it."""

FAN = tuple(math.radians(10.0 * step) for step in range(-4, 5))
"""Directions of the onboard rays, from the heading [rad]: 80 degrees ahead."""

FAN_RANGE = 1.2
"""Reach of the onboard rays [m]."""

OUTSIDE_FAN = tuple(math.radians(54.0 + 12.6 * step) for step in range(21))
"""Directions of the privileged rays outside the fan [rad]: the other 280 degrees."""

PRIVILEGED_RANGE = 3.0
"""Reach of the privileged rays [m]."""

DRIVES = SceneEntityCfg("robot", joint_names=["drive_x", "drive_y"], preserve_order=True)


@configclass
class LimitedViewSceneCfg(InteractiveSceneCfg):
    """A rover on a floor. The posts are drawn by the field command, which knows where they are."""

    floor = floor_cfg(5.6, 2.8)
    robot: ArticulationCfg = replace(TURNING_ROVER_CFG, prim_path="{ENV_REGEX_NS}/Robot")
    light = LIGHT_CFG


@configclass
class CommandsCfg:
    """The field and its goal."""

    field = mdp.FieldCommandCfg(asset_name="robot")


@configclass
class ActionsCfg:
    """Velocity of the rover in its own frame."""

    velocity = mdp.BodyVelocityActionCfg(
        asset_name="robot",
        joint_names=["drive_x", "drive_y", "turn"],
        scale={"drive_.*": 1.0, "turn": 2.0},
        clip={"drive_.*": (-1.2, 1.2), "turn": (-2.5, 2.5)},
    )


@configclass
class ObservationsCfg:
    """What the rover's own sensors give, and what only the simulator knows."""

    @configclass
    class OnboardCfg(OnboardGroupCfg):
        """Onboard: odometry, heading, velocity, goal and the fan of rays."""

        odometry = OnboardTerm(
            func=isaac_mdp.joint_pos,
            params={"asset_cfg": DRIVES},
            noise=GaussianNoiseCfg(std=0.02),
            unit="m",
            frame="field: x to the goal, y to the left",
        )
        heading = OnboardTerm(
            func=mdp.heading,
            params={"command_name": "field"},
            noise=GaussianNoiseCfg(std=0.02),
            unit="1",
            frame="field: cosine and sine",
        )
        velocity = OnboardTerm(
            func=mdp.body_velocity,
            params={"command_name": "field"},
            noise=GaussianNoiseCfg(std=0.05),
            unit="m/s, m/s, rad/s",
            frame="body: ahead, left, turn rate",
        )
        goal = OnboardTerm(
            func=goal_in_robot_frame,
            params={"command_name": "field"},
            noise=GaussianNoiseCfg(std=0.02),
            unit="m",
            frame="body: ahead, left",
        )
        rays = OnboardTerm(
            func=post_distances,
            params={"command_name": "field", "angles": FAN, "max_range": FAN_RANGE},
            noise=GaussianNoiseCfg(std=0.02),
            unit="m",
            frame="body: distance along each ray, from right to left",
        )

    @configclass
    class PrivilegedCfg(ObsGroup):
        """Privileged: the exact state, and far rays all around."""

        position = ObsTerm(func=isaac_mdp.joint_pos, params={"asset_cfg": DRIVES})
        heading = ObsTerm(func=mdp.heading, params={"command_name": "field"})
        velocity = ObsTerm(func=mdp.body_velocity, params={"command_name": "field"})
        goal = ObsTerm(func=goal_in_robot_frame, params={"command_name": "field"})
        rays_in_fan = ObsTerm(
            func=post_distances,
            params={"command_name": "field", "angles": FAN, "max_range": PRIVILEGED_RANGE},
        )
        rays_outside_fan = ObsTerm(
            func=post_distances,
            params={"command_name": "field", "angles": OUTSIDE_FAN, "max_range": PRIVILEGED_RANGE},
        )

    onboard: OnboardCfg = OnboardCfg()
    privileged: PrivilegedCfg = PrivilegedCfg()


@configclass
class EventCfg:
    """Start of an episode."""

    reset_rover = EventTerm(
        func=mdp.reset_rover_in_corridor,
        mode="reset",
        params={"start_x": -2.3, "start_y_range": (-0.9, 0.9), "command_name": "field"},
    )


@configclass
class RewardsCfg:
    """Progress to the goal, costs of time and effort, and what ends the episode."""

    progress = RewTerm(func=progress_to_goal, weight=0.5, params={"command_name": "field"})
    time = RewTerm(func=isaac_mdp.is_alive, weight=-0.02 / CONTROL_PERIOD)
    # without it, commands grow far beyond their bounds, and exploration noise with them
    effort = RewTerm(func=isaac_mdp.action_l2, weight=-0.005 / CONTROL_PERIOD)
    goal = RewTerm(func=isaac_mdp.is_terminated_term, weight=3.0 / CONTROL_PERIOD, params={"term_keys": "success"})
    collision = RewTerm(
        func=isaac_mdp.is_terminated_term, weight=-2.0 / CONTROL_PERIOD, params={"term_keys": "collision"}
    )


@configclass
class TerminationsCfg:
    """Outcomes of an episode. Evaluation reports the rate of each; ``success`` is the task's success."""

    success = DoneTerm(func=reached_goal, params={"command_name": "field"})
    collision = DoneTerm(func=hit_post, params={"command_name": "field"})
    time_out = DoneTerm(func=isaac_mdp.time_out, time_out=True)


@configclass
class LimitedViewEnvCfg(TaskEnvCfg):
    """Configuration of the limited view."""

    scene: LimitedViewSceneCfg = LimitedViewSceneCfg(num_envs=512, env_spacing=6.0)
    commands: CommandsCfg = CommandsCfg()
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventCfg = EventCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()

    def __post_init__(self):
        """Set times, physics and the viewpoint."""
        # velocity drives are integrated implicitly and nothing touches: one physics step per control step is enough
        self._set_times(CONTROL_PERIOD)
        self.sim.physics = ContactFreePhysicsCfg()
        self.sim.default_visualizer_cfg = VisualizerCfg(eye=(-1.0, -9.0, 9.0))

    def resampled_hidden_state(self, env: ManagerBasedRLEnv) -> AbstractContextManager[torch.Tensor]:
        """Redraw what the onboard sensors cannot tell, the posts outside the fan, for as long as the context lasts.

        Args:
            env: Environment of this configuration.

        Returns:
            Context that yields which environments were redrawn, of shape (num_envs,), and puts the posts back.
        """
        angles = torch.tensor(FAN, device=env.device)
        return env.command_manager.get_term("field").redrawn_unseen_posts(angles, FAN_RANGE)

    def step_metrics(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """Metrics of the present step, which evaluation averages over episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            ``looks_where_it_goes``: cosine between heading and motion, NaN at rest. Shape is (num_envs,).
        """
        return {"looks_where_it_goes": env.command_manager.get_term("field").looks_where_it_goes()}

    def initial_state(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """All that another simulator needs to begin the present episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            ``position`` [m] and ``velocity`` [m/s] of the rover and ``goal`` [m], of shape (num_envs, 2); ``heading``
            [rad] and ``turn_rate`` [rad/s], of shape (num_envs,); ``posts`` [m], of shape (num_envs, num_posts, 2).
        """
        field = env.command_manager.get_term("field")
        return {
            "position": field.position,
            "velocity": field.velocity,
            "heading": field.heading,
            "turn_rate": field.turn_rate,
            "goal": field.goal,
            "posts": field.posts,
        }

    def overlay(self, env: ManagerBasedRLEnv) -> dict[str, Marks]:
        """Show the student's fan, and the posts that it does not see, to somebody who watches.

        Args:
            env: Environment of this configuration.

        Returns:
            ``fan`` and ``unseen_posts``.
        """
        field, angles = env.command_manager.get_term("field"), torch.tensor(FAN, device=env.device)
        origins = torch.nn.functional.pad(field.position, (0, 1), value=0.1)
        distances = field.post_distances(angles, FAN_RANGE)
        return {
            "fan": ray_marks(origins, field.heading, distances, angles),
            "unseen_posts": unseen_marks(field.posts, field.seen_posts(angles, FAN_RANGE), height=0.6),
        }

    def play_mode(self):
        """Draw the posts, too."""
        super().play_mode()
        self.commands.field.debug_vis = True
