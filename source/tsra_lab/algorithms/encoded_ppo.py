# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""PPO on a policy of two views: what the methods that train an encoder by reinforcement learning share."""

from __future__ import annotations

from abc import abstractmethod

import torch
import torch.nn as nn
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from rsl_rl.utils import resolve_class
from tensordict import TensorDict

from tsra_lab.alignment import PairCollector, full_precision
from tsra_lab.configs import check_observation_sets
from tsra_lab.models import EncodedPolicy, build_head

from .action_distance import action_distance
from .observation_contract import observation_contract
from .paired_ppo import PairedPPO


class EncodedPPO(PairedPPO):
    """PPO of a teacher ``head(encoder(privileged))`` beside a student ``head(encoder(onboard))``.

    Unlike in :class:`tsra_lab.algorithms.AlignedPPO`, the reinforcement learning gradient moves the teacher's encoder
    as well as the head. :meth:`teacher_loss` joins PPO's loss on every minibatch. An alignment phase follows each PPO
    update: it minimises :meth:`alignment_loss` and moves the encoders of :meth:`followers`, nothing else. Methods are
    subclasses that define these.
    """

    policy_views = {"teacher": "teacher", "student": "student"}
    """Policies that the method trains, and the observation set that each sees."""

    rollout_views = ("teacher", "critic")
    """Observation sets that PPO's minibatches need; the others are kept for pairs alone."""

    def __init__(
        self,
        policies: dict[str, EncodedPolicy],
        critic: MLPModel,
        storage: RolloutStorage,
        contract: dict,
        pairs: PairCollector,
        alignment_learning_rate: float = 1.0e-3,
        alignment_steps: int = 16,
        alignment_batch_size: int = 512,
        **ppo: object,
    ) -> None:
        """Assemble the algorithm; :meth:`construct_algorithm` builds the parts from a configuration.

        Args:
            policies: Policies by name, as :attr:`policy_views` lists them, with an encoder each and one head.
            critic: Critic, on its own observation set.
            storage: Rollout storage.
            contract: Groups, terms and dimensions of the observations, as :func:`observation_contract` gives them.
            pairs: What collects the moments to align; the onboard camera renders for them alone.
            alignment_learning_rate: Learning rate of the encoders that follow (Adam).
            alignment_steps: Steps of the alignment phase.
            alignment_batch_size: Moments per step, drawn over time and environments.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.

        Raises:
            ValueError: If an extension of PPO is asked for that is not supported.
        """
        super().__init__(policies["teacher"], critic, storage, contract, pairs, **ppo)
        # the one place where PPO's update takes a further loss for each minibatch
        self.symmetry = _TeacherLoss(self)
        self.policies = nn.ModuleDict(policies).to(self.device)
        self.alignment_steps = alignment_steps
        self.alignment_batch_size = alignment_batch_size
        self.alignment_optimizer = torch.optim.Adam(self.followers().parameters(), lr=alignment_learning_rate)

    @property
    def teacher(self) -> EncodedPolicy:
        """Policy of the privileged observations."""
        return self.policies["teacher"]

    @property
    def student(self) -> EncodedPolicy:
        """Policy of the onboard observations."""
        return self.policies["student"]

    def followers(self) -> nn.ModuleDict:
        """Encoders that the alignment phase moves: all but the teacher's."""
        return nn.ModuleDict({name: policy.encoder for name, policy in self.policies.items() if name != "teacher"})

    @abstractmethod
    def teacher_loss(self, observations: TensorDict) -> torch.Tensor:
        """Loss that joins PPO's for a minibatch.

        Args:
            observations: Observations, one tensor per group. Shapes are (batch, ...).

        Returns:
            Scalar loss.
        """

    @abstractmethod
    def alignment_loss(self, observations: TensorDict) -> torch.Tensor:
        """Loss of the alignment phase.

        Args:
            observations: Observations, one tensor per group. Shapes are (batch, ...).

        Returns:
            Scalar loss.
        """

    def update(self) -> dict[str, float]:
        """Learn from the rollout.

        Returns:
            Losses of PPO, ``teacher_loss``, ``alignment`` and ``action_distance``: mean distance between the actions
            of teacher and student.
        """
        pairs, latest = self.pairs.take(), self.pairs.latest()
        losses = super().update()
        losses["teacher_loss"] = losses.pop("symmetry")
        losses["alignment"] = self._align(pairs, latest)
        return losses | {"action_distance": action_distance(self.teacher, self.student, latest)}

    def _align(self, pairs: TensorDict, latest: TensorDict) -> float:
        """Alignment phase, in which observation statistics learn from the latest pairs; returns the mean loss."""
        followers = self.followers()
        for encoder in followers.values():
            encoder.update_normalization(latest)
        total = 0.0
        for _ in range(self.alignment_steps):
            order = torch.randperm(pairs.batch_size[0], device=pairs.device)
            loss = self.alignment_loss(full_precision(pairs[order[: self.alignment_batch_size]]))
            self.alignment_optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(followers.parameters(), self.max_grad_norm)
            self.alignment_optimizer.step()
            total += loss.item()
        return total / max(self.alignment_steps, 1)

    def train_mode(self) -> None:
        """Set train mode for what learns."""
        super().train_mode()
        self.policies.train()

    def eval_mode(self) -> None:
        """Set evaluation mode."""
        super().eval_mode()
        self.policies.eval()

    def save(self) -> dict:
        """Everything that an interrupted run needs to go on, and the observation contract."""
        return super().save() | {
            **{f"{name}_state_dict": policy.state_dict() for name, policy in self.policies.items()},
            "alignment_optimizer_state_dict": self.alignment_optimizer.state_dict(),
        }

    def load(self, loaded_dict: dict, load_cfg: dict | None, strict: bool) -> bool:
        """Restore what :meth:`save` gave.

        Args:
            loaded_dict: Checkpoint.
            load_cfg: As for PPO.
            strict: As for PPO.

        Returns:
            Whether the iteration counter is to be restored too.
        """
        restore_iteration = super().load(loaded_dict, load_cfg, strict)
        for name, policy in self.policies.items():
            policy.load_state_dict(loaded_dict[f"{name}_state_dict"], strict=strict)
        if load_cfg is None or load_cfg.get("optimizer"):
            self.alignment_optimizer.load_state_dict(loaded_dict["alignment_optimizer_state_dict"])
        return restore_iteration

    @staticmethod
    def construct_algorithm(obs: TensorDict, env: VecEnv, cfg: dict, device: str) -> EncodedPPO:
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
        sets = cfg["obs_groups"]
        check_observation_sets(sets, ("teacher", "student", "critic"), obs.keys())
        algorithm_class, settings = resolve_class(cfg["algorithm"])
        if settings.pop("share_cnn_encoders", False):
            raise ValueError(f"{algorithm_class.__name__} shares no encoder: leave 'share_cnn_encoders' False.")
        embedding_dim = settings.pop("embedding_dim")
        head = build_head(cfg["actor"], embedding_dim, env.num_actions)
        policies = {
            name: EncodedPolicy(obs, sets, view, env.num_actions, dict(cfg[view]), head, embedding_dim)
            for name, view in algorithm_class.policy_views.items()
        }
        if any(policy.is_recurrent for policy in policies.values()):
            raise ValueError(f"{algorithm_class.__name__} shuffles moments, so it cannot train encoders with memory.")
        critic_class, critic_cfg = resolve_class(cfg["critic"])
        critic = critic_class(obs, sets, "critic", 1, **critic_cfg)
        print("\n".join(f"{name.capitalize()}: {model}" for name, model in {**policies, "critic": critic}.items()))
        kept = [group for view in algorithm_class.rollout_views for group in sets[view]]
        storage = RolloutStorage(
            "rl", env.num_envs, cfg["num_steps_per_env"], obs.select(*kept), [env.num_actions], device
        )
        algorithm = algorithm_class(
            policies,
            critic,
            storage,
            observation_contract(env, obs, sets),
            PairCollector.of(
                env, sets, settings.pop("render_interval", 1), kept_rollouts=settings.pop("kept_rollouts", 1)
            ),
            device=device,
            multi_gpu_cfg=cfg["multi_gpu"],
            **settings,
        )
        algorithm.compile(cfg.get("torch_compile_mode"))
        return algorithm


class _TeacherLoss:
    """An EncodedPPO's teacher loss, in the form in which rsl_rl's PPO takes a mirror loss."""

    use_mirror_loss = True
    mirror_loss_coeff = 1.0

    def __init__(self, algorithm: EncodedPPO) -> None:
        self.algorithm = algorithm

    def augment_batch(self, batch: object, original_batch_size: int) -> None:
        """Leave the minibatch as it is."""

    def compute_loss(self, actor: MLPModel, batch: object, original_batch_size: int) -> torch.Tensor:
        """Give the minibatch's loss to PPO."""
        return self.algorithm.teacher_loss(batch.observations)
