# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the ground that ``make_ground.py`` writes."""

from pathlib import Path

import isaaclab.sim as sim_utils
from isaaclab.assets import AssetBaseCfg

GROUND_CFG = AssetBaseCfg(spawn=sim_utils.UsdFileCfg(usd_path=str(Path(__file__).with_name("ground.usda"))))
"""Plane at the height of the environment's origin."""
