# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Joint drives as the task's configuration describes them, and joint stops as Newton has them, in a MuJoCo model."""

from __future__ import annotations

import re

import mujoco

LIMIT_STIFFNESS = 1.0e4
"""Stiffness of joint limits [N/m or N m/rad]: Newton's default, which neither our USD files nor the tasks change."""

LIMIT_DAMPING = 10.0
"""Damping of joint limits [N s/m or N m s/rad], likewise."""


Setting = float | dict[str, float] | None
"""A setting of an actuator group: one value for all its joints, or values by patterns of their names."""


def set_drives(model: mujoco.MjModel, actuators: dict[str, dict], rotors: bool = True) -> None:
    """Give each joint the gains and effort limit of its actuator group, and the armature and friction.

    A joint's drive is the MuJoCo actuator of the same name. A stiff drive follows a position and is damped; one
    without stiffness follows a velocity, or, commanded zero, only damps.

    Args:
        model: Model to change.
        actuators: Groups by name, as an Isaac Lab articulation's configuration holds them.
        rotors: Whether armature and friction of the joints are set, too.

    Raises:
        ValueError: If a group names a joint that the model lacks, or has no value for one of its joints.
    """
    names = {model.joint(index).name: index for index in range(model.njnt)}
    for group, cfg in actuators.items():
        matched = [name for name in names if any(re.fullmatch(item, name) for item in cfg["joint_names_expr"])]
        if not matched:
            raise ValueError(f"The model has no joint of the actuator group '{group}': {cfg['joint_names_expr']}.")
        for name in matched:
            stiffness, damping = of_joint(cfg["stiffness"], name), of_joint(cfg["damping"], name)
            drive = model.actuator(name).id
            model.actuator_gainprm[drive, 0] = stiffness or damping
            model.actuator_biasprm[drive, 1:3] = -stiffness, -damping
            joint, dof = names[name], model.joint(name).dofadr[0]
            limit = of_joint(cfg["joint_effort_limit"], name)
            model.jnt_actfrclimited[joint] = True
            model.jnt_actfrcrange[joint] = -limit, limit
            if rotors:
                model.dof_armature[dof] = of_joint(cfg["armature"], name)
                model.dof_frictionloss[dof] = of_joint(cfg["friction"], name)
    # armature changes what the solver takes for a joint's inertia
    mujoco.mj_setConst(model, mujoco.MjData(model))


def set_newton_stops(model: mujoco.MjModel) -> None:
    """Give each joint the stops of Newton's default.

    Args:
        model: Model to change, with its drives set.
    """
    for joint in range(model.njnt):
        # negative values are stiffness and damping per inertia, before the solver divides by 1 - d
        share = model.dof_invweight0[model.jnt_dofadr[joint]] * (1.0 - model.jnt_solimp[joint, 1])
        model.jnt_solref[joint] = -LIMIT_STIFFNESS * share, -LIMIT_DAMPING * share


def of_joint(setting: Setting, joint: str) -> float:
    """A joint's value of a setting.

    Args:
        setting: The setting; None for zero.
        joint: Name of the joint.

    Returns:
        The value.

    Raises:
        ValueError: If not exactly one pattern matches the joint.
    """
    if not isinstance(setting, dict):
        return setting or 0.0
    found = [value for pattern, value in setting.items() if re.fullmatch(pattern, joint)]
    if len(found) != 1:
        raise ValueError(f"Joint '{joint}' is matched by {len(found)} of {list(setting)}, not by one.")
    return found[0]
