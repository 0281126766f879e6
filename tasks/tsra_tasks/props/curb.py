# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A long box to step on or over."""

import isaaclab.sim as sim_utils
from isaaclab.assets import AssetBaseCfg

from .make_ground import FRICTION

CURB_WIDTH = 10.0
"""Extent of a curb along its own y axis [m]: too wide to walk around."""

CURB_HEIGHT = 0.4
"""Extent of a curb along z [m]; it is sunk into the ground as far as it is not to rise above it."""

CURB_COLOR = (0.55, 0.52, 0.48)
"""Colour of what stands for a curb to somebody who watches."""


def curb_cfg(depth: float) -> AssetBaseCfg:
    """A curb, a static shape. Who places it writes the shape's place in the simulator's model.

    A rigid body that never moves would do too, but the solver would look for its contacts with ground and other curbs.

    Args:
        depth: Extent along its own x axis [m].

    Returns:
        The curb.
    """
    return AssetBaseCfg(
        spawn=sim_utils.CuboidCfg(
            size=(depth, CURB_WIDTH, CURB_HEIGHT),
            collision_props=sim_utils.CollisionPropertiesCfg(),
            physics_material=sim_utils.RigidBodyMaterialCfg(static_friction=FRICTION, dynamic_friction=FRICTION),
            visible=False,  # viewers would draw it where it was at first
        )
    )
