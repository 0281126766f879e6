# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Termination terms of the limited view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv

    from .field import FieldCommand


def hit_post(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Whether the robot touches a post. Shape is (num_envs,)."""
    field: FieldCommand = env.command_manager.get_term(command_name)
    return field.touches_post()
