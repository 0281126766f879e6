# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How another robot's model differs from ours, read from both as the world has them.

``python -m tsra_sim2sim.model_differences MODEL.xml`` prints it as a table in Markdown.
"""

from __future__ import annotations

import sys
from pathlib import Path

import mujoco
import numpy as np

from .other_robot import OtherRobot, load_other
from .world import MODELS

LEG = "FR"
"""Leg that is looked at: legs are mirrored."""


def describe(model: mujoco.MjModel) -> dict[str, str]:
    """What tells robots apart.

    Args:
        model: Model of a robot, its trunk and joints named as ours.

    Returns:
        Values with units, by what they are of.
    """
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    mujoco.mj_comPos(model, data)
    hip, thigh, calf = (model.joint(f"{LEG}_{part}_joint").bodyid[0] for part in ("hip", "thigh", "calf"))
    trunk = model.body("trunk").id
    foot = _foot(model, calf)
    found = {"mass of the robot [kg]": f"{model.body_subtreemass[trunk]:.3f}"}
    bodies = {"trunk": [trunk], "hip": [hip], "thigh": [thigh], "calf with foot": _below(model, calf)}
    for name, parts in bodies.items():
        mass, center, inertia = _together(model, data, parts)
        place = data.xmat[parts[0]].reshape(3, 3).T @ (center - data.xpos[parts[0]])
        moments = np.linalg.eigvalsh(inertia)
        found[f"{name}: mass [kg]"] = f"{mass:.3f}"
        found[f"{name}: centre of mass [mm]"] = _row(1e3 * place, 1)
        found[f"{name}: principal inertia [kg cm^2]"] = _row(1e4 * moments, 2)
        shapes = [geom for geom in range(model.ngeom) if model.geom_bodyid[geom] in parts and geom != foot]
        touching = [geom for geom in shapes if model.geom_contype[geom] or model.geom_conaffinity[geom]]
        found[f"{name}: shapes that touch [mm]"] = "; ".join(_shape(model, geom) for geom in touching) or "none"
    for name in ("hip", "thigh", "calf"):
        joint = model.joint(f"{LEG}_{name}_joint")
        dof = joint.dofadr[0]
        found[f"{name} joint: range [rad]"] = _row(joint.range, 3)
        found[f"{name} joint: armature [kg cm^2]"] = f"{1e4 * model.dof_armature[dof]:.2f}"
        found[f"{name} joint: damping [N m s/rad]"] = f"{model.dof_damping[dof]:g}"
        found[f"{name} joint: friction [N m]"] = f"{model.dof_frictionloss[dof]:g}"
        found[f"{name} joint: stop (solref; solimp)"] = f"{_row(joint_row(model, joint.id), 4)}"
    place = model.geom_pos[foot] + (model.body_pos[model.geom_bodyid[foot]] if model.geom_bodyid[foot] != calf else 0.0)
    found["foot: place in the calf's frame [mm]"] = _row(1e3 * place, 1)
    found["foot: radius [mm]"] = f"{1e3 * model.geom_size[foot, 0]:.1f}"
    found["foot: friction (sliding, torsional, rolling)"] = ", ".join(
        f"{value:g}" for value in model.geom_friction[foot]
    )
    found["foot: contact dimensions, priority"] = f"{model.geom_condim[foot]}, {model.geom_priority[foot]}"
    found["foot: softness (solref; solimp)"] = _row([*model.geom_solref[foot], *model.geom_solimp[foot]], 4)
    found["foot: inverse mass of its body, as contacts count it [1/kg]"] = (
        f"{model.body_invweight0[model.geom_bodyid[foot], 0]:.2f}"
    )
    masks = [(int(model.geom_contype[geom]), int(model.geom_conaffinity[geom])) for geom in range(model.ngeom)]
    itself = any(first[0] & second[1] for first in masks for second in masks)
    found["touches itself"] = "yes" if itself else "no"
    return found


def joint_row(model: mujoco.MjModel, joint: int) -> list[float]:
    """How soft a joint's stop is: solref and solimp."""
    return [*model.jnt_solref[joint], *model.jnt_solimp[joint]]


def difference_table(other: OtherRobot) -> str:
    """What differs between our model of the robot and another.

    Args:
        other: The other.

    Returns:
        A table in Markdown, and a line that names what is equal.
    """
    own = mujoco.MjSpec.from_file(str(MODELS / "quadruped.xml"))
    ours, theirs = describe(own.compile()), describe(load_other(other, own).compile())
    rows = [f"| {name} | {value} | {theirs[name]} |" for name, value in ours.items() if value != theirs[name]]
    equal = [name.partition(" [")[0] for name, value in ours.items() if value == theirs[name]]
    return "\n".join(["| | ours | theirs |", "|---|---|---|", *rows, "", f"Equal: {'; '.join(equal)}."])


def _foot(model: mujoco.MjModel, calf: int) -> int:
    """The shape of the foot: the lowest ball of the calf and what is fixed to it."""
    balls = [
        geom
        for geom in range(model.ngeom)
        if model.geom_bodyid[geom] in _below(model, calf) and model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_SPHERE
    ]
    return balls[-1]


def _below(model: mujoco.MjModel, body: int) -> list[int]:
    """A body and all that it carries."""
    bodies = [body]
    for index in range(body + 1, model.nbody):
        if model.body_parentid[index] in bodies:
            bodies.append(index)
    return bodies


def _together(model: mujoco.MjModel, data: mujoco.MjData, bodies: list[int]) -> tuple[float, np.ndarray, np.ndarray]:
    """Mass of bodies [kg], their centre of mass [m] and inertia about it [kg m^2], along the world's axes."""
    masses, places = model.body_mass[bodies], data.xipos[bodies]
    center = masses @ places / masses.sum()
    inertia = np.zeros((3, 3))
    for body, mass, place in zip(bodies, masses, places, strict=True):
        axes, offset = data.ximat[body].reshape(3, 3), place - center
        inertia += axes @ np.diag(model.body_inertia[body]) @ axes.T
        inertia += mass * (offset @ offset * np.eye(3) - np.outer(offset, offset))
    return float(masses.sum()), center, inertia


def _shape(model: mujoco.MjModel, geom: int) -> str:
    """Kind of a shape, its size as MuJoCo has it (radius, half of its length), and its middle in its body's frame."""
    kind = mujoco.mjtGeom(model.geom_type[geom]).name.removeprefix("mjGEOM_").lower()
    count = {"sphere": 1, "capsule": 2, "cylinder": 2}.get(kind, 3)
    size, place = (_row(1e3 * values, 1) for values in (model.geom_size[geom, :count], model.geom_pos[geom]))
    return f"{kind} {size} at {place}"


def _row(values: np.ndarray | list[float], digits: int) -> str:
    """Numbers side by side; no minus before a zero."""
    return ", ".join(f"{round(float(value), digits) + 0.0:g}" for value in values)


if __name__ == "__main__":
    print(difference_table(OtherRobot(Path(sys.argv[1]))))
