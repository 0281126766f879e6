# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of the quadrotor that ``make_quadrotor.py`` writes."""

from pathlib import Path

import isaaclab.sim as sim_utils
from isaaclab.assets import RigidObjectCfg

QUADROTOR_CFG = RigidObjectCfg(
    spawn=sim_utils.UsdFileCfg(usd_path=str(Path(__file__).with_name("quadrotor.usda"))),
    init_state=RigidObjectCfg.InitialStateCfg(pos=(0.0, 0.0, 1.0)),
)
"""Quadrotor of 28 g: one rigid body, moved by the wrench of :class:`tsra_tasks.robots.QuadrotorDynamics`."""
