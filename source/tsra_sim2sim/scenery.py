# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What is around the robots: a floor or ground, and posts or curbs where an episode puts them."""

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


def add_ground(spec: mujoco.MjSpec, friction: float) -> None:
    """Add level ground at height zero, which can be touched, to a model.

    Args:
        spec: Model to change, before it is compiled.
        friction: Friction coefficient [1]; a contact has the larger one of two shapes.
    """
    ground = spec.worldbody.add_geom(name="ground", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[50.0, 50.0, 1.0])
    _make_touchable(ground, friction)


def add_curbs(spec: mujoco.MjSpec, sizes: list[tuple[float, float, float]], friction: float) -> None:
    """Add boxes to a model, which can be touched.

    Args:
        spec: Model to change, before it is compiled.
        sizes: Edge lengths of each box [m].
        friction: Friction coefficient [1].
    """
    for index, size in enumerate(sizes):
        body = spec.worldbody.add_body(name=f"curb_{index}", pos=[0.0, 0.0, -size[2]], mocap=True)
        box = body.add_geom(name=body.name, type=mujoco.mjtGeom.mjGEOM_BOX, size=0.5 * np.array(size))
        _make_touchable(box, friction)


def place_curbs(data: mujoco.MjData, poses: np.ndarray, height: float) -> None:
    """Put the curbs of a model, whose only mocap bodies they are, somewhere.

    Args:
        data: State to change.
        poses: x and y coordinates of the curbs' middles and heights of their upper faces [m], and yaws [rad]. Shape is
            (num_curbs, 4).
        height: Edge length of the curbs along z [m].
    """
    data.mocap_pos[:] = poses[:, :3] - [0.0, 0.0, 0.5 * height]
    data.mocap_quat[:] = 0.0
    data.mocap_quat[:, 0], data.mocap_quat[:, 3] = np.cos(0.5 * poses[:, 3]), np.sin(0.5 * poses[:, 3])


def _make_touchable(geom: mujoco.MjsGeom, friction: float) -> None:
    """Let a shape of the surroundings touch robots, whatever their masks are, with MuJoCo's own softness."""
    geom.contype = geom.conaffinity = 1
    geom.friction[0] = friction
