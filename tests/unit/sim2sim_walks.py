# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the tests of the walking robot in MuJoCo share: its world, and states that it begins in."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from sim2sim_files import make_contract, make_env_cfg

from tsra_sim2sim import Curbs, OtherRobot

STANDING = np.array([0.1, 0.9, -1.8, -0.1, 0.9, -1.8] * 2)
"""Default pose of the joints [rad]."""

MJLAB_GO1 = Path(sys.prefix) / "mjlab/mjlab/asset_zoo/robots/unitree_go1/xmls/go1.xml"
"""MuJoCo Menagerie's Go1, as ``make install`` puts it beside the environment."""


def curbs_state(**changes: object) -> dict[str, np.ndarray]:
    """A robot that stands on level ground and is commanded to walk ahead."""
    state = {"position": [0.0, 0.0, 0.29], "orientation": [0.0, 0.0, 0.0, 1.0], "velocity": [0.0] * 3}
    state |= {"angular_velocity": [0.0] * 3, "joint_pos": STANDING, "joint_vel": [0.0] * 12}
    state |= {"curbs": [[9.0 + index, 0.0, -0.5, 0.0] for index in range(5)], "friction": [1.0] * 14}
    state |= {"trunk_mass": 1.0, "motor_strength": 1.0, "command": [0.5, 0.0, 0.0]}
    state |= {"heading_target": 0.0, "command_time_left": 5.0}
    return {name: np.array(value) for name, value in (state | changes).items()}


def make_curbs(substeps: int = 1, robot: OtherRobot | None = None, env_cfg: dict | None = None) -> Curbs:
    """World of the task, with our robot or another."""
    return Curbs(make_contract(Curbs.task), env_cfg or make_env_cfg(Curbs.task), substeps, robot)


def stand(world: Curbs, seconds: float) -> np.ndarray:
    """Hold the default pose; returns the largest joint speed of each control step [rad/s]."""
    speeds = []
    for _ in range(round(seconds / world.control_period)):
        world.step(STANDING)
        speeds.append(np.abs(world.state()["joint_vel"]).max())
    return np.array(speeds)
