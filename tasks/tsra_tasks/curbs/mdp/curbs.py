# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Where curbs are, and how high the ground is for them. Nothing is measured: the ground is boxes on a plane."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
import warp as wp
from newton import ModelFlags

from ...props import CURB_HEIGHT

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedEnv

SUNKEN = -0.5
"""Height of the upper face of a curb that is taken away [m]: out of reach below the ground."""


def draw_curbs(
    count: int,
    depths: torch.Tensor,
    heights: tuple[float, float],
    share: float,
    start: float,
    length: float,
    max_yaw: float,
) -> torch.Tensor:
    """Draw curbs one behind the other: each within a strip of its own, in random order.

    Args:
        count: Number of draws.
        depths: Extent of each curb along x [m]. Shape is (num_curbs,).
        heights: Least and largest height [m].
        share: Probability that a curb is there at all.
        start: x coordinate at which the first strip begins [m].
        length: Extent of all strips together along x [m].
        max_yaw: Largest angle between a curb and the y axis [rad].

    Returns:
        x and y coordinates of the curbs' middles and heights of their upper faces [m], :data:`SUNKEN` for those that
        are not there, and yaws [rad]. Shape is (count, num_curbs, 4).
    """
    shape, device = (count, len(depths)), depths.device
    strip = length / len(depths)
    order = torch.rand(shape, device=device).argsort(dim=1)
    room = (strip - depths).clamp(min=0.0)
    x = start + strip * order + 0.5 * depths + room * torch.rand(shape, device=device)
    low, high = heights
    top = low + (high - low) * torch.rand(shape, device=device)
    top = torch.where(torch.rand(shape, device=device) < share, top, SUNKEN)
    yaw = max_yaw * (2.0 * torch.rand(shape, device=device) - 1.0)
    return torch.stack([x, torch.zeros_like(x), top, yaw], dim=-1)


def ground_height(
    points: torch.Tensor, middles: torch.Tensor, yaws: torch.Tensor, tops: torch.Tensor, sizes: torch.Tensor
) -> torch.Tensor:
    """Height of the ground at points: that of the highest curb there, else 0.

    Args:
        points: x and y coordinates [m]. Shape is (num_envs, num_points, 2).
        middles: x and y coordinates of the curbs' middles [m]. Shape is (num_envs, num_curbs, 2).
        yaws: Rotations of the curbs about the vertical [rad]. Shape is (num_envs, num_curbs).
        tops: Heights of the curbs' upper faces [m]. Shape is (num_envs, num_curbs).
        sizes: Extents of the curbs along their own x and y axes [m]. Shape is (num_curbs, 2).

    Returns:
        Heights [m]. Shape is (num_envs, num_points).
    """
    offset = points[:, :, None] - middles[:, None]
    cos, sin = yaws.cos()[:, None], yaws.sin()[:, None]
    along = (cos * offset[..., 0] + sin * offset[..., 1]).abs()
    across = (cos * offset[..., 1] - sin * offset[..., 0]).abs()
    inside = (along <= 0.5 * sizes[:, 0]) & (across <= 0.5 * sizes[:, 1])
    return torch.where(inside, tops[:, None], 0.0).amax(dim=-1).clamp(min=0.0)


class Curbs:
    """The curbs of a scene, wherever they are at present.

    They are static shapes, and where a shape is stands in Newton's model: nothing else is kept.
    """

    def __init__(self, env: ManagerBasedEnv, sizes: dict[str, tuple[float, float]]) -> None:
        """Find the curbs.

        Args:
            env: Environment.
            sizes: Extents of the curbs along their own x and y axes [m], by the names of their prims.

        Raises:
            ValueError: If the physics is not Newton's, or a curb is not in the scene.
        """
        if not hasattr(env.sim.physics_manager, "get_model"):
            raise ValueError("Curbs are placed in Newton's model, which this physics has not.")
        self._manager = env.sim.physics_manager
        self._origins = env.scene.env_origins
        self.sizes = torch.tensor(list(sizes.values()), device=env.device)
        """Extents along their own axes [m]. Shape is (num_curbs, 2)."""
        model = self._manager.get_model()
        worlds = model.shape_world.numpy()
        columns = []
        for name in sizes:
            shapes = [index for index, label in enumerate(model.shape_label) if name in label.split("/")]
            if len(shapes) != env.num_envs:
                raise ValueError(f"There are {len(shapes)} shapes of curb '{name}' in {env.num_envs} environments.")
            columns.append(sorted(shapes, key=lambda index: worlds[index]))
        self._shapes = torch.tensor(columns, device=env.device).T

    @classmethod
    def of(cls, env: ManagerBasedEnv, sizes: dict[str, tuple[float, float]]) -> Curbs:
        """The curbs of an environment, which are found once.

        Args:
            env: Environment.
            sizes: Extents of the curbs along their own x and y axes [m], by the names of their prims.

        Returns:
            The curbs.
        """
        if env not in _FOUND:
            _FOUND[env] = cls(env, sizes)
        return _FOUND[env]

    def poses(self) -> torch.Tensor:
        """Where the curbs are.

        Returns:
            x and y coordinates of the curbs' middles and heights of their upper faces [m], from the environment's
            origin, and yaws [rad]. Shape is (num_envs, num_curbs, 4).
        """
        transforms = self.read()
        poses = transforms[..., :4] - torch.nn.functional.pad(self._origins, (0, 1))[:, None]
        poses[..., 2] += 0.5 * CURB_HEIGHT
        poses[..., 3] = 2.0 * torch.atan2(transforms[..., 5], transforms[..., 6])
        return poses

    def bars(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The curbs as bars as thick as they are deep, whose upper faces are the curbs'.

        Returns:
            Where the bars begin and end, from the environment's origin [m], of shape (num_envs, num_curbs, 3), and
            which of them are there, of shape (num_envs, num_curbs).
        """
        poses = self.poses()
        axis = torch.stack([-poses[..., 3].sin(), poses[..., 3].cos(), torch.zeros_like(poses[..., 3])], dim=-1)
        middle = poses[..., :3].clone()
        middle[..., 2] -= 0.5 * self.sizes[:, 0]
        half = 0.5 * self.sizes[:, 1:] * axis
        return middle - half, middle + half, poses[..., 2] > 0.0

    def place(self, poses: torch.Tensor, env_ids: torch.Tensor) -> None:
        """Put curbs somewhere.

        Args:
            poses: Where, as :meth:`poses` has it. Shape is (len(env_ids), num_curbs, 4).
            env_ids: Environments. Shape is (len(env_ids),).
        """
        transforms = torch.zeros(*poses.shape[:2], 7, device=poses.device)
        transforms[..., :3] = poses[..., :3] + self._origins[env_ids, None]
        transforms[..., 2] -= 0.5 * CURB_HEIGHT
        transforms[..., 5] = (0.5 * poses[..., 3]).sin()
        transforms[..., 6] = (0.5 * poses[..., 3]).cos()
        self.write(transforms, env_ids)

    def read(self) -> torch.Tensor:
        """Poses of the boxes' middles in the world, quaternions as (x, y, z, w). Shape is (num_envs, num_curbs, 7)."""
        return wp.to_torch(self._manager.get_model().shape_transform)[self._shapes]

    def write(self, transforms: torch.Tensor, env_ids: torch.Tensor) -> None:
        """Set the poses of the boxes' middles.

        Args:
            transforms: Poses as :meth:`read` has them. Shape is (len(env_ids), num_curbs, 7).
            env_ids: Environments. Shape is (len(env_ids),).
        """
        wp.to_torch(self._manager.get_model().shape_transform)[self._shapes[env_ids]] = transforms
        self._manager.add_model_change(ModelFlags.SHAPE_PROPERTIES)

    def heights_at(self, points: torch.Tensor) -> torch.Tensor:
        """Height of the ground at points.

        Args:
            points: x and y coordinates from the environment's origin [m]. Shape is (num_envs, num_points, 2).

        Returns:
            Heights above the flat ground [m]. Shape is (num_envs, num_points).
        """
        poses = self.poses()
        return ground_height(points, poses[..., :2], poses[..., 3], poses[..., 2], self.sizes)

    def gaps(self, robot: Articulation) -> torch.Tensor:
        """How far the curbs' nearer faces are ahead of a robot's middle, across the curbs [m].

        Args:
            robot: The robot.

        Returns:
            Gaps, negative where the robot's middle has come as far. Shape is (num_envs, num_curbs).
        """
        poses = self.poses()
        offset = poses[..., :2] - (robot.data.root_link_pos_w.torch - self._origins)[:, None, :2]
        across = poses[..., 3].cos() * offset[..., 0] + poses[..., 3].sin() * offset[..., 1]
        return across - 0.5 * self.sizes[:, 0]

    def clearances(self, robot: Articulation, feet: list[int], radius: float) -> torch.Tensor:
        """How high spherical feet are above the ground right below them.

        Args:
            robot: The robot.
            feet: Indices of the feet's bodies.
            radius: Radius of a foot [m].

        Returns:
            Heights of the lowest points of the feet above the ground [m]. Shape is (num_envs, num_feet).
        """
        places = robot.data.body_link_pos_w.torch[:, feet] - self._origins[:, None]
        return places[..., 2] - radius - self.heights_at(places[..., :2])

    def profile(self, robot: Articulation, grid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Height of the ground around a robot, and of the robot's root.

        Args:
            robot: The robot.
            grid: Points that go with the robot and turn with its heading, x ahead and y left [m]. Shape is
                (num_points, 2).

        Returns:
            Heights above the flat ground [m]: of the ground at the points, of shape (num_envs, num_points), and of
            the robot's root, of shape (num_envs,).
        """
        return self.points_around(robot, grid)[..., 2], (robot.data.root_link_pos_w.torch - self._origins)[:, 2]

    def points_around(self, robot: Articulation, grid: torch.Tensor) -> torch.Tensor:
        """Points of the ground around a robot.

        Args:
            robot: The robot.
            grid: Points as :meth:`profile` takes them. Shape is (num_points, 2).

        Returns:
            Points from the environment's origin [m]. Shape is (num_envs, num_points, 3).
        """
        position = (robot.data.root_link_pos_w.torch - self._origins)[:, None, :2]
        heading = robot.data.heading_w.torch[:, None]
        cos, sin = heading.cos(), heading.sin()
        turned = torch.stack([cos * grid[:, 0] - sin * grid[:, 1], sin * grid[:, 0] + cos * grid[:, 1]], dim=-1)
        return torch.cat([position + turned, self.heights_at(position + turned)[..., None]], dim=-1)


_FOUND: WeakKeyDictionary[ManagerBasedEnv, Curbs] = WeakKeyDictionary()
"""Curbs of the environments that there are."""
