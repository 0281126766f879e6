# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Moving an articulation whose root is fixed to the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import warp as wp
from newton.selection import ArticulationView

from isaaclab_newton.physics import NewtonManager

if TYPE_CHECKING:
    from isaaclab.assets import Articulation


def write_fixed_root_pose(asset: Articulation, pose: torch.Tensor, env_ids: torch.Tensor | slice) -> None:
    """Write the pose of a root that is fixed to the world.

    On Newton, Isaac Lab 3.0.0 writes such a pose into a view of the model, which is a copy where fixed joints lie
    between the articulation's other joints: what it writes has no effect. So the root's joint is written in the model
    itself; Isaac Lab's own function, which tells the solver, follows.

    Args:
        asset: Articulation.
        pose: Positions in the world [m] and quaternions (x, y, z, w), of shape (num_envs, 7) for these environments.
        env_ids: Environments.
    """
    if isinstance(asset.root_view, ArticulationView):
        model = NewtonManager.get_model()
        articulations = wp.to_torch(asset.root_view.articulation_ids)[env_ids, 0]
        roots = wp.to_torch(model.articulation_start)[articulations]
        wp.to_torch(model.joint_X_p)[roots] = pose
    asset.write_root_pose_to_sim_index(root_pose=pose, env_ids=env_ids)
