# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A mix-in that makes a TSRA task of any task derived from Isaac Lab's ``LocomotionVelocityRoughEnvCfg``.

The student is blind and does not know how fast it moves; the teacher sees all of it, and what was randomised. Rewards,
terminations, commands, actions, terrain and robot remain Isaac Lab's.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from isaaclab.assets import ArticulationCfg
from isaaclab.envs import ManagerBasedRLEnvCfg
from isaaclab.managers import EventTermCfg, ObservationGroupCfg, ObservationTermCfg, SceneEntityCfg
from isaaclab.utils import clone, configclass
from isaaclab_newton.physics import NewtonCfg

from tsra_lab.configs import OnboardTermCfg
from tsra_lab.hooks import TaskHooks

from ..robots.motor_order import OrderedArticulationCfg
from ..shared.options import Range, check_range, check_surroundings
from ..shared.task_env_cfg import OnboardGroupCfg
from . import mdp

if TYPE_CHECKING:
    from isaaclab_tasks.core.velocity.velocity_env_cfg import LocomotionVelocityRoughEnvCfg as UpstreamTask
else:
    # the other base class brings it; if it were one of the mix-in's, its fields would replace the other's
    UpstreamTask = object

JOINTS = "joints in the robot's order"

ONBOARD_TERMS = {
    "base_ang_vel": ("base_ang_vel", "rad/s", "root body"),
    "projected_gravity": ("projected_gravity", "1", "root body: unit vector along gravity"),
    "velocity_commands": (
        "velocity_commands",
        "m/s, m/s, rad/s",
        "root body: forward, to the left, about up",
    ),
    "joint_pos": ("joint_pos_rel", "rad", f"{JOINTS}, from the default pose"),
    "joint_vel": ("joint_vel_rel", "rad/s", JOINTS),
    "actions": ("last_action", "1", f"{JOINTS}, before scale and offset"),
}
"""Terms of Isaac Lab's group that the student sees: for each our name, unit and frame."""

HIDDEN_TERMS = ("base_lin_vel", "height_scan")
"""Terms of Isaac Lab's group that only the teacher sees."""

SENSORS = ("base_ang_vel", "projected_gravity", "joint_pos_rel", "joint_vel_rel")
"""Onboard terms that sensors measure, and that may so be late."""

LIMITS = {"friction_range": (0.05, 3.0), "base_mass_range": (0.2, 5.0), "motor_strength_range": (0.1, 3.0)}
"""What is plausible at all of each range: beyond, something was meant otherwise, such as kilograms."""

LONGEST_DELAY = 50
"""Longest delay of an observation [control periods]."""


@configclass
class BlindGroupCfg(OnboardGroupCfg):
    """What the robot measures of itself, and what it is told. Terms are filled in from Isaac Lab's group."""

    base_ang_vel: OnboardTermCfg | None = None
    projected_gravity: OnboardTermCfg | None = None
    velocity_commands: OnboardTermCfg | None = None
    joint_pos_rel: OnboardTermCfg | None = None
    joint_vel_rel: OnboardTermCfg | None = None
    last_action: OnboardTermCfg | None = None


@configclass
class SurroundingsGroupCfg(ObservationGroupCfg):
    """What no sensor of the robot tells, without noise."""

    base_lin_vel: ObservationTermCfg | None = None
    height_scan: ObservationTermCfg | None = None
    foot_friction: ObservationTermCfg | None = None
    base_mass: ObservationTermCfg | None = None
    motor_strength: ObservationTermCfg | None = None
    feet_contact: ObservationTermCfg | None = None


@configclass
class PrivilegedGroupCfg(SurroundingsGroupCfg):
    """That, and what the robot measures, all without noise."""

    base_ang_vel: ObservationTermCfg | None = None
    projected_gravity: ObservationTermCfg | None = None
    velocity_commands: ObservationTermCfg | None = None
    joint_pos_rel: ObservationTermCfg | None = None
    joint_vel_rel: ObservationTermCfg | None = None
    last_action: ObservationTermCfg | None = None


@configclass
class BlindObservationsCfg:
    """What teacher and student see."""

    privileged: PrivilegedGroupCfg = PrivilegedGroupCfg()

    surroundings: SurroundingsGroupCfg = SurroundingsGroupCfg()
    """What the encoder of TSRA's teacher sees, for its head takes the rest as the robot measures it. A term that is
    taken out of ``privileged`` is taken out here too."""

    onboard: BlindGroupCfg = BlindGroupCfg(history_length=10)
    """Ten samples, for a student without memory."""

    present: BlindGroupCfg = BlindGroupCfg()
    """One sample, for a student that remembers."""


@configclass
class BlindVelocityCfg(TaskHooks, UpstreamTask):
    """Mix-in for configurations derived from Isaac Lab's ``LocomotionVelocityRoughEnvCfg``. It comes first:

    .. code-block:: python

        @configclass
        class MyEnvCfg(BlindVelocityCfg, UnitreeGo2FlatEnvCfg): ...

    Names of base and feet, noise and parameters of terms are those of the other class. The options below may be set on
    the command line, such as ``env.friction_range=[0.5,1.0]``; they count, whatever the events' own parameters say.
    ``null`` leaves Isaac Lab's own event as it is, and adds none.
    """

    friction_range: Range | None = (0.4, 1.25)
    """Friction coefficient of the robot's shapes [1], drawn for each at every reset; from 0.05 to 3.

    MuJoCo's solvers take the larger coefficient of two shapes, so with Newton the ground gets the least of the range:
    the contact then has the foot's. Other physics multiply the two, and the ground keeps what it has."""

    base_mass_range: Range | None = (0.8, 1.5)
    """Mass of the base, as a multiple of the nominal one [1], drawn (log-uniformly, as Isaac Lab does) for each
    environment when training starts, in evaluation at every reset: a payload; from 0.2 to 5."""

    motor_strength_range: Range | None = (0.8, 1.2)
    """Stiffness and damping of all joints, as a multiple of the nominal ones [1], one factor for each environment; from
    0.1 to 3. Drawn when training starts, in evaluation at every reset. None where a network takes the place of gains,
    as on ANYmal."""

    observation_delay: tuple[int, int] = (0, 0)
    """Least and most control periods by which each sensor is late; drawn for each sensor and episode; up to 50. The
    command and the last action are not late."""

    joint_sdk_names: list[str] | None = None
    """Joints in the order of the motors of Unitree's SDK, with which export writes ``deploy.yaml``; it changes nothing
    of the task. None if the robot's configuration tells it, or nobody needs it."""

    def __post_init__(self):
        """Take the observation groups from Isaac Lab's ``policy`` group, which is removed.

        Raises:
            TypeError: If no other base class is a configuration of an environment.
            ValueError: If something is not found in it.
        """
        if not isinstance(self, ManagerBasedRLEnvCfg):
            raise TypeError(
                f"{type(self).__name__} has BlindVelocityCfg for a base, but no task of Isaac Lab: derive it from both."
            )
        super().__post_init__()
        policy = getattr(self.observations, "policy", None)
        if policy is None:
            raise ValueError(f"{type(self).__name__} has no observation group 'policy' to take terms from.")
        self.observations = self._observations(policy)
        self.events.motor_strength = EventTermCfg(
            func=mdp.ScaleMotorStrength,
            mode="startup",
            params={"asset_cfg": SceneEntityCfg("robot"), "strength_range": (1.0, 1.0)},
        )
        if self.joint_sdk_names is not None:
            robot = self.scene.robot
            settings = {field.name: getattr(robot, field.name) for field in fields(ArticulationCfg)}
            self.scene.robot = OrderedArticulationCfg(**settings, joint_sdk_names=list(self.joint_sdk_names))
        if any(isinstance(actuator, mdp.NETWORKS) for actuator in self.scene.robot.actuators.values()):
            self.motor_strength_range = None
            self.observations.privileged.motor_strength = None
            self.events.motor_strength = None

    def validate_config(self):
        """Check the options and hand them to the terms. Isaac Lab calls it when an environment is made.

        Raises:
            TypeError: If this class does not come before Isaac Lab's, or an option is no range.
            ValueError: If an option is out of range, the robot cannot have it, or a term of ``surroundings`` is not
                that of ``privileged``.
        """
        if validate := getattr(super(), "validate_config", None):
            validate()
        if not isinstance(self.observations, BlindObservationsCfg):
            raise TypeError(
                f"{type(self).__name__} must name BlindVelocityCfg before the task of Isaac Lab among its bases."
            )
        for name, limits in LIMITS.items():
            if (value := getattr(self, name)) is not None:
                check_range(name, value, *limits)
        check_range("observation_delay", self.observation_delay, 0, LONGEST_DELAY, whole=True)
        for name in _terms_of(self.observations.surroundings):
            if getattr(self.observations.privileged, name, None) is None:
                setattr(self.observations.surroundings, name, None)
        check_surroundings(self.observations.surroundings, self.observations.privileged)
        for group in (self.observations.onboard, self.observations.present):
            for name in SENSORS:
                if (term := getattr(group, name, None)) is not None:
                    term.delay_min_lag, term.delay_max_lag = self.observation_delay
        self._randomize_friction()
        self._randomize_base_mass()
        self._randomize_motor_strength()

    def evaluation_mode(self):
        """Measure on terrain of all levels, drawn uniformly, where there are levels; nothing else changes.

        Friction and delays are drawn as in training, noise stays, and so do the pushes. Masses and motors are those of
        the episode: training, where each draw costs the solver time, draws them when it starts.
        """
        super().evaluation_mode()
        for event, option in (("add_base_mass", "base_mass_range"), ("motor_strength", "motor_strength_range")):
            if getattr(self, option) is not None and getattr(self.events, event, None) is not None:
                getattr(self.events, event).mode = "reset"
        self.scene.terrain.max_init_terrain_level = None
        if getattr(self.curriculum, "terrain_levels", None) is not None:
            self.curriculum.terrain_levels = None

    def _feet(self) -> str | list[str]:
        """Names of the feet, as the reward for their time in the air has them; override it where there is none."""
        reward = getattr(self.rewards, "feet_air_time", None)
        if reward is None or "sensor_cfg" not in reward.params:
            raise ValueError(
                f"{type(self).__name__} has no reward 'feet_air_time' that names the feet. Override '_feet'."
            )
        return reward.params["sensor_cfg"].body_names

    def _base(self) -> str | list[str]:
        """Name of the base, as the event on its mass has it, else the termination; override it where there is none."""
        for terms, name, key in (
            (self.events, "add_base_mass", "asset_cfg"),
            (self.terminations, "base_contact", "sensor_cfg"),
        ):
            term = getattr(terms, name, None)
            if term is not None and key in term.params:
                return term.params[key].body_names
        raise ValueError(
            f"{type(self).__name__} has neither an event 'add_base_mass' nor a termination 'base_contact' that names"
            " the base. Override '_base'."
        )

    def _observations(self, policy: ObservationGroupCfg) -> BlindObservationsCfg:
        """Groups whose terms are those of Isaac Lab's group, and those that it has not."""
        groups = BlindObservationsCfg()
        privileged = groups.privileged
        for name in _terms_of(policy):
            term = getattr(policy, name)
            if name in HIDDEN_TERMS:
                setattr(privileged, name, _without_noise(term))
            elif name in ONBOARD_TERMS:
                name, unit, frame = ONBOARD_TERMS[name]
                setattr(privileged, name, _without_noise(term))
                setattr(groups.onboard, name, _onboard(term, unit, frame))
                setattr(groups.present, name, _onboard(term, unit, frame))
            elif isinstance(term, OnboardTermCfg):
                setattr(privileged, name, _without_noise(term))
                setattr(groups.onboard, name, clone(term))
                setattr(groups.present, name, clone(term))
            else:
                raise ValueError(
                    f"Nobody says whether a robot measures '{name}' of {type(self).__name__}'s observations. Make it a"
                    " tsra_lab.configs.OnboardTermCfg, with unit and frame, or set it to None."
                )
        feet = SceneEntityCfg("robot", body_names=self._feet(), preserve_order=True)
        touched = SceneEntityCfg("contact_forces", body_names=self._feet(), preserve_order=True)
        base = SceneEntityCfg("robot", body_names=self._base())
        privileged.foot_friction = ObservationTermCfg(func=mdp.FootFriction, params={"asset_cfg": feet})
        privileged.base_mass = ObservationTermCfg(func=mdp.BodyMassRatio, params={"asset_cfg": base})
        privileged.motor_strength = ObservationTermCfg(
            func=mdp.MotorStrength, params={"asset_cfg": SceneEntityCfg("robot")}
        )
        privileged.feet_contact = ObservationTermCfg(func=mdp.feet_contact, params={"sensor_cfg": touched})
        for name in {field.name for field in fields(SurroundingsGroupCfg)} & set(_terms_of(privileged)):
            setattr(groups.surroundings, name, clone(getattr(privileged, name)))
        return groups

    def _randomize_friction(self) -> None:
        """Draw friction at every reset, and let it be the foot's that counts."""
        if self.friction_range is None:
            return
        event = self._event("physics_material", "friction_range")
        event.mode = "reset"
        event.params["static_friction_range"] = event.params["dynamic_friction_range"] = tuple(self.friction_range)
        if isinstance(self.sim.physics, NewtonCfg):
            ground = clone(self.scene.terrain.physics_material)
            ground.static_friction = ground.dynamic_friction = self.friction_range[0]
            self.scene.terrain.physics_material = ground

    def _randomize_base_mass(self) -> None:
        """Draw the base's mass."""
        if self.base_mass_range is None:
            return
        event = self._event("add_base_mass", "base_mass_range")
        event.params.update(
            mass_distribution_params=tuple(self.base_mass_range), operation="scale", distribution="log_uniform"
        )

    def _randomize_motor_strength(self) -> None:
        """Draw the motors' strength."""
        if self.motor_strength_range is None:
            self.events.motor_strength = None
            return
        for name, actuator in self.scene.robot.actuators.items():
            if isinstance(actuator, mdp.NETWORKS):
                raise ValueError(
                    f"Option 'motor_strength_range' must be null: a network takes the place of the gains of actuator"
                    f" '{name}' ({type(actuator).__name__})."
                )
        event = self._event("motor_strength", "motor_strength_range")
        event.params["strength_range"] = tuple(self.motor_strength_range)

    def _event(self, name: str, option: str) -> Any:
        """An event of Isaac Lab's."""
        event = getattr(self.events, name, None)
        if event is None:
            raise ValueError(f"Option '{option}' needs the event '{name}', which is None: set the option to null too.")
        return event


def _terms_of(group: ObservationGroupCfg) -> list[str]:
    """Names of a group's terms."""
    own = {field.name for field in fields(ObservationGroupCfg)}
    return [name for name, term in vars(group).items() if name not in own and term is not None]


def _without_noise(term: ObservationTermCfg) -> ObservationTermCfg:
    """What a term of Isaac Lab's group reads, exactly and at once."""
    term = clone(term)
    return ObservationTermCfg(func=term.func, params=term.params, clip=term.clip, scale=term.scale)


def _onboard(term: ObservationTermCfg, unit: str, frame: str) -> OnboardTermCfg:
    """A term of Isaac Lab's group, with what a robot must know of it."""
    settings = {field.name: getattr(term, field.name) for field in fields(ObservationTermCfg)}
    return OnboardTermCfg(**settings, unit=unit, frame=frame)
