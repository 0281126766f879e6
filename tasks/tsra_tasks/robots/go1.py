# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Published figures of Unitree's Go1: kinematics, masses, inertias, limits and gains.

Bodies, joints and their ranges are those of MuJoCo Menagerie's ``unitree_go1`` (BSD-3-Clause, after Unitree's own
description of the robot) as the wheel of mjlab 1.6.0 holds it; rotor, gears, limits and gains of the motors are those
of ``go1_constants.py`` there. Numbers alone were taken over.

Frames of all bodies: x ahead, y left, z up when all joints are at zero, the leg then straight down. A leg is a *hip*
that turns about x, a *thigh* that turns about y and a *calf* that turns about y.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

LEGS = {"FR": (1, -1), "FL": (1, 1), "RR": (-1, -1), "RL": (-1, 1)}
"""Legs in the order of Unitree's motors: 1 for front and for left, else -1."""

JOINTS = ("hip", "thigh", "calf")
"""Joints of a leg, from the trunk; each has the name of the body that it moves."""

HIP_POSITION = (0.1881, 0.04675, 0.0)
"""Hip of the left front leg in the trunk's frame [m]."""
THIGH_POSITION = (0.0, 0.08, 0.0)
"""Thigh of a left leg in the hip's frame [m]."""
CALF_POSITION = (0.0, 0.0, -0.213)
"""Calf in the thigh's frame [m]."""
FOOT_POSITION = (0.0, 0.0, -0.213)
"""Centre of the foot's sphere in the calf's frame [m]."""
FOOT_RADIUS = 0.023
"""Radius of a foot [m]."""
FOOT_MASS = 0.06
"""Mass of a foot [kg], as Unitree's description has it; Menagerie counts it to the calf."""

POSITION_LIMITS = {"hip": (-0.863, 0.863), "thigh": (-0.686, 4.501), "calf": (-2.818, -0.888)}
"""Least and largest joint position [rad]."""
EFFORT_LIMITS = {"hip": 23.7, "thigh": 23.7, "calf": 35.55}
"""Largest joint torque [N m]."""
VELOCITY_LIMITS = {"hip": 30.1, "thigh": 30.1, "calf": 20.06}
"""Largest joint speed [rad/s]."""

ROTOR_INERTIA = 0.000111842
"""Moment of inertia of a motor's rotor [kg m^2]."""
GEAR_RATIOS = {"hip": 6.0, "thigh": 6.0, "calf": 9.0}
"""Turns of the rotor for one of the joint [1]."""
NATURAL_FREQUENCY = 2.0 * np.pi * 10.0
"""Natural frequency of position control with the rotor's inertia alone [rad/s]."""
DAMPING_RATIO = 2.0
"""Its damping ratio [1]."""

ARMATURE = {joint: ROTOR_INERTIA * ratio**2 for joint, ratio in GEAR_RATIOS.items()}
"""Rotor's inertia at the joint [kg m^2]."""
STIFFNESS = {joint: inertia * NATURAL_FREQUENCY**2 for joint, inertia in ARMATURE.items()}
"""Proportional gain of position control [N m/rad]."""
DAMPING = {joint: 2.0 * DAMPING_RATIO * inertia * NATURAL_FREQUENCY for joint, inertia in ARMATURE.items()}
"""Derivative gain of position control [N m s/rad]."""


@dataclass(frozen=True)
class Inertial:
    """Mass of a body, where it is, and its inertia."""

    mass: float
    """Mass [kg]."""

    center: np.ndarray
    """Centre of mass in the body's frame [m]. Shape is (3,)."""

    tensor: np.ndarray
    """Inertia about the centre of mass, along the body's axes [kg m^2]. Shape is (3, 3)."""

    @classmethod
    def along_axes(
        cls, mass: float, center: tuple[float, ...], moments: tuple[float, ...], axes: tuple[float, ...]
    ) -> "Inertial":
        """From principal moments and axes.

        Args:
            mass: Mass [kg].
            center: Centre of mass in the body's frame [m].
            moments: Principal moments of inertia [kg m^2].
            axes: Rotation from the principal axes to the body's, a quaternion (w, x, y, z).

        Returns:
            The inertial.
        """
        rotation = Rotation.from_quat(axes, scalar_first=True).as_matrix()
        return cls(mass, np.array(center), rotation @ np.diag(moments) @ rotation.T)

    def mirrored(self, x: int, y: int) -> "Inertial":
        """The same body mirrored.

        Args:
            x: -1 to mirror front and back, else 1.
            y: -1 to mirror left and right, else 1.

        Returns:
            The mirrored inertial.
        """
        signs = np.array([x, y, 1])
        return Inertial(self.mass, signs * self.center, np.outer(signs, signs) * self.tensor)

    def about(self, point: np.ndarray) -> np.ndarray:
        """Inertia about another point than the centre of mass, along the body's axes [kg m^2]. Shape is (3, 3)."""
        offset = self.center - point
        return self.tensor + self.mass * (offset @ offset * np.eye(3) - np.outer(offset, offset))

    def without(self, part: "Inertial") -> "Inertial":
        """What is left of a body when a part of it is taken away.

        Args:
            part: The part, in the same frame.

        Returns:
            The rest.
        """
        mass = self.mass - part.mass
        center = (self.mass * self.center - part.mass * part.center) / mass
        shift = Inertial(mass, center, np.zeros((3, 3))).about(self.center)
        return Inertial(mass, center, self.tensor - part.about(self.center) - shift)

    def principal(self) -> tuple[np.ndarray, np.ndarray]:
        """Principal moments and axes.

        Returns:
            Moments [kg m^2], of shape (3,), and the rotation from the principal axes to the body's, a quaternion
            (w, x, y, z), of shape (4,).
        """
        moments, axes = np.linalg.eigh(self.tensor)
        axes[:, 2] = np.cross(axes[:, 0], axes[:, 1])  # right-handed
        return moments, Rotation.from_matrix(axes).as_quat(canonical=True, scalar_first=True)


TRUNK = Inertial.along_axes(
    5.204,
    (0.0223, 0.002, -0.0005),
    (0.0716565, 0.0630105, 0.0168101),
    (-0.00342088, 0.705204, 0.000106698, 0.708996),
)
"""The trunk."""

_HIP = Inertial.along_axes(
    0.68,
    (-0.0049166, -0.00762615, -8.865e-05),
    (0.000734064, 0.000468438, 0.000398719),
    (0.482891, 0.495027, 0.514169, 0.507341),
)
_THIGH = Inertial.along_axes(
    1.009,
    (-0.00304722, -0.019315, -0.0305004),
    (0.00478717, 0.00460903, 0.000709268),
    (0.753383, 0.0775126, -0.0272313, 0.65243),
)
_CALF_AND_FOOT = Inertial.along_axes(
    0.195862,
    (0.00429862, 0.000976676, -0.146197),
    (0.00149767, 0.00148468, 3.58427e-05),
    (0.691246, 0.00357467, 0.00511118, 0.722592),
)

FOOT = Inertial(FOOT_MASS, np.zeros(3), 0.4 * FOOT_MASS * FOOT_RADIUS**2 * np.eye(3))
"""A foot: a solid ball, whose frame is at its centre."""


def leg_bodies(leg: str) -> dict[str, Inertial]:
    """Bodies of a leg. Hips are mirrored front and back and left and right, thighs left and right, calves not at all.

    Args:
        leg: Name of the leg.

    Returns:
        ``hip``, ``thigh``, ``calf`` and ``foot``; calf and foot together are the published calf.
    """
    front, left = LEGS[leg]
    foot = Inertial(FOOT.mass, np.array(FOOT_POSITION), FOOT.tensor)
    return {
        "hip": _HIP.mirrored(front, left),
        "thigh": _THIGH.mirrored(1, left),
        "calf": _CALF_AND_FOOT.without(foot),
        "foot": FOOT,
    }


MASS = TRUNK.mass + 4.0 * (_HIP.mass + _THIGH.mass + _CALF_AND_FOOT.mass)
"""Mass of the robot [kg]."""
