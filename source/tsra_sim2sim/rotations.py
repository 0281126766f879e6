# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Rotations between Isaac Lab's convention of quaternions (x, y, z, w) and MuJoCo's (w, x, y, z)."""

from __future__ import annotations

import mujoco
import numpy as np


def to_mujoco(quaternion: np.ndarray) -> np.ndarray:
    """Reorder a quaternion for MuJoCo.

    Args:
        quaternion: Unit quaternion (x, y, z, w). Shape is (4,).

    Returns:
        The same as (w, x, y, z).
    """
    return np.roll(np.asarray(quaternion, dtype=float), 1)


def rotation_matrix(quaternion: np.ndarray) -> np.ndarray:
    """Rotation matrix of a quaternion.

    Args:
        quaternion: Unit quaternion (w, x, y, z). Shape is (4,).

    Returns:
        Matrix that takes vectors of the rotated frame into the fixed one. Shape is (3, 3).
    """
    matrix = np.empty(9)
    mujoco.mju_quat2Mat(matrix, quaternion)
    return matrix.reshape(3, 3)
