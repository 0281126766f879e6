# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What stands around the robots: a floor, and round posts where an episode puts them."""

from __future__ import annotations

import mujoco
import numpy as np


def add_floor(spec: mujoco.MjSpec, floor_cfg: dict) -> None:
    """Add a floor to a model. It is seen by rays; nothing collides with it.

    Args:
        spec: Model to change, before it is compiled.
        floor_cfg: Configuration of the scene's floor, a cuboid.
    """
    spec.worldbody.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=0.5 * np.array(floor_cfg["spawn"]["size"]),
        pos=floor_cfg["init_state"]["pos"],
        contype=0,
        conaffinity=0,
    )


def add_posts(spec: mujoco.MjSpec, count: int, radius: float, height: float) -> None:
    """Add posts to a model. They are seen by rays; nothing collides with them.

    Args:
        spec: Model to change, before it is compiled.
        count: Number of posts.
        radius: Radius of a post [m].
        height: Height of a post, which stands on the ground [m].
    """
    for index in range(count):
        body = spec.worldbody.add_body(name=f"post_{index}", pos=[0.0, 0.0, 0.5 * height], mocap=True)
        body.add_geom(type=mujoco.mjtGeom.mjGEOM_CYLINDER, size=[radius, 0.5 * height, 0.0], contype=0, conaffinity=0)


def place_posts(data: mujoco.MjData, centers: np.ndarray) -> None:
    """Put the posts of a model, whose only mocap bodies they are, somewhere.

    Args:
        data: State to change.
        centers: Centres of the posts [m]. Shape is (num_posts, 2).
    """
    data.mocap_pos[:, :2] = centers
