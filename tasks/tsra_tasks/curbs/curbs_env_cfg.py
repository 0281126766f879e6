# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Environment configuration of ``TSRA-Velocity-Curbs-Quadruped``.

A quadruped with the body of a Unitree Go1 walks at a commanded velocity over curbs. The privileged observations show
the ground ahead; the student feels its joints and how it is inclined, and is blind. It cannot know the next curb, so a
teacher that steps exactly over it cannot be imitated, and one that lifts its feet in any case can. Rewards are Isaac
Lab's for walking at a commanded velocity; robot, course and success are our own.
"""

import math
from contextlib import AbstractContextManager

import torch

from isaaclab.assets import ArticulationCfg, AssetBaseCfg
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import EventTermCfg as EventTerm
from isaaclab.managers import ObservationGroupCfg as ObsGroup
from isaaclab.managers import ObservationTermCfg as ObsTerm
from isaaclab.managers import RewardTermCfg as RewTerm
from isaaclab.managers import SceneEntityCfg
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.scene import InteractiveSceneCfg
from isaaclab.sensors import ContactSensorCfg
from isaaclab.utils import configclass, replace
from isaaclab.utils.noise import UniformNoiseCfg
from isaaclab.visualizers import VisualizerCfg
from isaaclab_tasks.contrib.velocity.config.spot import mdp as spot_mdp
from isaaclab_tasks.core.velocity import mdp as isaac_mdp

from tsra_lab.configs import OnboardTermCfg as OnboardTerm
from tsra_lab.hooks import Marks

from ..props import CURB_COLOR, CURB_WIDTH, GROUND_CFG, curb_cfg
from ..robots import QUADRUPED_ACTION_SCALE, QUADRUPED_CFG, QUADRUPED_FEET, QUADRUPED_JOINTS, go1
from ..shared.marks import UNSEEN
from ..shared.options import Range, check_number, check_range, check_surroundings
from ..shared.scene import LIGHT_CFG
from ..shared.task_env_cfg import OnboardGroupCfg, TaskEnvCfg
from ..velocity import mdp as velocity_mdp
from ..velocity.blind_velocity_cfg import LIMITS, LONGEST_DELAY, SENSORS
from . import mdp
from .physics_cfg import CurbsPhysicsCfg

CONTROL_PERIOD = 0.02
"""Duration of an environment step [s]."""

CURBS = {f"Curb_{index}": (depth, CURB_WIDTH) for index, depth in enumerate((0.15, 0.3, 0.3, 0.5, 0.8))}
"""Curbs in the scene, by their prims: their extents along the way and across it [m]."""

HIGHEST_CURB = 0.2
"""Largest height that the option allows [m]; the robot's belly is 0.2 m above the ground."""

NOMINAL_HEIGHT = 0.26
"""Height of the trunk above the ground when the robot walks [m]; it stands about as high at the default pose."""

AHEAD = tuple(round(-0.3 + 0.1 * index, 1) for index in range(12))
"""Where the ground is looked up, ahead of the trunk's middle [m]."""

LEFT = (-0.13, 0.0, 0.13)
"""The same, to the left [m]: under the feet and between them."""

ROBOT = SceneEntityCfg("robot")
MOTORS = SceneEntityCfg("robot", joint_names=QUADRUPED_JOINTS, preserve_order=True)
TRUNK = SceneEntityCfg("robot", body_names="trunk")
FEET = SceneEntityCfg("robot", body_names=QUADRUPED_FEET, preserve_order=True)
TOUCHED_FEET = SceneEntityCfg("contact_forces", body_names=QUADRUPED_FEET, preserve_order=True)

BODY = "trunk: x ahead, y left, z up"
"""Frame of vectors."""
JOINTS = "joints in the order of the action"
"""Frame of what motors measure."""


@configclass
class CurbsSceneCfg(InteractiveSceneCfg):
    """A quadruped, flat ground, and the curbs that lie on it."""

    ground: AssetBaseCfg = replace(GROUND_CFG, prim_path="{ENV_REGEX_NS}/Ground")
    robot: ArticulationCfg = replace(QUADRUPED_CFG, prim_path="{ENV_REGEX_NS}/Robot")
    contact_forces = ContactSensorCfg(
        prim_path="{ENV_REGEX_NS}/Robot/(trunk|.*_thigh|.*_foot)", history_length=2, track_air_time=True
    )
    light = LIGHT_CFG

    def __post_init__(self):
        """Add the curbs."""
        for name, (depth, _) in CURBS.items():
            setattr(self, name.lower(), replace(curb_cfg(depth), prim_path=f"{{ENV_REGEX_NS}}/{name}"))


@configclass
class CommandsCfg:
    """The velocity: ahead, a little to the sides, and turning so that the heading is near the course's direction."""

    base_velocity = isaac_mdp.UniformVelocityCommandCfg(
        asset_name="robot",
        resampling_time_range=(5.0, 5.0),
        heading_command=True,
        heading_control_stiffness=0.5,
        ranges=isaac_mdp.UniformVelocityCommandCfg.Ranges(
            lin_vel_x=(0.3, 0.8), lin_vel_y=(-0.15, 0.15), ang_vel_z=(-0.6, 0.6), heading=(-0.3, 0.3)
        ),
    )


@configclass
class ActionsCfg:
    """Targets of the joints' positions."""

    joint_pos = isaac_mdp.JointPositionActionCfg(
        asset_name="robot", joint_names=QUADRUPED_JOINTS, scale=QUADRUPED_ACTION_SCALE, preserve_order=True
    )


@configclass
class BlindGroupCfg(OnboardGroupCfg):
    """What the robot measures of itself, and what it is told. Noise is that of Isaac Lab's velocity tasks."""

    base_ang_vel = OnboardTerm(
        func=isaac_mdp.base_ang_vel,
        params={"asset_cfg": ROBOT},
        noise=UniformNoiseCfg(n_min=-0.2, n_max=0.2),
        unit="rad/s",
        frame=BODY,
    )
    projected_gravity = OnboardTerm(
        func=isaac_mdp.projected_gravity,
        params={"asset_cfg": ROBOT},
        noise=UniformNoiseCfg(n_min=-0.05, n_max=0.05),
        unit="1",
        frame="trunk: unit vector along gravity",
    )
    velocity_commands = OnboardTerm(
        func=isaac_mdp.generated_commands,
        params={"command_name": "base_velocity"},
        unit="m/s, m/s, rad/s",
        frame="trunk: ahead, to the left, about up",
    )
    joint_pos_rel = OnboardTerm(
        func=isaac_mdp.joint_pos_rel,
        params={"asset_cfg": MOTORS},
        noise=UniformNoiseCfg(n_min=-0.01, n_max=0.01),
        unit="rad",
        frame=f"{JOINTS}, from the default pose",
    )
    joint_vel_rel = OnboardTerm(
        func=isaac_mdp.joint_vel_rel,
        params={"asset_cfg": MOTORS},
        noise=UniformNoiseCfg(n_min=-1.5, n_max=1.5),
        unit="rad/s",
        frame=JOINTS,
    )
    last_action = OnboardTerm(func=isaac_mdp.last_action, unit="1", frame=f"{JOINTS}, before scale and offset")


@configclass
class SurroundingsCfg(ObsGroup):
    """Privileged: what no sensor of the robot tells."""

    base_lin_vel = ObsTerm(func=isaac_mdp.base_lin_vel, params={"asset_cfg": ROBOT})
    height_profile = ObsTerm(
        func=mdp.HeightProfile,
        params={
            "curbs": CURBS,
            "ahead": AHEAD,
            "left": LEFT,
            "nominal_height": NOMINAL_HEIGHT,
            "asset_cfg": ROBOT,
        },
    )
    feet_contact = ObsTerm(func=velocity_mdp.feet_contact, params={"sensor_cfg": TOUCHED_FEET})
    foot_friction = ObsTerm(func=velocity_mdp.FootFriction, params={"asset_cfg": FEET})
    base_mass = ObsTerm(func=velocity_mdp.BodyMassRatio, params={"asset_cfg": TRUNK})
    motor_strength = ObsTerm(func=velocity_mdp.MotorStrength, params={"asset_cfg": ROBOT})


@configclass
class PrivilegedCfg(SurroundingsCfg):
    """Privileged: that, and without noise what the robot measures."""

    base_ang_vel = ObsTerm(func=isaac_mdp.base_ang_vel, params={"asset_cfg": ROBOT})
    projected_gravity = ObsTerm(func=isaac_mdp.projected_gravity, params={"asset_cfg": ROBOT})
    velocity_commands = ObsTerm(func=isaac_mdp.generated_commands, params={"command_name": "base_velocity"})
    joint_pos_rel = ObsTerm(func=isaac_mdp.joint_pos_rel, params={"asset_cfg": MOTORS})
    joint_vel_rel = ObsTerm(func=isaac_mdp.joint_vel_rel, params={"asset_cfg": MOTORS})
    last_action = ObsTerm(func=isaac_mdp.last_action)


@configclass
class ObservationsCfg:
    """What teacher and student see."""

    onboard: BlindGroupCfg = BlindGroupCfg(history_length=10)
    """Ten samples, for a student without memory."""

    present: BlindGroupCfg = BlindGroupCfg()
    """One sample, for a student that remembers."""

    privileged: PrivilegedCfg = PrivilegedCfg()
    surroundings: SurroundingsCfg = SurroundingsCfg()


@configclass
class EventCfg:
    """What is drawn for an episode, and pushes within it. The task's options set the ranges."""

    friction = EventTerm(
        func=isaac_mdp.randomize_rigid_body_material,
        mode="reset",
        params={
            "asset_cfg": SceneEntityCfg("robot", body_names=".*"),
            "static_friction_range": (1.0, 1.0),
            "dynamic_friction_range": (1.0, 1.0),
            "restitution_range": (0.0, 0.0),
            "num_buckets": 64,
        },
    )
    # with a mass or a gain, Newton's solver computes constants of all environments anew: drawn at every reset, so at
    # nearly every step, that is a quarter of training. Evaluation does
    base_mass = EventTerm(
        func=isaac_mdp.randomize_rigid_body_mass,
        mode="startup",
        params={"asset_cfg": TRUNK, "mass_distribution_params": (1.0, 1.0), "operation": "scale"},
    )
    motor_strength = EventTerm(
        func=velocity_mdp.ScaleMotorStrength,
        mode="startup",
        params={"asset_cfg": ROBOT, "strength_range": (1.0, 1.0)},
    )
    curbs = EventTerm(
        func=mdp.PlaceCurbs,
        mode="reset",
        params={
            "curbs": CURBS,
            "heights": (0.0, 0.0),
            "share": 0.0,
            "start": 0.7,
            "length": 6.0,
            "max_yaw": 0.3,
        },
    )
    root = EventTerm(
        func=isaac_mdp.reset_root_state_uniform,
        mode="reset",
        params={
            "asset_cfg": ROBOT,
            "pose_range": {"x": (-0.1, 0.1), "y": (-0.5, 0.5), "z": (0.01, 0.02), "yaw": (-0.3, 0.3)},
            "velocity_range": {"x": (-0.2, 0.2), "y": (-0.2, 0.2), "yaw": (-0.3, 0.3)},
        },
    )
    joints = EventTerm(
        func=isaac_mdp.reset_joints_by_offset,
        mode="reset",
        params={"asset_cfg": MOTORS, "position_range": (-0.1, 0.1), "velocity_range": (0.0, 0.0)},
    )
    push = EventTerm(
        func=isaac_mdp.push_by_setting_velocity,
        mode="interval",
        interval_range_s=(4.0, 8.0),
        params={"asset_cfg": ROBOT, "velocity_range": {"x": (0.0, 0.0), "y": (0.0, 0.0)}},
    )


@configclass
class RewardsCfg:
    """Isaac Lab's rewards of walking at a commanded velocity, those of a trot from its Spot, and progress."""

    track_lin_vel = RewTerm(
        func=isaac_mdp.track_lin_vel_xy_exp,
        weight=1.5,
        params={"command_name": "base_velocity", "std": 0.5, "asset_cfg": ROBOT},
    )
    track_ang_vel = RewTerm(
        func=isaac_mdp.track_ang_vel_z_exp,
        weight=0.75,
        params={"command_name": "base_velocity", "std": 0.5, "asset_cfg": ROBOT},
    )
    progress = RewTerm(func=mdp.progress, weight=1.0, params={"command_name": "base_velocity", "asset_cfg": ROBOT})
    lin_vel_z = RewTerm(func=isaac_mdp.lin_vel_z_l2, weight=-1.0, params={"asset_cfg": ROBOT})
    ang_vel_xy = RewTerm(func=isaac_mdp.ang_vel_xy_l2, weight=-0.05, params={"asset_cfg": ROBOT})
    flat_orientation = RewTerm(func=isaac_mdp.flat_orientation_l2, weight=-1.0, params={"asset_cfg": ROBOT})
    base_height = RewTerm(
        func=mdp.BaseHeight,
        weight=-20.0,
        params={"curbs": CURBS, "target_height": NOMINAL_HEIGHT, "asset_cfg": ROBOT},
    )
    torques = RewTerm(func=isaac_mdp.joint_torques_l2, weight=-2.0e-4, params={"asset_cfg": MOTORS})
    accelerations = RewTerm(func=isaac_mdp.joint_acc_l2, weight=-2.5e-7, params={"asset_cfg": MOTORS})
    action_rate = RewTerm(func=isaac_mdp.action_rate_l2, weight=-0.01)
    # without a gait to begin with, robots shuffle, and curbs stop them
    gait = RewTerm(
        func=spot_mdp.GaitReward,
        weight=1.0,
        params={
            "std": 0.1,
            "max_err": 0.2,
            "velocity_threshold": 0.0,
            "synced_feet_pair_names": (("FL_foot", "RR_foot"), ("FR_foot", "RL_foot")),
            "asset_cfg": ROBOT,
            "sensor_cfg": SceneEntityCfg("contact_forces"),
        },
    )
    air_time = RewTerm(
        func=spot_mdp.air_time_reward,
        weight=1.0,
        params={"mode_time": 0.3, "velocity_threshold": 0.0, "asset_cfg": ROBOT, "sensor_cfg": TOUCHED_FEET},
    )
    # not as high as the highest curb: where that is needed the teacher sees
    foot_lift = RewTerm(
        func=mdp.foot_lift,
        weight=1.0,
        params={
            "curbs": CURBS,
            "enough": 0.05,
            "radius": go1.FOOT_RADIUS,
            "asset_cfg": FEET,
            "sensor_cfg": TOUCHED_FEET,
        },
    )
    feet_slide = RewTerm(func=isaac_mdp.feet_slide, weight=-0.1, params={"sensor_cfg": TOUCHED_FEET, "asset_cfg": FEET})
    thigh_contacts = RewTerm(
        func=isaac_mdp.undesired_contacts,
        weight=-0.5,
        params={"sensor_cfg": SceneEntityCfg("contact_forces", body_names=".*_thigh"), "threshold": 1.0},
    )


@configclass
class TerminationsCfg:
    """Outcomes of an episode. ``success`` comes with ``time_out``, whose rate is so that of episodes without a fall."""

    success = DoneTerm(
        func=mdp.FollowedCommand,
        params={
            "command_name": "base_velocity",
            "max_linear_error": 0.25,
            "max_yaw_error": 0.4,
            "asset_cfg": ROBOT,
        },
        time_out=True,
    )
    trunk_contact = DoneTerm(
        func=isaac_mdp.illegal_contact,
        params={"sensor_cfg": SceneEntityCfg("contact_forces", body_names="trunk"), "threshold": 1.0},
    )
    tipped_over = DoneTerm(func=isaac_mdp.bad_orientation, params={"limit_angle": 1.0, "asset_cfg": ROBOT})
    time_out = DoneTerm(func=isaac_mdp.time_out, time_out=True)


@configclass
class CurbsEnvCfg(TaskEnvCfg):
    """Configuration of the curbs.

    The options below may be set on the command line, such as ``env.curb_heights=[0.02,0.05]``; they count, whatever
    the events' own parameters say.
    """

    scene: CurbsSceneCfg = CurbsSceneCfg(num_envs=1024, env_spacing=16.0)
    commands: CommandsCfg = CommandsCfg()
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventCfg = EventCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()

    curb_heights: Range = (0.04, 0.08)
    """Heights of curbs [m], drawn for each at every reset; from 0 to 0.2."""

    low_curbs_in_training: bool = True
    """Whether training draws curbs from flat ground up to the highest; evaluation never does."""

    curb_share: float = 0.7
    """Probability that each of the five curbs is there [1]; from 0 to 1."""

    friction_range: Range = (0.4, 1.25)
    """Friction coefficient of the robot's shapes [1], drawn for each at every reset; from 0.05 to 3. A contact has the
    robot's coefficient, for ground and curbs have the least."""

    base_mass_range: Range = (0.8, 1.5)
    """Mass of the trunk, as a multiple of the nominal one [1]: a payload; from 0.2 to 5. Drawn for each environment
    when training starts, in evaluation at every reset."""

    motor_strength_range: Range = (0.8, 1.2)
    """Gains of all joints, as a multiple of the nominal ones [1], one factor for each environment; from 0.1 to 3. Drawn
    when training starts, in evaluation at every reset."""

    push_speed: float = 0.3
    """Largest change of the trunk's velocity, ahead and to a side, by a push every 4 to 8 s [m/s]; from 0 to 2."""

    observation_delay: tuple[int, int] = (0, 1)
    """Least and most control periods by which each sensor is late; drawn for each sensor and episode; up to 50. The
    command and the last action are not late."""

    def __post_init__(self):
        """Set times, physics and the viewpoint."""
        self._set_times(CONTROL_PERIOD, decimation=2, episode_length=10.0)
        self.sim.physics = CurbsPhysicsCfg()
        self.sim.default_visualizer_cfg = VisualizerCfg(eye=(1.5, -2.5, 1.2))

    def validate_config(self):
        """Check the options and hand them to the terms. Isaac Lab calls it when an environment is made.

        Raises:
            TypeError: If an option is no number or no range.
            ValueError: If an option is out of range, or a term of ``surroundings`` is not that of ``privileged``.
        """
        check_surroundings(self.observations.surroundings, self.observations.privileged)
        check_range("curb_heights", self.curb_heights, 0.0, HIGHEST_CURB)
        check_number("curb_share", self.curb_share, 0.0, 1.0)
        check_number("push_speed", self.push_speed, 0.0, 2.0)
        for name, limits in LIMITS.items():
            check_range(name, getattr(self, name), *limits)
        check_range("observation_delay", self.observation_delay, 0, LONGEST_DELAY, whole=True)
        events, friction, push = self.events, tuple(self.friction_range), (-self.push_speed, self.push_speed)
        events.friction.params |= {"static_friction_range": friction, "dynamic_friction_range": friction}
        events.base_mass.params["mass_distribution_params"] = tuple(self.base_mass_range)
        events.motor_strength.params["strength_range"] = tuple(self.motor_strength_range)
        lowest = 0.0 if self.low_curbs_in_training else self.curb_heights[0]
        events.curbs.params |= {"heights": (lowest, self.curb_heights[1]), "share": self.curb_share}
        if events.push is not None:
            events.push.params["velocity_range"] = {"x": push, "y": push}
        for group in (self.observations.onboard, self.observations.present):
            for name in SENSORS if group is not None else ():
                term = getattr(group, name)
                term.delay_min_lag, term.delay_max_lag = self.observation_delay

    def evaluation_mode(self):
        """All curbs are as high as the task says, and each episode has its own mass and motors. Sensors stay noisy."""
        self.low_curbs_in_training = False
        self.events.base_mass.mode = self.events.motor_strength.mode = "reset"

    def initial_state(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """All that another simulator needs to begin the present episodes.

        The next command and the pushes are drawn within an episode, so another simulator draws its own.

        Args:
            env: Environment of this configuration.

        Returns:
            What :func:`tsra_tasks.curbs.mdp.initial_state` gives. Shapes are (num_envs, ...).
        """
        return mdp.initial_state(env, ROBOT.name, "base_velocity", CURBS)

    def step_metrics(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """Metrics of the present step, which evaluation averages over episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            What :func:`tsra_tasks.curbs.mdp.walking_metrics` gives. Shapes are (num_envs,).
        """
        return mdp.walking_metrics(
            env, "base_velocity", ROBOT, TOUCHED_FEET.name, QUADRUPED_FEET, go1.FOOT_RADIUS, CURBS
        )

    def resampled_hidden_state(self, env: ManagerBasedRLEnv) -> AbstractContextManager[torch.Tensor]:
        """Redraw what the onboard sensors cannot tell, the heights of curbs ahead, for as long as the context lasts.

        Args:
            env: Environment of this configuration.

        Returns:
            Context that yields which environments were redrawn, of shape (num_envs,), and puts the curbs back.
        """
        return mdp.redrawn_curbs_ahead(
            mdp.Curbs.of(env, CURBS),
            env.scene["robot"],
            self.curb_heights,
            self.curb_share,
            reach=math.hypot(max(AHEAD), max(LEFT)),
        )

    def overlay(self, env: ManagerBasedRLEnv) -> dict[str, Marks]:
        """Show curbs, and the ground that the teacher looks up and the student does not see, to somebody who watches.

        Viewers draw static shapes where they were when the scene was made, so the curbs' own shapes are invisible.

        Args:
            env: Environment of this configuration.

        Returns:
            A mark for each curb, and ``height_profile`` unless the term was taken away.
        """
        begin, end, there = mdp.Curbs.of(env, CURBS).bars()
        marks = {
            name: Marks(begin[:, [index]], CURB_COLOR, depth, end[:, [index]], there[:, [index]])
            for index, (name, (depth, _)) in enumerate(CURBS.items())
        }
        group = env.observation_manager.cfg.privileged
        profile = None if group is None else group.height_profile
        if profile is not None:
            marks["height_profile"] = Marks(profile.func.points(ROBOT), UNSEEN, 0.03)
        return marks
