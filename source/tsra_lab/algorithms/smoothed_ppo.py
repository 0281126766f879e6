# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A teacher that learns with unsteady hands, and is easier to imitate for it (arXiv:2510.03207)."""

from __future__ import annotations

from typing import Any

import torch
from rsl_rl.algorithms import PPO
from tensordict import TensorDict


class SmoothedPPO(PPO):
    """rsl_rl's PPO of a privileged teacher whose actions are disturbed on their way (Song et al., arXiv:2510.03207).

    The noise belongs to the environment, not to the policy: log-probabilities are those of the undisturbed action. A
    teacher that counts on it keeps a distance from where small differences decide, so a student that errs a little
    does not fail. Deviation from the publication: the noise is the same for all actions, and does not decay.
    """

    def __init__(self, *parts: Any, action_noise_std: float, **ppo: Any) -> None:
        """Assemble the algorithm; rsl_rl's ``construct_algorithm`` builds the parts.

        Args:
            parts: As :class:`rsl_rl.algorithms.PPO` takes them.
            action_noise_std: Standard deviation of the noise [raw action].
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.
        """
        super().__init__(*parts, **ppo)
        self.action_noise_std = action_noise_std

    def act(self, obs: TensorDict) -> torch.Tensor:
        """Sample actions and disturb them.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            What the environment does, of shape (num_envs, num_actions).
        """
        actions = super().act(obs)
        return actions + self.action_noise_std * torch.randn_like(actions)
