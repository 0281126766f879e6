# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""rsl_rl's runner, plus evaluation of the student while training, safe checkpoints and orderly stops."""

from __future__ import annotations

import math
import os
import signal
import time
from pathlib import Path

import torch
from rsl_rl.env import VecEnv
from rsl_rl.runners import OnPolicyRunner
from rsl_rl.utils import check_nan
from tensordict import TensorDict

from tsra_lab.algorithms import AlignedDistillation, check_contract, observation_contract
from tsra_lab.alignment import find_onboard_camera
from tsra_lab.evaluation import evaluation_report, run_episodes
from tsra_results import write_report

from .checkpoint import load_checkpoint, random_state, restore_random_state, save_checkpoint

EVALUATION_SEED = 1_000_003
"""Seed of the episodes that are evaluated during training: the same at every evaluation of every run."""


class AlignedRunner(OnPolicyRunner):
    """Runs any rsl_rl algorithm and adds what the stock runner cannot do.

    - Every ``evaluation_interval`` iterations the algorithm's policies, teacher and student, run on matched seeds.
    - Checkpoints are written atomically, hold the random state and the observation contract, and are refused where
      they do not fit.
    - A resumed run first rolls out for an episode without learning, so that it learns from all of an episode at once.
    - SIGINT and SIGTERM end training after the current iteration with a checkpoint.
    """

    def __init__(self, env: VecEnv, train_cfg: dict, log_dir: str | None = None, device: str = "cpu") -> None:
        """Build the algorithm and the logger.

        Args:
            env: Isaac Lab environment in rsl_rl's wrapper.
            train_cfg: Runner configuration as a dictionary.
            log_dir: Run directory; None for no logs.
            device: Device of the agent.
        """
        super().__init__(env, train_cfg, log_dir, device)
        obs = env.get_observations()
        self.contract = observation_contract(env, obs, self.cfg["obs_groups"])
        camera = find_onboard_camera(env)
        seen = {group for groups in self.cfg["obs_groups"].values() for group in groups}
        if camera is not None and all(obs[group].dim() == 2 for group in seen):
            camera.switch(False)  # nobody looks
        self.stop_signal: int | None = None
        """Signal that ended training before its time."""
        self.evaluations: list[dict] = []
        """Reports of the evaluations so far, each with its ``iteration`` and ``env_steps``."""

    def learn(self, num_learning_iterations: int, init_at_random_ep_len: bool = False) -> None:
        """Train until the iteration counter reaches ``num_learning_iterations`` or a signal asks to stop.

        Unlike the stock runner's, the number is the total, so a resumed run ends where the whole one would have.

        Args:
            num_learning_iterations: Number of iterations, those before a resume included.
            init_at_random_ep_len: Whether to start at random points of the episodes, to decorrelate their ends.

        Raises:
            ValueError: If the counter is there already.
        """
        start = self.current_learning_iteration
        if start >= num_learning_iterations:
            raise ValueError(
                f"The run has {start} iterations already, so there is nothing to do until {num_learning_iterations}."
                " Raise --max_iterations to train on."
            )
        if self.is_distributed:
            self.alg.broadcast_parameters()
        self.logger.init_logging_writer()
        obs = self._begin_episodes(init_at_random_ep_len)
        previous_handlers = {name: signal.signal(name, self._ask_to_stop) for name in (signal.SIGINT, signal.SIGTERM)}
        try:
            if start:
                obs = self._settle(obs)
            for iteration in range(start, num_learning_iterations):
                collect_start = time.time()
                obs = self._collect(obs)
                update_start = time.time()
                losses = self.alg.update()
                self.logger.log(
                    it=iteration,
                    start_it=start,
                    total_it=num_learning_iterations,
                    collect_time=update_start - collect_start,
                    learn_time=time.time() - update_start,
                    loss_dict=losses,
                    learning_rate=self.alg.learning_rate,
                    action_std=self.alg.get_policy().output_std,
                    rnd_weight=self.alg.rnd.weight if self.cfg["algorithm"].get("rnd_cfg") else None,
                )
                self.current_learning_iteration = iteration + 1
                # read once: a signal that comes later is honoured after the next iteration
                stopping = self.stop_signal is not None
                last = stopping or self.current_learning_iteration == num_learning_iterations
                interval = self.cfg.get("evaluation_interval", 0)
                if interval and not stopping and (last or self.current_learning_iteration % interval == 0):
                    self._evaluate()
                    obs = self._begin_episodes(init_at_random_ep_len)
                if last or self.current_learning_iteration % self.cfg["save_interval"] == 0:
                    self._save_current()
                if last:
                    break
        finally:
            for name, handler in previous_handlers.items():
                signal.signal(name, handler)
            self.logger.stop_logging_writer()

    def save(self, path: str, infos: dict | None = None) -> None:
        """Write a checkpoint, atomically.

        Args:
            path: File to write.
            infos: Further plain values to keep.
        """
        checkpoint = {"observation_contract": self.contract} | self.alg.save()
        checkpoint["iter"] = self.current_learning_iteration
        checkpoint["infos"] = infos
        checkpoint["random_state"] = random_state()
        checkpoint["evaluations"] = self.evaluations
        save_checkpoint(checkpoint, path)
        self.logger.save_model(path, self.current_learning_iteration)

    def load(
        self, path: str, load_cfg: dict | None = None, strict: bool = True, map_location: str | None = None
    ) -> dict | None:
        """Resume from a checkpoint of the same algorithm and the same observations.

        Args:
            path: Checkpoint.
            load_cfg: What to restore, as the algorithm's ``load`` takes it; None for everything.
            strict: Whether weights must match exactly.
            map_location: Device for the tensors.

        Returns:
            The ``infos`` that were saved with it.

        Raises:
            ValueError: If it was made by another algorithm, or on other observations, or is no checkpoint.
            FileNotFoundError: If there is no such file.
        """
        checkpoint = load_checkpoint(path, map_location or self.device)
        missing = self.alg.save().keys() - checkpoint.keys()
        if missing:
            raise ValueError(
                f"'{path}' lacks {', '.join(sorted(missing))}, so it was not made by {type(self.alg).__name__}. Name"
                " the agent that made it with --agent; to distil a teacher, use scripts/distill.py --teacher."
            )
        if "observation_contract" in checkpoint:
            check_contract(checkpoint["observation_contract"], self.contract)
        else:
            print(f"[WARNING] '{path}' has no observation contract (stock runner): only dimensions can be checked.")
        if self.alg.load(checkpoint, load_cfg, strict):
            # the stock runner stores the index of the last iteration, ours the number of iterations
            stock = "random_state" not in checkpoint
            self.current_learning_iteration = checkpoint["iter"] + (1 if stock else 0)
        if "random_state" in checkpoint:
            restore_random_state(checkpoint["random_state"])
            self.evaluations = checkpoint["evaluations"]
        return checkpoint["infos"]

    def load_teacher(self, path: str) -> None:
        """Load the teacher to distil, and the zero-shot student where the checkpoint and the algorithm have one.

        Args:
            path: Checkpoint of AlignedPPO for AlignedDistillation, of stock PPO for stock distillation.

        Raises:
            ValueError: If the teacher was trained on other observations, or the checkpoint holds none.
            FileNotFoundError: If there is no such file.
        """
        checkpoint = load_checkpoint(path, self.device)
        zero_shot = isinstance(self.alg, AlignedDistillation)
        needed = ("teacher_state_dict", "student_state_dict") if zero_shot else ("actor_state_dict",)
        missing = [name for name in needed if name not in checkpoint]
        if missing:
            raise ValueError(f"'{path}' lacks {', '.join(missing)}, so {type(self.alg).__name__} cannot distil it.")
        if "observation_contract" in checkpoint:
            saved = checkpoint["observation_contract"]
            sets = {"teacher": saved["sets"].get("teacher", saved["sets"].get("actor"))}
            current = {"teacher": self.contract["sets"]["teacher"]}
            if zero_shot:
                sets["student"], current["student"] = saved["sets"]["student"], self.contract["sets"]["student"]
            check_contract(saved | {"sets": sets}, self.contract | {"sets": current})
        self.alg.load(checkpoint, {"teacher": True, "student": zero_shot}, strict=True)

    def policies(self) -> dict[str, torch.nn.Module]:
        """The algorithm's policies by name, ready for inference: ``teacher`` and ``student``, or one of them.

        An algorithm that knows neither is rsl_rl's PPO, whose policy is the teacher of a later distillation.
        """
        self.alg.eval_mode()
        policies = {name: getattr(self.alg, name) for name in ("teacher", "student") if hasattr(self.alg, name)}
        return policies or {"teacher": self.alg.get_policy()}

    def trained_student(self) -> torch.nn.Module:
        """The student, to be exported.

        Returns:
            The student, ready for inference.

        Raises:
            ValueError: If the algorithm has no student, or no update has trained it yet.
        """
        policies = self.policies()
        if "student" not in policies:
            raise ValueError(
                f"{type(self.alg).__name__} trains no student. Distil its teacher first: scripts/distill.py --teacher."
            )
        if not self.alg.optimizer.state:  # filled by the optimiser's first step, and part of every checkpoint
            raise ValueError("The student is untrained: the checkpoint was written before the policy's first update.")
        return policies["student"]

    def _collect(self, obs: TensorDict) -> TensorDict:
        """Fill the storage with one rollout and compute its returns."""
        self.alg.train_mode()
        with torch.inference_mode():
            for _ in range(self.cfg["num_steps_per_env"]):
                obs, rewards, dones, extras = self.env.step(self.alg.act(obs).to(self.env.device))
                if self.cfg.get("check_for_nan", True):
                    check_nan(obs, rewards, dones)
                obs, rewards, dones = obs.to(self.device), rewards.to(self.device), dones.to(self.device)
                self.alg.process_env_step(obs, rewards, dones, extras)
                self.logger.process_env_step(rewards, dones, extras, getattr(self.alg, "intrinsic_rewards", None))
            self.alg.compute_returns(obs)
        return obs

    def _settle(self, obs: TensorDict) -> TensorDict:
        """Roll out for the length of an episode without learning, where a run is resumed.

        All environments are at the start after a reset, and the pairs of rollouts before the interruption are gone:
        encoders that learned from the start alone would forget the rest.
        """
        discard = getattr(self.alg, "discard_rollout", self.alg.storage.clear)
        for _ in range(math.ceil(self.env.max_episode_length / self.cfg["num_steps_per_env"])):
            obs = self._collect(obs)
            discard()
        return obs

    def _begin_episodes(self, at_random_length: bool) -> TensorDict:
        """Reset all environments for training."""
        obs, _ = self.env.reset()
        if at_random_length:
            self.env.episode_length_buf = torch.randint_like(
                self.env.episode_length_buf, high=int(self.env.max_episode_length)
            )
        self.logger.cur_reward_sum.zero_()
        self.logger.cur_episode_length.zero_()
        return obs.to(self.device)

    def _evaluate(self) -> None:
        """Run every policy on matched seeds in the training environments; leaves the random state as it was."""
        state = random_state()
        results = {
            name: run_episodes(self.env, policy, self.env.num_envs, EVALUATION_SEED)
            for name, policy in self.policies().items()
        }
        restore_random_state(state)
        spec = getattr(self.env.unwrapped, "spec", None)
        report = evaluation_report(spec.id if spec else "", EVALUATION_SEED, results)
        iteration = self.current_learning_iteration
        env_steps = iteration * self.cfg["num_steps_per_env"] * self.env.num_envs
        self.evaluations.append({"iteration": iteration, "env_steps": env_steps, **report})
        for name, numbers in report["policies"].items():
            print(f"[EVALUATION] iteration {iteration}, {name}: success {numbers['success_rate']}")
            if self.logger.writer is not None:
                self.logger.writer.add_scalar(f"Evaluation/{name}_return", numbers["return_mean"], iteration)
                if numbers["success_rate"] is not None:
                    self.logger.writer.add_scalar(f"Evaluation/{name}_success", numbers["success_rate"], iteration)
        if self.logger.log_dir is not None:
            write_report(self.evaluations, Path(self.logger.log_dir) / "evaluations.json")

    def _save_current(self) -> None:
        """Write the checkpoint of the current iteration where there is a run directory."""
        if self.logger.writer is not None:
            self.save(os.path.join(self.logger.log_dir, f"model_{self.current_learning_iteration}.pt"))

    def _ask_to_stop(self, signal_number: int, _frame: object) -> None:
        """Stop after this iteration; the second signal stops at once."""
        if self.stop_signal is not None:
            raise KeyboardInterrupt
        self.stop_signal = signal_number
        print(f"[INFO] {signal.Signals(signal_number).name}: stopping after this iteration. Send it again to stop now.")
