# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reward terms of the colour maze."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .maze import MazeCommand


def progress_to_goal(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Speed at which the distance to the goal shrank in this step [m/s]. Shape is (num_envs,).

    A speed, because Isaac Lab multiplies rewards by the step's duration: the sum over an episode is metres gained.
    """
    maze: MazeCommand = env.command_manager.get_term(command_name)
    return (maze.previous_distance - maze.distance) / env.step_dt
