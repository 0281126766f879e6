# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""PPO on onboard observations with a privileged critic: the strong reference."""

from __future__ import annotations

from rsl_rl.algorithms import PPO
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from tsra_lab.observations import check_observation_sets, check_shapes


class AsymmetricPPO(PPO):
    """rsl_rl's PPO whose actor is the student itself; only the critic is privileged (Pinto et al., arXiv:1710.06542).

    There is no teacher, so there is no imitation gap; every environment step of reinforcement learning needs the
    student's sensors. Deviation from the publication: PPO in place of DDPG.
    """

    @property
    def student(self) -> MLPModel:
        """Policy of the onboard observations."""
        return self.get_policy()

    def policies(self) -> dict[str, MLPModel]:
        """Policies that are evaluated, by name."""
        return {"student": self.student}

    @staticmethod
    def construct_algorithm(obs: TensorDict, env: VecEnv, cfg: dict, device: str) -> PPO:
        """Build the algorithm from a runner configuration whose observation sets are ``student`` and ``critic``.

        Args:
            obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
            env: Environment.
            cfg: Runner configuration (:class:`tsra_lab.configs.AsymmetricRunnerCfg` as a dict).
            device: Device of the agent.

        Returns:
            The algorithm.

        Raises:
            ValueError: If an observation set is missing, empty or names an unknown group, or a group is neither a
                vector nor an image.
        """
        sets = cfg["obs_groups"]
        check_observation_sets(sets, ("student", "critic"), obs.keys())
        check_shapes(env, obs, sets)
        actor_sets = {"actor": sets["student"], "critic": sets["critic"]}
        return PPO.construct_algorithm(obs, env, {**cfg, "obs_groups": actor_sets}, device)
