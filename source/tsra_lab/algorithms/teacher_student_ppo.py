# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""PPO of a teacher beside a student: what all methods with both share, and the hooks in which they differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from rsl_rl.algorithms import PPO
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from rsl_rl.utils import resolve_class
from tensordict import TensorDict

from tsra_lab.alignment import PairCollector, Pairs
from tsra_lab.models import EncodedPolicy, SharedObservation, build_head
from tsra_lab.observations import (
    SHARED,
    check_contract,
    check_observation_sets,
    check_shapes,
    latest_sample,
    observation_contract,
)

from .action_distance import action_distance
from .auxiliary_loss import LOGGED_AS, AuxiliaryLoss
from .registry import StateRegistry


class TeacherStudentPPO(PPO):
    """PPO of a teacher ``head(encoder(privileged))`` beside a student ``head(encoder(onboard))``.

    By itself it trains the teacher, encoder and head, and leaves the student as it is. A method derives from it and
    overrides what it does otherwise:

    - :meth:`build_policies`: policies beside teacher and student;
    - :meth:`rollout_observations`: what the rollout keeps of a step;
    - :meth:`auxiliary_loss`: a loss that joins PPO's on every minibatch;
    - :meth:`before_ppo`, :meth:`after_ppo`: what happens around PPO with the pairs of the rollout.

    It registers what it adds and what has a state in :attr:`registry`, which drives save, load, modes and broadcast.

    When observation statistics move: those of models that PPO trains (critic, and the teacher's encoder unless a
    method takes it from PPO) after PPO's update, on the rollout, as rsl_rl does; those of encoders that learn from
    pairs at the beginning of their phase, on the latest pairs; those of frozen models never.
    """

    takes_shared: bool = False
    """Whether the head can take observations beside the embedding (observation set ``shared``)."""

    def __init__(
        self,
        policies: dict[str, EncodedPolicy],
        critic: MLPModel,
        contract: dict,
        pairs: PairCollector,
        actor: MLPModel | None = None,
        **ppo: Any,
    ) -> None:
        """Assemble the algorithm; :meth:`construct_algorithm` builds the parts from a configuration.

        Args:
            policies: Policies by name: ``teacher`` and ``student``, and what the method adds.
            critic: Critic, on its own observation set.
            contract: What the observations are made of (:func:`tsra_lab.observations.observation_contract`).
            pairs: What collects the samples that both see; the onboard camera renders for them alone.
            actor: What PPO trains; the teacher if None.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.

        Raises:
            ValueError: If an extension of PPO is asked for that is not supported.
        """
        for option in ("rnd_cfg", "symmetry_cfg"):
            if ppo.get(option) is not None:
                raise ValueError(f"{type(self).__name__} does not support '{option}'. Leave it None.")
        # the storage needs rollout_observations, which needs what subclasses add: construct_algorithm sets it
        super().__init__(policies["teacher"] if actor is None else actor, critic, None, **ppo)
        self.symmetry = AuxiliaryLoss(self.auxiliary_loss)
        self.teacher = policies["teacher"].to(self.device)
        self.student = policies["student"].to(self.device)
        self.contract = contract
        self.delays_may_differ = False
        """Whether a checkpoint may be loaded that was trained with other delays of observations."""
        self.pairs = pairs
        self.registry = StateRegistry()
        for name, policy in policies.items():
            self.registry.add_model(name, policy)
        self.registry.add_model("actor", self._raw_actor)
        self.registry.add_model("critic", self._raw_critic)
        self.registry.add_optimizer("optimizer", self.optimizer)
        self.registry.add_number("learning_rate", self, "learning_rate")

    @classmethod
    def build_policies(cls, build: Callable[[str], EncodedPolicy]) -> dict[str, EncodedPolicy]:
        """Build the policies, which share a head.

        Args:
            build: Builds a policy of an observation set, with the encoder that is configured under the set's name.

        Returns:
            Policies by name.
        """
        return {"teacher": build("teacher"), "student": build("student")}

    def rollout_observations(self, obs: TensorDict) -> TensorDict:
        """Observations of a step that PPO's minibatches need; others are kept for pairs alone.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            Those of teacher and critic, and what a method adds.
        """
        sets = self.contract["sets"]
        return obs.select(*sets["teacher"], *sets["critic"], *sets.get(SHARED, []))

    def auxiliary_loss(self, observations: TensorDict) -> torch.Tensor | None:
        """Loss that joins PPO's on every minibatch.

        Args:
            observations: As :meth:`rollout_observations` gives them. Shapes are (batch, ...).

        Returns:
            Scalar; None for no such loss.
        """
        return None

    def before_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float] | None:
        """What happens before PPO learns from a rollout.

        Args:
            observations: Those of the rollout. Shapes are (time * num_envs, ...).
            pairs: Pairs to learn from.

        Returns:
            None; or losses, which end the iteration: PPO does not learn from this rollout.
        """
        return None

    def after_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float]:
        """What happens after PPO has learned from a rollout.

        Args:
            observations: Those of the rollout. Shapes are (time * num_envs, ...).
            pairs: Pairs to learn from.

        Returns:
            Losses by name.
        """
        return {}

    def policies(self) -> dict[str, EncodedPolicy]:
        """Policies that are evaluated, by name."""
        return {"teacher": self.teacher, "student": self.student}

    def get_policy(self) -> EncodedPolicy:
        """The student: it is what runs on the robot."""
        return self.student

    def act(self, obs: TensorDict) -> torch.Tensor:
        """Sample the teacher's actions, and pair the sample where both observation sets are complete.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            Actions of shape (num_envs, num_actions).
        """
        self.pairs.add(obs, self.student.get_hidden_state())
        return super().act(self.rollout_observations(obs))

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
            Losses of PPO (``value``, ``surrogate``, ``entropy``) and of the method, and ``action_distance``, the mean
            distance between the actions of teacher and student.
        """
        observations = self.storage.observations.flatten(0, 1)
        pairs = self.pairs.take()
        losses = self.before_ppo(observations, pairs)
        if losses is not None:
            self.storage.clear()
            return losses
        losses = super().update()
        auxiliary = losses.pop(LOGGED_AS)
        if type(self).auxiliary_loss is not TeacherStudentPPO.auxiliary_loss:
            losses["auxiliary"] = auxiliary
        losses |= self.after_ppo(observations, pairs)
        return losses | {"action_distance": action_distance(self.teacher, self.student, pairs.latest)}

    def discard_rollout(self) -> None:
        """Learn nothing from the rollout, but keep its pairs."""
        self.pairs.take()
        self.storage.clear()

    def train_mode(self) -> None:
        """Set train mode for what learns."""
        self.registry.train()

    def eval_mode(self) -> None:
        """Set evaluation mode, in which the student acts and so needs its camera at every step."""
        self.registry.train(False)
        self.pairs.schedule.render_always()

    def save(self) -> dict:
        """Everything that an interrupted run needs to go on, and the observation contract.

        ``teacher_state_dict`` and ``student_state_dict`` are complete policies: :class:`EncodedPolicy` loads them, as
        the actor of stock rsl_rl too.
        """
        return self.registry.state_dict() | {"observation_contract": self.contract}

    def load(self, loaded_dict: dict, load_cfg: dict | None, strict: bool) -> bool:
        """Restore what :meth:`save` gave.

        Args:
            loaded_dict: Checkpoint.
            load_cfg: As for PPO; models are always restored. Without ``optimizer``, optimisers stay as configured.
            strict: As for PPO.

        Returns:
            Whether the iteration counter is to be restored too.

        Raises:
            ValueError: If the checkpoint was not made by this algorithm, or on other observations.
        """
        missing = self.save().keys() - loaded_dict.keys()
        if missing:
            raise ValueError(
                f"The checkpoint lacks {', '.join(sorted(missing))}: it was not trained by {type(self).__name__}. Load"
                " it with the agent that trained it (run.json in its run directory names it)."
            )
        check_contract(loaded_dict["observation_contract"], self.contract, self.delays_may_differ)
        optimizers = load_cfg is None or bool(load_cfg.get("optimizer"))
        learning_rate = self.learning_rate
        self.registry.load_state_dict(loaded_dict, optimizers, strict)
        if not optimizers:
            self.learning_rate = learning_rate
        return load_cfg is None or load_cfg.get("iteration", False)

    def broadcast_parameters(self) -> None:
        """Send parameters and statistics from rank 0 to all others."""
        self.registry.broadcast()

    @classmethod
    def _build_shared(cls, obs: TensorDict, contract: dict) -> SharedObservation | None:
        """What the head takes beside the embedding; None for nothing."""
        sets = contract["sets"]
        groups = sets.get(SHARED, [])
        if groups and not cls.takes_shared:
            raise ValueError(f"{cls.__name__} takes no shared observations: leave the observation set 'shared' empty.")
        for name, wrong in (
            ("is not among the student's", [group for group in groups if group not in sets["student"]]),
            ("is among the teacher's, whose encoder need not see it", [g for g in groups if g in sets["teacher"]]),
        ):
            if wrong:
                raise ValueError(f"Observation set 'shared' has {wrong}, which {name}.")
        # what the past tells goes through the embedding: a head that takes a whole history learns several times slower
        columns = {group: latest_sample(contract["groups"][group]) if obs[group].dim() == 2 else [] for group in groups}
        return SharedObservation(obs, columns) if groups else None

    @classmethod
    def construct_algorithm(cls, obs: TensorDict, env: VecEnv, cfg: dict, device: str) -> TeacherStudentPPO:
        """Build the algorithm from a runner configuration (:class:`tsra_lab.configs.TeacherStudentRunnerCfg`).

        Args:
            obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
            env: Environment.
            cfg: Runner configuration as a dictionary.
            device: Device of the agent.

        Returns:
            The algorithm.

        Raises:
            ValueError: If an observation set is missing, empty or names an unknown group, a group is neither a vector
                nor an image, or encoders are to be shared with the critic.
        """
        sets = cfg["obs_groups"]
        check_observation_sets(sets, ("teacher", "student", "critic"), obs.keys(), optional=(SHARED,))
        check_shapes(env, obs, sets)
        contract = observation_contract(env, obs, sets)
        shared = cls._build_shared(obs, contract)
        _, settings = resolve_class(cfg["algorithm"])
        if settings.pop("share_cnn_encoders", False):
            raise ValueError(f"{cls.__name__}'s critic has no encoder to share: leave 'share_cnn_encoders' False.")
        embedding_dim = settings.pop("embedding_dim")
        head = build_head(cfg["actor"], embedding_dim + (shared.width if shared else 0), env.num_actions)
        critic_class, critic_cfg = resolve_class(cfg["critic"])
        critic = critic_class(obs, sets, "critic", 1, **critic_cfg)

        def build(name: str) -> EncodedPolicy:
            model = dict(cfg[name])
            return EncodedPolicy(obs, sets, name, env.num_actions, model, head, embedding_dim, shared).to(device)

        policies = cls.build_policies(build)
        print("\n".join(f"{name.capitalize()}: {model}" for name, model in {**policies, "critic": critic}.items()))
        algorithm = cls(
            policies,
            critic,
            contract,
            PairCollector.of(
                env,
                sets,
                policies["student"].is_recurrent,
                whole_rollouts=settings.get("student_share", 0.0) > 0.0,
                **settings.pop("pairs"),
            ),
            device=device,
            multi_gpu_cfg=cfg["multi_gpu"],
            **settings,
        )
        with torch.no_grad():
            stored = algorithm.rollout_observations(obs.to(device))
            algorithm.student.reset()  # no episode has begun
        algorithm.storage = RolloutStorage(
            "rl", env.num_envs, cfg["num_steps_per_env"], stored, [env.num_actions], device
        )
        algorithm.compile(cfg.get("torch_compile_mode"))
        return algorithm
