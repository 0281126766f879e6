# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Parts of all scenes, and colours of what is painted into them."""

import isaaclab.sim as sim_utils
from isaaclab.assets import AssetBaseCfg

LIGHT_CFG = AssetBaseCfg(prim_path="/World/Light", spawn=sim_utils.DistantLightCfg(intensity=2500.0))
"""Light from above."""


def paint(red: float, green: float, blue: float) -> sim_utils.PreviewSurfaceCfg:
    """A plain surface of a colour, whose parts are from 0 to 1."""
    return sim_utils.PreviewSurfaceCfg(diffuse_color=(red, green, blue))


def floor_cfg(length: float, width: float, x: float = 0.0) -> AssetBaseCfg:
    """A floor that is only seen, with its surface 1 mm below the ground.

    Args:
        length: Extent along x [m].
        width: Extent along y [m].
        x: x coordinate of its middle [m].

    Returns:
        The floor.
    """
    return AssetBaseCfg(
        prim_path="{ENV_REGEX_NS}/Floor",
        spawn=sim_utils.CuboidCfg(size=(length, width, 0.02), visual_material=paint(0.72, 0.72, 0.70)),
        init_state=AssetBaseCfg.InitialStateCfg(pos=(x, 0.0, -0.011)),
    )
