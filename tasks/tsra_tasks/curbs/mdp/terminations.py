# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Success of an episode: the commanded velocity was followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from isaaclab.envs import mdp as isaac_mdp
from isaaclab.managers import ManagerTermBase, SceneEntityCfg

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import TerminationTermCfg


def velocity_errors(
    env: ManagerBasedRLEnv, command_name: str, asset_cfg: SceneEntityCfg
) -> tuple[torch.Tensor, torch.Tensor]:
    """How far the robot's velocity is from the commanded one at present, in the robot's frame.

    Args:
        env: Environment.
        command_name: Name of the velocity command.
        asset_cfg: The robot.

    Returns:
        Errors of the level linear velocity [m/s] and of the yaw rate [rad/s]. Shapes are (num_envs,).
    """
    robot, command = env.scene[asset_cfg.name].data, env.command_manager.get_command(command_name)
    linear = (command[:, :2] - robot.root_lin_vel_b.torch[:, :2]).norm(dim=1)
    return linear, (command[:, 2] - robot.root_ang_vel_b.torch[:, 2]).abs()


class FollowedCommand(ManagerTermBase):
    """Whether an episode is over, and velocities were followed: mean errors over the episode are below bounds."""

    def __init__(self, cfg: TerminationTermCfg, env: ManagerBasedRLEnv) -> None:
        """Begin to sum up.

        Args:
            cfg: Configuration of the term, with parameters as :meth:`__call__` takes them.
            env: Environment that owns the term.
        """
        super().__init__(cfg, env)
        self._sums = torch.zeros(2, env.num_envs, device=env.device)
        self._steps = torch.zeros(env.num_envs, device=env.device)

    def reset(self, env_ids: Sequence[int] | torch.Tensor | slice | None = None) -> None:
        """Forget finished episodes.

        Args:
            env_ids: Environments to reset; None for all.
        """
        chosen = slice(None) if env_ids is None else env_ids
        self._sums[:, chosen] = 0.0
        self._steps[chosen] = 0.0

    def __call__(
        self,
        env: ManagerBasedRLEnv,
        command_name: str,
        max_linear_error: float,
        max_yaw_error: float,
        asset_cfg: SceneEntityCfg,
    ) -> torch.Tensor:
        """Sum up the present step's errors and, at the end, compare.

        Args:
            env: Environment that owns the term.
            command_name: Name of the velocity command.
            max_linear_error: Bound on the mean error of the level linear velocity [m/s].
            max_yaw_error: Bound on the mean error of the yaw rate [rad/s].
            asset_cfg: The robot.

        Returns:
            Whether the episode is over and was followed, of shape (num_envs,).
        """
        self._sums += torch.stack(velocity_errors(env, command_name, asset_cfg))
        self._steps += 1.0
        linear, yaw = self._sums / self._steps
        return isaac_mdp.time_out(env) & (linear < max_linear_error) & (yaw < max_yaw_error)
