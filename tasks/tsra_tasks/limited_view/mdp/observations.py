# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observation terms of the limited view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from isaaclab.managers import ManagerTermBase

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import ObservationTermCfg

    from .field import FieldCommand


def heading(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Cosine and sine of the direction that the robot faces. Shape is (num_envs, 2)."""
    field: FieldCommand = env.command_manager.get_term(command_name)
    return torch.stack([field.heading.cos(), field.heading.sin()], dim=-1)


def body_velocity(env: ManagerBasedRLEnv, command_name: str) -> torch.Tensor:
    """Velocity ahead and to the left [m/s] and turn rate [rad/s]. Shape is (num_envs, 3)."""
    field: FieldCommand = env.command_manager.get_term(command_name)
    return torch.cat([field.in_robot_frame(field.velocity), field.turn_rate[:, None]], dim=-1)


class post_distances(ManagerTermBase):  # noqa: N801 (a term, named as Isaac Lab names its terms)
    """Distances along a fan of rays, over their reach: 1 where a ray meets nothing. Shape is (num_envs, num_rays)."""

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedRLEnv) -> None:
        """Lay out the fan.

        Args:
            cfg: Term configuration with ``params`` as :meth:`__call__` takes them.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        self._angles = torch.tensor(cfg.params["angles"], device=self.device)

    def __call__(
        self, env: ManagerBasedRLEnv, command_name: str, angles: tuple[float, ...], max_range: float
    ) -> torch.Tensor:
        """Cast the rays.

        Args:
            env: Environment that owns the term.
            command_name: Name of the field command.
            angles: Directions of the rays, from the robot's heading [rad].
            max_range: Reach of the rays [m].

        Returns:
            Distances over the reach, of shape (num_envs, num_rays).
        """
        field: FieldCommand = env.command_manager.get_term(command_name)
        return field.post_distances(self._angles, max_range) / max_range
