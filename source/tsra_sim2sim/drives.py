# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Joint drives as the task's configuration describes them, on the actuators of a MuJoCo model."""

from __future__ import annotations

import re

import mujoco


def set_drives(model: mujoco.MjModel, actuators: dict[str, dict]) -> None:
    """Give each joint the gains, effort limit, armature and friction of its actuator group.

    A joint's drive is the MuJoCo actuator of the same name. A stiff drive follows a position and is damped; one
    without stiffness follows a velocity, or, commanded zero, only damps.

    Args:
        model: Model to change.
        actuators: Groups by name, as an Isaac Lab articulation's configuration holds them.

    Raises:
        ValueError: If a group names a joint that the model lacks.
    """
    names = {model.joint(index).name: index for index in range(model.njnt)}
    for group, cfg in actuators.items():
        matched = [name for name in names if any(re.fullmatch(item, name) for item in cfg["joint_names_expr"])]
        if not matched:
            raise ValueError(f"The model has no joint of the actuator group '{group}': {cfg['joint_names_expr']}.")
        for name in matched:
            stiffness, damping = cfg["stiffness"], cfg["damping"]
            drive = model.actuator(name).id
            model.actuator_gainprm[drive, 0] = stiffness or damping
            model.actuator_biasprm[drive, 1:3] = -stiffness, -damping
            joint, dof = names[name], model.joint(name).dofadr[0]
            model.jnt_actfrclimited[joint] = True
            model.jnt_actfrcrange[joint] = -cfg["joint_effort_limit"], cfg["joint_effort_limit"]
            model.dof_armature[dof] = cfg["armature"] or 0.0
            model.dof_frictionloss[dof] = cfg["friction"] or 0.0
