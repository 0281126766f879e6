# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the post that ``make_post.py`` writes."""

from pathlib import Path

import isaaclab.sim as sim_utils
from isaaclab.assets import ArticulationCfg

from .make_post import HEIGHT as POST_HEIGHT
from .make_post import RADIUS as POST_RADIUS

POST_CFG = ArticulationCfg(
    spawn=sim_utils.UsdFileCfg(usd_path=str(Path(__file__).with_name("post.usda"))),
    init_state=ArticulationCfg.InitialStateCfg(joint_pos={}, joint_vel={}),  # it has no joint that moves
    actuators={},
)
"""Post whose root pose, its foot's, is written at resets."""

__all__ = ["POST_CFG", "POST_HEIGHT", "POST_RADIUS"]
