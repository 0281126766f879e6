# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the drawer task has to know of an arm and a cabinet: names of their parts, and points on them."""

from dataclasses import dataclass

from isaaclab.managers import SceneEntityCfg

from .mdp import Capsule, Vector


def both_sides(middle: Vector, way: Vector) -> tuple[Vector, Vector]:
    """Points on either side of a middle.

    Args:
        middle: The middle [m].
        way: The way from there to the first point [m].

    Returns:
        The points [m].
    """
    return (
        tuple(place + step for place, step in zip(middle, way, strict=True)),
        tuple(place - step for place, step in zip(middle, way, strict=True)),
    )


@dataclass(frozen=True)
class ArmAndCabinet:
    """Names of parts and points on them, of the scene's ``robot`` and ``cabinet``.

    The handle's frame is that of its body: x out of the cabinet's front, z up. Scene entities are made anew each time,
    because every term resolves its own.
    """

    arm_joints: tuple[str, ...]
    """Joints that move the gripper, from the base."""

    redundant_joint: str
    """The one of them that is brought back to zero."""

    hand_body: str
    """Body that carries the gripper."""

    gripper_offset: Vector
    """The gripper's point in the hand's frame [m]."""

    opening: Vector
    """The way from the gripper's point to the finger that is to go behind the bar, in the hand's frame [m]."""

    down_axis: Vector
    """The hand's direction that is kept pointing down, in the hand's frame; of length 1."""

    occluders: tuple[Capsule, ...]
    """Capsules that stand for the arm, where it hides something from the camera."""

    handle_body: str
    """Body of the handle."""

    handle_offset: Vector
    """Middle of the bar in the handle's frame [m]."""

    handle_mounts: tuple[str, ...]
    """The joint that holds the handle; none if it can't be moved along the front."""

    drawer_joint: str
    """Joint on which the drawer slides; its position is how far it is open [m]."""

    hooked: Vector
    """Where the gripper's point is when a finger is behind the bar, in the handle's frame [m]."""

    hooked_opening: Vector
    """What :attr:`opening` is then, in the handle's frame [m]."""

    bar_points: tuple[Vector, ...]
    """Points of the bar that tell how much of it is hidden, in the handle's frame [m]."""

    @property
    def fingers(self) -> tuple[Vector, Vector]:
        """Points on the fingers in the hand's frame [m], first on the one that is to go behind the bar."""
        return both_sides(self.gripper_offset, self.opening)

    @property
    def hooked_fingers(self) -> tuple[Vector, Vector]:
        """Where these points are when that finger is behind the bar, in the handle's frame [m]."""
        return both_sides(self.hooked, self.hooked_opening)

    @property
    def arm(self) -> SceneEntityCfg:
        """The robot and the arm's joints, in order."""
        return SceneEntityCfg("robot", joint_names=list(self.arm_joints), preserve_order=True)

    @property
    def hand(self) -> SceneEntityCfg:
        """The robot and its hand."""
        return SceneEntityCfg("robot", body_names=[self.hand_body])

    @property
    def handle(self) -> SceneEntityCfg:
        """The cabinet and its handle."""
        return SceneEntityCfg("cabinet", body_names=[self.handle_body])

    @property
    def handle_mount(self) -> SceneEntityCfg:
        """The cabinet and the joint that holds the handle, if there is one."""
        return SceneEntityCfg("cabinet", joint_names=list(self.handle_mounts))

    @property
    def drawer(self) -> SceneEntityCfg:
        """The cabinet and the drawer's joint."""
        return SceneEntityCfg("cabinet", joint_names=[self.drawer_joint])
