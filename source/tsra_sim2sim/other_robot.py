# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A robot's model that somebody else made, in the place of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import mujoco
import numpy as np

from .world import WorldError

OPTIONS = ("integrator", "cone", "impratio", "solver", "iterations", "ls_iterations", "tolerance")
"""Settings of the solver, which are the world's and not the robot's."""

LARGEST_TURN = 0.1
"""How much the axis of a joint may differ from ours, all joints at zero [rad]."""


@dataclass(frozen=True)
class OtherRobot:
    """A model, and how its names go with ours. Masses, armature, friction, stops and shapes stay its own."""

    file: Path
    """The model (MJCF) of the robot alone, without ground."""

    joints: Mapping[str, str] = field(default_factory=dict)
    """Names of its joints by the names of ours; those that are left out have the same name."""

    motor_rotors: bool = False
    """Whether its joints get armature and friction of the task's motors: for a model that leaves motors out."""


def load_other(other: OtherRobot, own: mujoco.MjSpec) -> mujoco.MjSpec:
    """Read a robot's model and give it the names, drives and solver settings of our own.

    Its actuators, sensors and keyframes are left out. The body that floats becomes ``trunk``.

    Args:
        other: The model.
        own: Our model of the robot.

    Returns:
        The model with our names.

    Raises:
        WorldError: If it can't be read, or does not match.
    """
    try:
        spec = mujoco.MjSpec.from_file(str(other.file))
    except (ValueError, OSError) as error:  # the parser's own errors
        raise WorldError(f"The robot's model '{other.file}' cannot be read: {error}") from error
    for item in (*spec.actuators, *spec.sensors, *spec.keys):
        spec.delete(item)
    _refuse_surroundings(spec, other.file)
    _name_alike(spec, own, other)
    for name in OPTIONS:
        setattr(spec.option, name, getattr(own.option, name))
    for actuator in own.actuators:
        drive = spec.add_actuator(name=actuator.name, target=actuator.target, trntype=actuator.trntype)
        drive.biastype = actuator.biastype
    _check_axes(spec, own, other.file)
    return spec


def _refuse_surroundings(spec: mujoco.MjSpec, file: Path) -> None:
    """Refuse a scene: ground and curbs are the task's."""
    shapes = [geom.name or "a shape without a name" for geom in spec.worldbody.geoms]
    bodies = [body.name for body in spec.worldbody.bodies]
    if shapes or len(bodies) != 1:
        raise WorldError(
            f"'{file}' must hold one robot and nothing else: in its world are the bodies {', '.join(bodies) or 'none'}"
            f" and {', '.join(shapes) or 'no shapes'}. Give the robot's own file, not a scene."
        )


def _name_alike(spec: mujoco.MjSpec, own: mujoco.MjSpec, other: OtherRobot) -> None:
    """Give joints and trunk the names of ours."""
    free = [joint for joint in spec.joints if joint.type == mujoco.mjtJoint.mjJNT_FREE]
    if len(free) != 1 or free[0].parent.name != spec.worldbody.bodies[0].name:
        raise WorldError(f"'{other.file}' must have one free joint, that of its trunk; it has {len(free)}.")
    wanted = [joint.name for joint in own.joints if joint.type == mujoco.mjtJoint.mjJNT_HINGE]
    if unknown := sorted(set(other.joints) - set(wanted)):
        raise WorldError(f"The robot has no joints {', '.join(unknown)} to map; its joints are {', '.join(wanted)}.")
    names = {other.joints.get(name, name): name for name in wanted}
    hinges = {joint.name: joint for joint in spec.joints if joint.type == mujoco.mjtJoint.mjJNT_HINGE}
    missing = [name for name in names if name not in hinges]
    free_or_named = {free[0].name, *names}
    extra = [joint.name for joint in spec.joints if joint.name not in free_or_named]
    if missing or extra or len(names) != len(wanted):
        raise WorldError(
            f"'{other.file}' lacks the joints {', '.join(missing) or 'none'} and has {', '.join(extra) or 'none'}"
            " beside. Name its joints by --robot_joints OURS=ITS; joints that are not commanded are not known here."
        )
    free[0].parent.name, free[0].name = "trunk", "root"
    for name, ours in names.items():
        hinges[name].name = ours


def _check_axes(spec: mujoco.MjSpec, own: mujoco.MjSpec, file: Path) -> None:
    """Refuse joints that turn about another axis: a target would mean something else."""
    axes = []
    for model in (spec.compile(), own.compile()):
        data = mujoco.MjData(model)
        data.qpos[:] = 0.0
        data.qpos[3] = 1.0
        mujoco.mj_kinematics(model, data)
        axes.append({model.joint(index).name: data.xaxis[index].copy() for index in range(1, model.njnt)})
    for name, ours in axes[1].items():
        if axes[0][name] @ ours < np.cos(LARGEST_TURN):
            raise WorldError(
                f"Joint '{name}' of '{file}' turns about {axes[0][name].round(3).tolist()} where ours turns about"
                f" {ours.round(3).tolist()}, all joints at zero."
            )
