# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Termination terms of the colour maze."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .maze import MazeCommand


def entered_lava(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Whether the robot's centre is over lava. Shape is (num_envs,)."""
    maze: MazeCommand = env.command_manager.get_term(command_name)
    return maze.on_lava(maze.position)
