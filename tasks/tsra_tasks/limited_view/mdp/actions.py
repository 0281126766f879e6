# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Action term of the limited view."""

from __future__ import annotations

import math

import torch

from isaaclab.envs.mdp import JointVelocityAction


class BodyVelocityAction(JointVelocityAction):
    """Drives a planar base by its velocity in its own frame: ahead [m/s], to the left [m/s], turning [rad/s].

    The base is three joints: along the environment's x and y axes, and about z. Targets turn with the robot at every
    physics step.
    """

    def describe_targets(self) -> dict:
        """What the robot is commanded with, for the deployment contract; the joints only stand for its wheels."""
        scale, offset = (
            torch.as_tensor(x).expand_as(self._raw_actions)[0].tolist() for x in (self._scale, self._offset)
        )
        bounds = [] if self.cfg.clip is None else self._clip[0].tolist()
        return {
            "kind": "body velocity",
            "targets": list(self._joint_names),
            "scale": scale,
            "offset": offset,
            "clip": [[bound if math.isfinite(bound) else None for bound in pair] for pair in bounds] or None,
        }

    def apply_actions(self) -> None:
        """Rotate the velocity into the environment frame and set the joints' targets."""
        heading = self._asset.data.joint_pos.torch[:, self._joint_ids][:, 2]  # LEAPP traces no index that is a tensor
        cos, sin = heading.cos(), heading.sin()
        ahead, left, turn = self.processed_actions.unbind(dim=-1)
        target = torch.stack([cos * ahead - sin * left, sin * ahead + cos * left, turn], dim=-1)
        self._asset.set_joint_velocity_target_index(target=target, joint_ids=self._joint_ids)
