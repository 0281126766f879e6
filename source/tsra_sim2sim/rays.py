# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Rays and depth cameras: MuJoCo's ray casting, which is exact on primitives and needs no graphics driver."""

from __future__ import annotations

import math

import mujoco
import numpy as np


def cast_rays(
    model: mujoco.MjModel, data: mujoco.MjData, origin: np.ndarray, directions: np.ndarray, ignored_body: int
) -> np.ndarray:
    """Distances along rays to the nearest shape.

    Args:
        model: Model.
        data: State, with positions of bodies up to date.
        origin: Where the rays begin, in the world frame [m]. Shape is (3,).
        directions: Unit vectors in the world frame. Shape is (num_rays, 3).
        ignored_body: Index of a body that no ray meets; -1 for none.

    Returns:
        Distances [m], infinite where a ray meets nothing. Shape is (num_rays,).
    """
    # one by one: mj_multiRay first culls bodies by the bounds of what collides, and so misses what is only seen
    shape = np.empty(1, dtype=np.int32)
    distances = np.array(
        [mujoco.mj_ray(model, data, origin, direction, None, True, ignored_body, shape) for direction in directions]
    )
    return np.where(distances < 0.0, np.inf, distances)


class DepthCamera:
    """Pinhole camera whose pixels are rays through their centres. It looks along its x axis, y left, z up.

    What lies beyond the far clipping distance *along the ray* is not seen, as in Newton's renderer: depth counts along
    the camera's axis, so towards the image's corners nothing is seen before the depth reads 1.
    """

    def __init__(self, camera_cfg: dict, max_range: float) -> None:
        """Lay out the rays.

        Args:
            camera_cfg: Configuration of the task's camera: ``width`` and ``height`` [pixels], and ``spawn`` with
                ``focal_length`` and ``horizontal_aperture``, in one unit, and ``clipping_range`` [m].
            max_range: Depth that reads 1 [m].
        """
        width, height = camera_cfg["width"], camera_cfg["height"]
        # pixels are square
        pixel = camera_cfg["spawn"]["horizontal_aperture"] / camera_cfg["spawn"]["focal_length"] / width
        left = (0.5 * width - np.arange(width) - 0.5) * pixel
        up = (0.5 * height - np.arange(height) - 0.5) * pixel
        rays = np.stack([np.ones((height, width)), *np.meshgrid(left, up, indexing="xy")], axis=-1)
        lengths = np.linalg.norm(rays, axis=-1)
        self._shape = (1, height, width)
        self._far = camera_cfg["spawn"]["clipping_range"][1]
        self._directions = (rays / lengths[..., None]).reshape(-1, 3)
        # depth counts along the axis, not along the ray
        self._shares = 1.0 / lengths.ravel() / max_range

    def render(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        position: np.ndarray,
        rotation: np.ndarray,
        ignored_body: int = -1,
    ) -> np.ndarray:
        """Take an image.

        Args:
            model: Model.
            data: State, with positions of bodies up to date.
            position: Place of the camera in the world frame [m]. Shape is (3,).
            rotation: Rotation matrix of the camera in the world frame. Shape is (3, 3).
            ignored_body: Index of a body that is not seen; -1 for none.

        Returns:
            Depth along the camera's axis over its range, 1 where nothing is near. Shape is (1, height, width).
        """
        distances = cast_rays(model, data, position, self._directions @ rotation.T, ignored_body)
        depths = np.where(distances < self._far, np.minimum(distances * self._shares, 1.0), 1.0)
        return depths.reshape(self._shape)


def fan(angles: list[float], heading: float) -> np.ndarray:
    """Level rays.

    Args:
        angles: Directions from the heading [rad].
        heading: Direction of the robot, from the world's x axis [rad].

    Returns:
        Unit vectors in the world frame. Shape is (num_angles, 3).
    """
    return np.array([[math.cos(heading + angle), math.sin(heading + angle), 0.0] for angle in angles])
