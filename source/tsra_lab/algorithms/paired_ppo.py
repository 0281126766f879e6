# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""PPO of a teacher beside a student: what the methods share that learn from moments seen by both."""

from __future__ import annotations

import torch
from rsl_rl.algorithms import PPO
from rsl_rl.models import MLPModel
from rsl_rl.storage import RolloutStorage
from tensordict import TensorDict

from tsra_lab.alignment import PairCollector
from tsra_lab.models import EncodedPolicy


class PairedPPO(PPO):
    """PPO that rolls out a teacher and collects the moments at which the student's view is complete too.

    ``get_policy`` returns the student: it is what runs on the robot.
    """

    teacher: EncodedPolicy
    """Policy of the privileged observations."""

    student: EncodedPolicy
    """Policy of the onboard observations."""

    def __init__(
        self,
        actor: MLPModel,
        critic: MLPModel,
        storage: RolloutStorage,
        contract: dict,
        pairs: PairCollector,
        **ppo: object,
    ) -> None:
        """Assemble the algorithm.

        Args:
            actor: What PPO trains.
            critic: Critic, on its own observation set.
            storage: Rollout storage.
            contract: Groups, terms and dimensions of the observations, as :func:`observation_contract` gives them.
            pairs: What collects the moments; the onboard camera renders for them alone.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.

        Raises:
            ValueError: If an extension of PPO is asked for that is not supported.
        """
        for option in ("rnd_cfg", "symmetry_cfg", "multi_gpu_cfg"):
            if ppo.get(option) is not None:
                raise ValueError(f"{type(self).__name__} does not support '{option}'. Leave it None.")
        super().__init__(actor, critic, storage, **ppo)
        self.contract = contract
        self.pairs = pairs

    def act(self, obs: TensorDict) -> torch.Tensor:
        """Sample the teacher's actions and keep the moment where both views are complete.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            Actions of shape (num_envs, num_actions).
        """
        self.pairs.add(obs)
        return super().act(obs.select(*self.storage.observations.keys()))

    def discard_rollout(self) -> None:
        """Learn nothing from the rollout, but keep its pairs."""
        self.pairs.take()
        self.storage.clear()

    def eval_mode(self) -> None:
        """Set evaluation mode, in which the student acts and so needs its camera at every step."""
        super().eval_mode()
        self.pairs.render_always()

    def get_policy(self) -> EncodedPolicy:
        """The student."""
        return self.student

    def save(self) -> dict:
        """Everything that an interrupted run needs to go on, and the observation contract.

        ``teacher_state_dict`` and ``student_state_dict`` are complete policies: :class:`EncodedPolicy` loads them, as
        the actor of stock rsl_rl too.
        """
        return super().save() | {
            "teacher_state_dict": self.teacher.state_dict(),
            "student_state_dict": self.student.state_dict(),
            "rendered_frames": self.pairs.num_frames,
            "observation_contract": self.contract,
        }

    def load(self, loaded_dict: dict, load_cfg: dict | None, strict: bool) -> bool:
        """Restore what PPO saved, and the count of frames.

        Args:
            loaded_dict: Checkpoint.
            load_cfg: As for PPO. Without ``optimizer``, optimisers and learning rate stay as configured.
            strict: As for PPO.

        Returns:
            Whether the iteration counter is to be restored too.
        """
        restore_iteration = super().load(loaded_dict, load_cfg, strict)
        self.pairs.num_frames = loaded_dict["rendered_frames"]
        return restore_iteration
