# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Action term of the limited view."""

from __future__ import annotations

from isaaclab.envs.mdp import JointVelocityAction


class BodyVelocityAction(JointVelocityAction):
    """Drives a planar base by its velocity in its own frame: ahead [m/s], to the left [m/s], turning [rad/s].

    The base is three joints: along the environment's x and y axes, and about z. Targets turn with the robot at every
    physics step.
    """

    def apply_actions(self) -> None:
        """Rotate the velocity into the environment frame and set the joints' targets."""
        heading = self._asset.data.joint_pos.torch[:, self._joint_ids[2]]
        cos, sin = heading.cos(), heading.sin()
        ahead, left, turn = self.processed_actions.unbind(dim=-1)
        target = self.processed_actions.clone()
        target[:, 0] = cos * ahead - sin * left
        target[:, 1] = sin * ahead + cos * left
        target[:, 2] = turn
        self._asset.set_joint_velocity_target_index(target=target, joint_ids=self._joint_ids)
