# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""World of ``TSRA-Velocity-Curbs-Quadruped``."""

from __future__ import annotations

import math
from collections.abc import Mapping

import mujoco
import numpy as np

from .drives import of_joint, set_drives
from .other_robot import OtherRobot, load_other
from .pushes import Pushes
from .rotations import rotation_matrix, to_mujoco
from .scenery import add_curbs, add_ground, place_curbs
from .velocity_command import VelocityCommand
from .world import MODELS, World

LEGS = ("FR", "FL", "RR", "RL")
"""Legs in the order of the motors."""

SHAPES = (
    "trunk/box",
    "trunk/head",
    *(f"{leg}_{part}" for leg in LEGS for part in ("thigh/bone", "calf/bone", "foot/ball")),
)
"""What of our robot touches something, in the order in which the task tells friction."""


class Curbs(World):
    """A quadruped that walks at a commanded velocity over curbs: our own, or a model that somebody else made.

    The next command and the pushes of an episode are drawn here, for Isaac Lab draws them within the episode.
    """

    task = "TSRA-Velocity-Curbs-Quadruped"
    targets = tuple(f"{leg}_{part}_joint" for leg in LEGS for part in ("hip", "thigh", "calf"))

    def __init__(self, contract: dict, env_cfg: dict, substeps: int = 1, robot: OtherRobot | None = None) -> None:
        """Build the world.

        Args:
            contract: The policy's contract.
            env_cfg: Configuration of the task's environment.
            substeps: Physics steps for each one in Isaac Lab.
            robot: Another robot's model; None for our own.

        Raises:
            WorldError: If the policy is not a student of this task, or the other model does not match.
        """
        self._other = robot
        super().__init__(contract, env_cfg, substeps)
        model, ends = self.model, env_cfg["terminations"]
        self._trunk = model.body("trunk").id
        joints = [model.joint(name) for name in self.targets]
        self._positions, self._dofs = (
            np.array([int(getattr(joint, key)[0]) for joint in joints]) for key in ("qposadr", "dofadr")
        )
        self._drives = np.array([model.actuator(name).id for name in self.targets])
        self._default = np.array(
            [of_joint(env_cfg["scene"]["robot"]["init_state"]["joint_pos"], name) for name in self.targets]
        )
        self._nominal = _Nominal(model, self._trunk)
        self._shapes = [] if robot is not None else [model.geom(f"{name}_collision").id for name in SHAPES]
        self._curb_height = _curbs_of(env_cfg)[0]["size"][2]
        self._command = VelocityCommand(env_cfg["commands"]["base_velocity"])
        self._pushes = Pushes(env_cfg["events"]["push"])
        self._bounds = [ends["success"]["params"][name] for name in ("max_linear_error", "max_yaw_error")]
        self._limit_angle = ends["tipped_over"]["params"]["limit_angle"]
        self._touching = ends["trunk_contact"]["params"]["threshold"]
        self._errors, self._steps, self._trunk_force = np.zeros(2), 0, 0.0
        self.add_sensors(
            base_ang_vel=lambda: self.data.qvel[3:6].copy(),
            projected_gravity=lambda: -self.rotation[2],
            velocity_commands=lambda: self._command.value.copy(),
            joint_pos_rel=lambda: self.data.qpos[self._positions] - self._default,
            joint_vel_rel=lambda: self.data.qvel[self._dofs].copy(),
        )

    def build(self, env_cfg: dict) -> mujoco.MjModel:
        """The robot with its motors, the ground and the curbs; see :meth:`World.build`."""
        spec = mujoco.MjSpec.from_file(str(MODELS / "quadruped.xml"))
        if self._other is not None:
            spec = load_other(self._other, spec)
        curbs = _curbs_of(env_cfg)
        friction = curbs[0]["physics_material"]["static_friction"]  # the ground's is the same
        add_ground(spec, friction)
        add_curbs(spec, [curb["size"] for curb in curbs], friction)
        model = spec.compile()
        set_drives(
            model, env_cfg["scene"]["robot"]["actuators"], rotors=self._other is None or self._other.motor_rotors
        )
        return model

    @property
    def rotation(self) -> np.ndarray:
        """Rotation matrix from the trunk to the world frame. Shape is (3, 3)."""
        return rotation_matrix(self.data.qpos[3:7])

    @property
    def heading(self) -> float:
        """Direction that the trunk faces, from the x axis [rad]."""
        ahead = self.rotation[:, 0]
        return math.atan2(ahead[1], ahead[0])

    @property
    def velocity(self) -> np.ndarray:
        """Velocity of the trunk's centre of mass, in its own frame [m/s]. Shape is (3,)."""
        return self.data.qvel[:3] @ self.rotation + np.cross(self.data.qvel[3:6], self.model.body_ipos[self._trunk])

    def place(self, state: Mapping[str, np.ndarray]) -> None:
        """Put the robot at its initial state, the curbs in its way, and change what is drawn for an episode.

        Another robot keeps its own friction; payload and strength multiply its own trunk and the task's gains. See
        :meth:`World.place`.
        """
        self._nominal.restore(self.model)
        if self._other is None:
            self.model.geom_friction[self._shapes, 0] = state["friction"]
        self.model.body_mass[self._trunk] *= state["trunk_mass"]
        self.model.body_inertia[self._trunk] *= state["trunk_mass"]
        self.model.actuator_gainprm[self._drives] *= state["motor_strength"]
        self.model.actuator_biasprm[self._drives] *= state["motor_strength"]
        # how soft contacts are depends on masses
        mujoco.mj_setConst(self.model, mujoco.MjData(self.model))
        self.data.qpos[:7] = [*state["position"], *to_mujoco(state["orientation"])]
        self.data.qpos[self._positions] = state["joint_pos"]
        self.data.qvel[:3] = state["velocity"]
        self.data.qvel[3:6] = state["angular_velocity"] @ self.rotation
        self.data.qvel[self._dofs] = state["joint_vel"]
        place_curbs(self.data, state["curbs"], self._curb_height)
        self._command.begin(state)
        self._pushes.reset()
        self._errors, self._steps, self._trunk_force = np.zeros(2), 0, 0.0

    def state(self) -> dict[str, np.ndarray]:
        """Place and motion of trunk and joints; see :meth:`World.state`."""
        return {
            "position": self.data.qpos[:3].copy(),
            "orientation": np.roll(self.data.qpos[3:7], -1),
            "velocity": self.data.qvel[:3].copy(),
            "angular_velocity": self.rotation @ self.data.qvel[3:6],
            "joint_pos": self.data.qpos[self._positions].copy(),
            "joint_vel": self.data.qvel[self._dofs].copy(),
        }

    def step(self, targets: np.ndarray) -> None:
        """Advance by a control period, and sum up how well the command was followed; see :meth:`World.step`."""
        self._trunk_force = 0.0
        super().step(targets)
        command, velocity = self._command.value, self.velocity
        linear = math.hypot(*(command[:2] - velocity[:2]))
        self._errors += linear, abs(command[2] - self.data.qvel[5])
        self._steps += 1

    def receive(self, targets: np.ndarray) -> None:
        """Command positions of the joints [rad]; see :meth:`World.receive`."""
        self.data.ctrl[self._drives] = targets

    def actuate(self) -> None:
        """The motors do it."""

    def watch(self) -> None:
        """Keep the largest force that ground and curbs had on the trunk in this control step."""
        total, force = np.zeros(3), np.empty(6)
        for index in range(self.data.ncon):
            contact = self.data.contact[index]
            first, second = self.model.geom_bodyid[contact.geom]
            # a robot of others may touch itself, which is no fall
            if self._trunk not in (first, second) or self.model.body_rootid[first] == self.model.body_rootid[second]:
                continue
            mujoco.mj_contactForce(self.model, self.data, index, force)
            total += contact.frame[:3] * (force[0] if second == self._trunk else -force[0])
        self._trunk_force = max(self._trunk_force, float(np.linalg.norm(total)))

    def between_steps(self, random: np.random.Generator) -> None:
        """The command goes on, and then a push may come; see :meth:`World.between_steps`."""
        self._command.update(self.heading, self.control_period, random)
        self.data.qvel[:3] += self._pushes.draw(self.control_period, random)

    def outcome(self) -> str | None:
        """Followed the command to the end, fell on the trunk, or tipped over; see :meth:`World.outcome`."""
        if self._steps == self.max_steps and (self._errors / self._steps < self._bounds).all():
            return "success"
        if self._trunk_force > self._touching:
            return "trunk_contact"
        tilt = math.acos(np.clip(self.rotation[2, 2], -1.0, 1.0))
        return "tipped_over" if tilt > self._limit_angle else None


class _Nominal:
    """What of a model is drawn anew for each episode, as it was before."""

    def __init__(self, model: mujoco.MjModel, trunk: int) -> None:
        """Keep it."""
        self._trunk = trunk
        self._trunk_mass, self._trunk_inertia = float(model.body_mass[trunk]), model.body_inertia[trunk].copy()
        self._gains, self._biases = model.actuator_gainprm.copy(), model.actuator_biasprm.copy()

    def restore(self, model: mujoco.MjModel) -> None:
        """Put it back."""
        model.body_mass[self._trunk], model.body_inertia[self._trunk] = self._trunk_mass, self._trunk_inertia
        model.actuator_gainprm[:], model.actuator_biasprm[:] = self._gains, self._biases


def _curbs_of(env_cfg: dict) -> list[dict]:
    """What the task's configuration says of each curb's box."""
    names = env_cfg["events"]["curbs"]["params"]["curbs"]
    return [env_cfg["scene"][name.lower()]["spawn"] for name in names]
