# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Joint drives as the task's configuration describes them, and joint limits as Newton has them, in a MuJoCo model."""

from __future__ import annotations

import re

import mujoco

LIMIT_STIFFNESS = 1.0e4
"""Stiffness of joint limits [N/m or N m/rad]: Newton's default, which neither our USD files nor the tasks change."""

LIMIT_DAMPING = 10.0
"""Damping of joint limits [N s/m or N m s/rad], likewise."""


def set_drives(model: mujoco.MjModel, actuators: dict[str, dict]) -> None:
    """Give each joint the gains, effort limit, armature and friction of its actuator group, and Newton's limits.

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
    # armature changes what the solver takes for a joint's inertia
    mujoco.mj_setConst(model, mujoco.MjData(model))
    for joint in range(model.njnt):
        # negative values are stiffness and damping per inertia, before the solver divides by 1 - d
        share = model.dof_invweight0[model.jnt_dofadr[joint]] * (1.0 - model.jnt_solimp[joint, 1])
        model.jnt_solref[joint] = -LIMIT_STIFFNESS * share, -LIMIT_DAMPING * share
