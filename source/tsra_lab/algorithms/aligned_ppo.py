# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""PPO on an embedding that the teacher shares with its student (TSRA, arXiv:2605.28372)."""

from __future__ import annotations

import math

import torch
import torch.nn as nn
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from rsl_rl.utils import resolve_class
from tensordict import TensorDict

from tsra_lab.alignment import Aligner, PairCollector
from tsra_lab.configs import check_observation_sets
from tsra_lab.models import EMBEDDING, EncodedPolicy, build_head

from .action_distance import action_distance
from .observation_contract import check_contract, observation_contract
from .paired_ppo import PairedPPO

CONSISTENCY_BLOCK = 8
"""Consistency steps between two measurements of the drift that is left."""


class AlignedPPO(PairedPPO):
    """Trains a teacher that acts only on what its student can see (TSRA, arXiv:2605.28372).

    One iteration, after a warm-up of the encoders alone:

    1. Roll out the teacher. Its embedding comes from the slowly moving target encoder and is *cached* in the rollout
       as the observation group ``embedding``, the policy head's only input. PPO's log-probabilities are therefore
       exact, no RL gradient can reach an encoder, and its epochs need no encoder pass.
    2. PPO, rsl_rl's own, on the cached embeddings: moves head, action noise and critic.
    3. Alignment (:class:`tsra_lab.alignment.Aligner`): moves the encoders and their targets, nothing else.
    4. Consistency: moves the head so that the moved embedding still gives the actions of the one before, for as long
       as that takes.

    Teacher and student share the head, so the student acts zero-shot.
    """

    masks_gradients = True
    """Whether the reinforcement learning gradient is kept out of the encoders."""

    def __init__(
        self,
        actor: MLPModel,
        critic: MLPModel,
        storage: RolloutStorage,
        aligner: Aligner,
        teacher: EncodedPolicy,
        student: EncodedPolicy,
        contract: dict,
        pairs: PairCollector,
        consistency_steps: int = 4,
        max_consistency_steps: int = 64,
        consistency_learning_rate: float = 1.0e-3,
        **ppo: object,
    ) -> None:
        """Assemble the algorithm; :meth:`construct_algorithm` builds the parts from a configuration.

        Args:
            actor: What PPO trains: the policy head, a model of the embedding alone.
            critic: Critic, on its own observation set.
            storage: Rollout storage whose observations include the group ``embedding``.
            aligner: Encoders, targets and their updates.
            teacher: Policy of the privileged target encoder and the head.
            student: Policy of the onboard target encoder and the head.
            contract: Groups, terms and dimensions of the observations, as :func:`observation_contract` gives them.
            pairs: What collects the moments to align; the onboard camera renders for them alone.
            consistency_steps: Steps of the head per iteration that undo the drift caused by moving encoders.
            max_consistency_steps: So many are taken at most, while the drift that is left exceeds ``desired_kl``.
            consistency_learning_rate: Learning rate of these steps.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.

        Raises:
            ValueError: If an extension of PPO is asked for that alignment does not support, or the consistency steps
                exceed their maximum.
        """
        if consistency_steps > max_consistency_steps:
            raise ValueError(
                f"consistency_steps is {consistency_steps}, but max_consistency_steps {max_consistency_steps}."
            )
        super().__init__(actor, critic, storage, contract, pairs, **ppo)
        self.aligner = aligner.to(self.device)
        self.teacher = teacher.to(self.device)
        self.student = student.to(self.device)
        self.consistency_steps = consistency_steps
        self.max_consistency_steps = max_consistency_steps
        self.consistency_optimizer = torch.optim.Adam(self.teacher.head.mlp.parameters(), lr=consistency_learning_rate)

    def act(self, obs: TensorDict) -> torch.Tensor:
        """Sample the teacher's actions and cache its embeddings with the transition.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            Actions of shape (num_envs, num_actions).
        """
        with torch.no_grad():
            embedding = self.teacher.get_latent(obs)
        return super().act(TensorDict({**obs, EMBEDDING: embedding}, batch_size=obs.batch_size))

    def process_env_step(
        self, obs: TensorDict, rewards: torch.Tensor, dones: torch.Tensor, extras: dict[str, torch.Tensor]
    ) -> None:
        """Record a step.

        Args:
            obs: Observations after the step.
            rewards: Rewards of the step, of shape (num_envs,).
            dones: Which episodes ended, of shape (num_envs,).
            extras: Further information of the step.
        """
        self.pairs.end_step(dones)
        super().process_env_step(obs, rewards, dones, extras)

    def update(self) -> dict[str, float]:
        """Learn from the rollout.

        Returns:
            Losses of PPO, of alignment and of consistency, and health metrics: ``retrieval_accuracy``,
            ``embedding_std_min``, ``embedding_std_mean``, ``action_distance`` (mean distance between the actions of
            teacher and student), ``policy_drift`` (KL divergence of the teacher's policy caused by the encoder
            update, before the consistency steps) and ``remaining_drift`` (the same after them).
        """
        observations = self.storage.observations.flatten(0, 1)
        pairs, latest = self.pairs.take(), self.pairs.latest()
        if self.aligner.steps_done < self.aligner.warmup_steps:
            # the embedding means nothing yet: learn it on the initial policy's rollout before acting on it
            losses = self.aligner.update(pairs, self.aligner.warmup_steps)
            self.critic.update_normalization(observations)
            self.storage.clear()
            return losses
        losses = super().update()
        before = self._action_parameters(observations)
        losses |= self.aligner.update(pairs, self.aligner.steps_per_iteration, latest)
        losses["policy_drift"] = self._drift(observations, before)
        losses["consistency"], losses["remaining_drift"] = self._restore_consistency(observations, before)
        losses["action_distance"] = action_distance(self.teacher, self.student, latest)
        return losses

    @torch.no_grad()
    def _action_parameters(self, observations: TensorDict) -> tuple[torch.Tensor, ...]:
        """Parameters of the teacher's action distribution on the cached embeddings."""
        self.actor(observations, stochastic_output=True)
        return tuple(parameter.clone() for parameter in self.actor.output_distribution_params)

    @torch.no_grad()
    def _drift(self, observations: TensorDict, before: tuple[torch.Tensor, ...]) -> float:
        """Mean KL divergence between the teacher before and after the encoders moved."""
        self.teacher(observations, stochastic_output=True)
        return self.actor.get_kl_divergence(before, self.teacher.output_distribution_params).mean().item()

    def _restore_consistency(self, observations: TensorDict, before: tuple[torch.Tensor, ...]) -> tuple[float, float]:
        """Move the head so that the new embeddings give the actions of the old ones.

        What the encoders do to the policy is a policy step too, so PPO's trust region holds for it: where the first
        steps leave more drift than PPO itself may cause, more follow.

        Returns:
            Mean loss of all steps, and the drift that is left.
        """
        losses = self._fit_head(observations, before[0], self.consistency_steps)
        drift = self._drift(observations, before)
        limit = self.desired_kl if self.desired_kl is not None and losses else math.inf
        while drift > limit and len(losses) < self.max_consistency_steps:
            more = min(CONSISTENCY_BLOCK, self.max_consistency_steps - len(losses))
            losses += self._fit_head(observations, before[0], more)
            drift = self._drift(observations, before)
        return sum(losses) / max(len(losses), 1), drift

    def _fit_head(self, observations: TensorDict, actions: torch.Tensor, num_steps: int) -> list[float]:
        """Take steps of the head towards these actions; returns their losses."""
        losses = []
        for _ in range(num_steps):
            index = torch.randint(len(actions), (min(self.aligner.batch_size, len(actions)),), device=actions.device)
            with torch.no_grad():
                embedding = self.teacher.get_latent(observations[index])
            loss = nn.functional.mse_loss(self.teacher.act_on(embedding), actions[index])
            self.consistency_optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.teacher.head.mlp.parameters(), self.max_grad_norm)
            self.consistency_optimizer.step()
            losses.append(loss.item())
        return losses

    def train_mode(self) -> None:
        """Set train mode for what learns; the targets that act stay in evaluation mode."""
        super().train_mode()
        self.aligner.encoders.train()
        self.aligner.targets.eval()

    def eval_mode(self) -> None:
        """Set evaluation mode."""
        super().eval_mode()
        self.aligner.encoders.eval()
        self.aligner.targets.eval()

    def save(self) -> dict:
        """Everything that an interrupted run needs to go on, and the observation contract."""
        return super().save() | {
            "aligner_state_dict": self.aligner.state_dict(),
            "consistency_optimizer_state_dict": self.consistency_optimizer.state_dict(),
            "learning_rate": self.learning_rate,
        }

    def load(self, loaded_dict: dict, load_cfg: dict | None, strict: bool) -> bool:
        """Restore what :meth:`save` gave.

        Args:
            loaded_dict: Checkpoint.
            load_cfg: As for PPO. Without ``optimizer``, optimisers and learning rate stay as configured.
            strict: As for PPO.

        Returns:
            Whether the iteration counter is to be restored too.

        Raises:
            ValueError: If the checkpoint is not one of AlignedPPO, or its observations differ from ours.
        """
        if "aligner_state_dict" not in loaded_dict:
            raise ValueError(
                "The checkpoint holds no encoders: it was not trained by AlignedPPO. Load it with the agent that"
                " trained it (run.json in its run directory names it)."
            )
        check_contract(loaded_dict["observation_contract"], self.contract)
        restore_iteration = super().load(loaded_dict, load_cfg, strict)
        fresh_optimizer = self.aligner.optimizer.state_dict()
        self.aligner.load_state_dict(loaded_dict["aligner_state_dict"])
        if load_cfg is None or load_cfg.get("optimizer"):
            self.consistency_optimizer.load_state_dict(loaded_dict["consistency_optimizer_state_dict"])
            self.learning_rate = loaded_dict["learning_rate"]
        else:
            self.aligner.optimizer.load_state_dict(fresh_optimizer)
        return restore_iteration

    @staticmethod
    def construct_algorithm(obs: TensorDict, env: VecEnv, cfg: dict, device: str) -> AlignedPPO:
        """Build the algorithm from a runner configuration (:class:`tsra_lab.configs.AlignedRunnerCfg` as a dict).

        Args:
            obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
            env: Environment.
            cfg: Runner configuration.
            device: Device of the agent.

        Returns:
            The algorithm.

        Raises:
            ValueError: If an observation set is missing, empty or names an unknown group, or encoders are to be
                shared with the critic.
        """
        check_observation_sets(cfg["obs_groups"], ("teacher", "student", "critic"), obs.keys())
        algorithm_class, settings = resolve_class(cfg["algorithm"])
        if settings.pop("share_cnn_encoders", False):
            raise ValueError("AlignedPPO's critic has no encoder to share: leave 'share_cnn_encoders' False.")
        alignment = settings.pop("alignment")
        embedding_dim = alignment.pop("embedding_dim")

        head = build_head(cfg["actor"], embedding_dim, env.num_actions)
        critic_class, critic_cfg = resolve_class(cfg["critic"])
        critic = critic_class(obs, cfg["obs_groups"], "critic", 1, **critic_cfg)
        encoders = {}
        for view in ("teacher", "student"):
            encoder_class, encoder_cfg = resolve_class(cfg[view])
            encoders[view] = encoder_class(obs, cfg["obs_groups"], view, embedding_dim, **encoder_cfg)
            print(f"{view.capitalize()} encoder: {encoders[view]}")
        print(f"Policy head: {head}\nCritic: {critic}")
        aligner = Aligner(encoders["teacher"], encoders["student"], **alignment)
        acting = aligner.targets if algorithm_class.masks_gradients else aligner.encoders
        policies = {
            view: EncodedPolicy(obs, cfg["obs_groups"], view, env.num_actions, acting[view], head)
            for view in ("teacher", "student")
        }

        sets = cfg["obs_groups"]
        kept = {group: obs[group] for view in ("teacher", "critic") for group in sets[view]}
        kept[EMBEDDING] = torch.zeros(env.num_envs, embedding_dim, device=device)
        stored = TensorDict(kept, batch_size=[env.num_envs])
        storage = RolloutStorage("rl", env.num_envs, cfg["num_steps_per_env"], stored, [env.num_actions], device)
        algorithm = algorithm_class(
            head if algorithm_class.masks_gradients else policies["teacher"],
            critic,
            storage,
            aligner,
            policies["teacher"],
            policies["student"],
            observation_contract(env, obs, sets),
            PairCollector.of(
                env,
                sets,
                settings.pop("render_interval", 1),
                encoders["student"].is_recurrent,
                settings.pop("kept_rollouts", 1),
            ),
            device=device,
            multi_gpu_cfg=cfg["multi_gpu"],
            **settings,
        )
        algorithm.compile(cfg.get("torch_compile_mode"))
        return algorithm


class UnmaskedPPO(AlignedPPO):
    """Ablation of :class:`AlignedPPO`: the reinforcement learning gradient moves the teacher's encoder too.

    Policies act on the encoders themselves, for moving averages would not follow PPO.
    """

    masks_gradients = False
