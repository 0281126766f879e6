# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Action term of the obstacle flight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from isaaclab.managers import ActionTerm

from ...robots import QuadrotorDynamics

if TYPE_CHECKING:
    from isaaclab.assets import RigidObject
    from isaaclab.envs import ManagerBasedEnv

    from .actions_cfg import ThrustAndRatesActionCfg

GRAVITY = 9.81
"""Gravity [m/s^2]."""


class ThrustAndRatesAction(ActionTerm):
    """Flies a quadrotor by collective thrust and body rates; its own controller and motors follow them."""

    cfg: ThrustAndRatesActionCfg
    _asset: RigidObject

    def __init__(self, cfg: ThrustAndRatesActionCfg, env: ManagerBasedEnv) -> None:
        """Read mass and inertia from the asset.

        Args:
            cfg: Configuration of the term.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        mass = self._asset.data.body_mass.torch[:, 0].reshape(-1)
        inertia = self._asset.data.body_inertia.torch[:, 0].reshape(-1, 3, 3).diagonal(dim1=-2, dim2=-1)
        self.dynamics = QuadrotorDynamics(cfg.dynamics, inertia.clone(), GRAVITY * mass.clone())
        """Controller, motors and drag."""
        self._raw = torch.zeros(self.num_envs, 4, device=self.device)
        self._command = torch.zeros(self.num_envs, 4, device=self.device)
        self._scale = torch.tensor([cfg.thrust_scale, *cfg.rate_scale], device=self.device)
        self._offset = torch.tensor([1.0, 0.0, 0.0, 0.0], device=self.device)
        # commands on their way, the next to arrive first; until an episode's first arrives, motors hold the weight
        self._on_the_way = self._offset.repeat(cfg.latency_steps + 1, self.num_envs, 1)
        self._low = torch.tensor([cfg.thrust_range[0], *(-rate for rate in cfg.max_rates)], device=self.device)
        self._high = torch.tensor([cfg.thrust_range[1], *cfg.max_rates], device=self.device)

    @property
    def action_dim(self) -> int:
        """Number of actions: thrust and three rates."""
        return 4

    @property
    def raw_actions(self) -> torch.Tensor:
        """Actions as they came. Shape is (num_envs, 4)."""
        return self._raw

    @property
    def processed_actions(self) -> torch.Tensor:
        """Commanded thrust over weight, and body rates [rad/s]. Shape is (num_envs, 4)."""
        return self._command

    def describe_targets(self) -> dict:
        """What the flight controller is commanded with, for the deployment contract."""
        cfg = self.cfg
        return {
            "kind": "collective thrust and body rates",
            "targets": ["thrust_over_weight", "roll_rate", "pitch_rate", "yaw_rate"],
            "scale": [cfg.thrust_scale, *cfg.rate_scale],
            "offset": [1.0, 0.0, 0.0, 0.0],
            "clip": [list(cfg.thrust_range), *([-rate, rate] for rate in cfg.max_rates)],
        }

    def process_actions(self, actions: torch.Tensor) -> None:
        """Scale and bound the actions.

        Args:
            actions: Actions of shape (num_envs, 4).
        """
        self._raw[:] = actions
        self._command[:] = (actions * self._scale + self._offset).clamp(self._low, self._high)

    def apply_actions(self) -> None:
        """Advance controller and motors by a physics step and apply their wrench."""
        # in place: a tensor made here may be one of inference, which a reset outside of it could not write to
        self._on_the_way.copy_(self._on_the_way.roll(-1, dims=0))
        self._on_the_way[-1] = self._command
        command = self._on_the_way[0]
        data = self._asset.data
        force, torque = self.dynamics.wrench(
            command[:, 0] * self.dynamics.weight,
            command[:, 1:],
            data.root_com_lin_vel_b.torch,
            data.root_com_ang_vel_b.torch,
            self._env.physics_dt,
        )
        self._asset.permanent_wrench_composer.set_forces_and_torques_index(
            forces=force[:, None, :], torques=torque[:, None, :]
        )

    def reset(self, env_ids: Sequence[int] | slice | None = None) -> None:
        """Let the motors of new episodes hold the weight.

        Args:
            env_ids: Environments to reset; None for all.
        """
        index = slice(None) if env_ids is None else env_ids
        self._raw[index] = 0.0
        self._command[index] = self._offset
        self._on_the_way[:, index] = self._offset
        self.dynamics.reset(index)
