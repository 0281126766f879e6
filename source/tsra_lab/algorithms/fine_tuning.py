# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Reinforcement learning that goes on from a student."""

from __future__ import annotations

from typing import Any

from rsl_rl.models import MLPModel

from .asymmetric_ppo import AsymmetricPPO


class FineTuning(AsymmetricPPO):
    """PPO of a student that has learned already, on its own rollouts, with a privileged critic.

    A critic that knows nothing would spoil the student in the first updates, so for some iterations the critic learns
    alone, and the student stays as it is, observation statistics included.
    """

    def __init__(self, actor: MLPModel, *args: Any, critic_warmup_iterations: int, **ppo: Any) -> None:
        """Assemble the algorithm; ``construct_algorithm`` builds the parts.

        Args:
            actor: The student.
            args: Further positional arguments of :class:`rsl_rl.algorithms.PPO`.
            critic_warmup_iterations: Iterations in which the critic learns alone.
            ppo: Settings of :class:`rsl_rl.algorithms.PPO`.
        """
        super().__init__(actor, *args, **ppo)
        self.critic_warmup_iterations = critic_warmup_iterations
        self.updates_done = 0

    def update(self) -> dict[str, float]:
        """Learn from the rollout: the critic alone at first, then both.

        Returns:
            Losses of PPO.
        """
        if self.updates_done >= self.critic_warmup_iterations:
            losses = super().update()
        else:
            schedule, self.schedule = self.schedule, "fixed"  # an actor that stands still asks for a larger rate
            self._raw_actor.requires_grad_(False).eval()  # statistics learn in train mode alone
            losses = super().update()
            self._raw_actor.requires_grad_(True).train()
            self.schedule = schedule
        self.updates_done += 1
        return losses

    def load_student(self, loaded_dict: dict) -> bool:
        """Begin with the student of another algorithm's checkpoint, and its critic where that fits.

        Args:
            loaded_dict: The checkpoint.

        Returns:
            Whether the critic was taken too.

        Raises:
            ValueError: If the checkpoint holds no student of this form.
        """
        key = "student_state_dict" if "student_state_dict" in loaded_dict else "actor_state_dict"
        try:
            self._raw_actor.load_state_dict(loaded_dict[key])
        except (KeyError, RuntimeError) as error:
            raise ValueError(f"The checkpoint holds no student that can be fine-tuned: {error}") from error
        theirs, ours = loaded_dict.get("critic_state_dict", {}), self._raw_critic.state_dict()
        fits = {name: tensor.shape for name, tensor in theirs.items()} == {
            name: tensor.shape for name, tensor in ours.items()
        }
        if fits:
            self._raw_critic.load_state_dict(theirs)
        return fits

    def save(self) -> dict:
        """PPO's state, and how many updates were done."""
        return super().save() | {"updates_done": self.updates_done}

    def load(self, loaded_dict: dict, load_cfg: dict | None, strict: bool) -> bool:
        """Restore what :meth:`save` gave.

        Args:
            loaded_dict: Checkpoint.
            load_cfg: As for PPO.
            strict: As for PPO.

        Returns:
            Whether the iteration counter is to be restored too.
        """
        self.updates_done = loaded_dict["updates_done"]
        return super().load(loaded_dict, load_cfg, strict)
