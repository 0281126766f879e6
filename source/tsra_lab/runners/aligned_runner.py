# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""rsl_rl's runner, plus evaluation of the student while training, safe checkpoints and orderly stops."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from rsl_rl.runners import OnPolicyRunner
from rsl_rl.utils.log_writer import LogWriter
from tensordict import TensorDict

from tsra_lab.algorithms import AlignedDistillation, FineTuning, TeacherStudentPPO
from tsra_lab.alignment import find_onboard_camera
from tsra_lab.evaluation import EmbeddedPairs, alignment_figure, format_performance
from tsra_lab.observations import check_contract, check_shapes, observation_contract
from tsra_results import whole_file, write_report

from .checkpoint import load_checkpoint, random_state, restore_random_state, save_checkpoint
from .divergence import NoiseWatch, check_step, check_update
from .evaluator import evaluate_in_training, measured_performance, policies_of
from .progress import Progress
from .ranks import check_ranks_agree, join_ranks, lost_ranks_named
from .stop_signals import StopSignals

BEST_CHECKPOINT = "model_best.pt"
"""File of the checkpoint whose student was measured to be best, in the run directory."""

FIGURES_FOLDER = "figures"
"""Folder of the run directory with a picture of each evaluation: how well the views are aligned, and the gap so far."""


class AlignedRunner(OnPolicyRunner):
    """Runs any rsl_rl algorithm and adds what the stock runner cannot do.

    - Every ``evaluation_interval`` iterations the algorithm's policies, teacher and student, run on matched seeds.
      Training goes on as if they had not. The checkpoint of the best student is kept.
    - Checkpoints are written atomically, hold the random state and the observation contract, and are refused where
      they do not fit.
    - What is not finite ends training before it is saved, with a message that names it.
    - A resumed run first rolls out for an episode without learning, so that it learns from all of an episode at once.
    - SIGINT and SIGTERM end training after the current iteration with a checkpoint.
    - Several processes, started by ``torchrun``, train together on GPUs or on the CPU.
    """

    def __init__(self, env: VecEnv, train_cfg: dict, log_dir: str | None = None, device: str = "cpu") -> None:
        """Build the algorithm and the logger.

        Args:
            env: Isaac Lab environment in rsl_rl's wrapper.
            train_cfg: Runner configuration as a dictionary.
            log_dir: Run directory; None for no logs.
            device: Device of the agent.

        Raises:
            ValueError: If an observation group is neither a vector nor an image, or the algorithm refuses something.
        """
        try:
            super().__init__(env, train_cfg, log_dir, device)
        except ValueError:
            check_shapes(env, env.get_observations(), train_cfg["obs_groups"])  # names what rsl_rl's models cannot
            raise
        obs = env.get_observations()
        check_shapes(env, obs, self.cfg["obs_groups"])
        self.contract = observation_contract(env, obs, self.cfg["obs_groups"])
        self.delays_may_differ = False
        self.camera = find_onboard_camera(env)
        seen = {group for groups in self.cfg["obs_groups"].values() for group in groups}
        if self.camera is not None and all(obs[group].dim() == 2 for group in seen):
            self.camera.switch(False)  # nobody looks
        self.stop_signal: int | None = None
        """Signal that ended training before its time."""
        self.evaluations: list[dict] = []
        """Reports of the evaluations so far, each with its ``iteration`` and ``env_steps``."""
        self.noise_watch = NoiseWatch()
        self._best_before: Path | None = None
        self.rendered_frames = 0
        """Onboard images that training rendered so far, over all environments of this rank, evaluations excluded."""

    def learn(self, num_learning_iterations: int, init_at_random_ep_len: bool = False) -> None:
        """Train until the iteration counter reaches ``num_learning_iterations`` or a signal asks to stop.

        Unlike the stock runner's, the number is the total, so a resumed run ends where the whole one would have.

        Args:
            num_learning_iterations: Number of iterations, those before a resume included.
            init_at_random_ep_len: Whether to start at random points of the episodes, to decorrelate their ends.

        Raises:
            ValueError: If the counter is there already.
            Divergence: If something came out that is not finite.
            RuntimeError: If another rank of a distributed training was lost, or the ranks drifted apart.
        """
        start = self.current_learning_iteration
        if start >= num_learning_iterations:
            raise ValueError(
                f"The run has {start} iterations already, so there is nothing to do until {num_learning_iterations}."
                " Raise --max_iterations to train on."
            )
        self.logger.init_logging_writer()
        progress = Progress(num_learning_iterations, self._steps_per_iteration, self._writable_log_dir)
        with StopSignals(self.device) as signals, lost_ranks_named(), progress.logging():
            if self.is_distributed:
                self.alg.broadcast_parameters()
            self._take_best_along()
            obs = self._begin_episodes(init_at_random_ep_len)
            if start:
                obs = self._settle(obs)
            last = False
            while not last:
                begin = time.time()
                obs = self._iterate(obs, start, num_learning_iterations)
                # asked once: a signal that comes later is honoured after the next iteration
                stopping = signals.stopping()
                last = stopping or self.current_learning_iteration == num_learning_iterations
                if not stopping and self._is_due("evaluation_interval", last):
                    progress.evaluation = self._evaluate()
                if self._is_due("save_interval", last):
                    self._save_current()
                progress.show(self.current_learning_iteration, time.time() - begin)
        self.stop_signal = signals.received
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
        checkpoint["rendered_frames"] = self.rendered_frames
        save_checkpoint(checkpoint, path)
        self.logger.save_model(path, self.current_learning_iteration)

    def load(
        self, path: str, load_cfg: dict | None = None, strict: bool = True, map_location: str | None = None
    ) -> Any:
        """Resume from a checkpoint of the same algorithm and the same observations.

        Args:
            path: Checkpoint.
            load_cfg: What to restore, as the algorithm's ``load`` takes it; None for everything.
            strict: Whether weights must match exactly.
            map_location: Device for the tensors.

        Returns:
            The ``infos`` that were saved with it.

        Raises:
            ValueError: If it was made by another algorithm, version, or on other observations, or is no checkpoint.
            FileNotFoundError: If there is no such file.
        """
        checkpoint = load_checkpoint(path, map_location or self.device)
        missing = (self.alg.save().keys() | {"iter", "infos"}) - checkpoint.keys()
        if missing:
            raise ValueError(
                f"'{path}' lacks {', '.join(sorted(missing))}, so it was not made by {type(self.alg).__name__}. Name"
                " the agent that made it with --agent; to distil a teacher, use scripts/distill.py --teacher."
            )
        if "observation_contract" in checkpoint:
            check_contract(checkpoint["observation_contract"], self.contract, self.delays_may_differ)
        else:
            print(f"[WARNING] '{path}' has no observation contract (stock runner): only dimensions can be checked.")
        ours = "random_state" in checkpoint
        if self.alg.load(checkpoint, load_cfg, strict):
            # the stock runner stores the index of the last iteration, ours the number of iterations
            self.current_learning_iteration = checkpoint["iter"] + (0 if ours else 1)
        if ours:
            if not self.is_distributed:  # the file has one rank's state, and ranks must not draw the same numbers
                restore_random_state(checkpoint["random_state"])
            self.evaluations = checkpoint["evaluations"]
            self.rendered_frames = checkpoint["rendered_frames"]
            self._best_before = Path(path).with_name(BEST_CHECKPOINT)
        return checkpoint["infos"]

    def accept_other_delays(self) -> None:
        """Load checkpoints, too, that were trained with other delays of observations: to measure what these cost."""
        self.delays_may_differ = True
        if isinstance(self.alg, TeacherStudentPPO):  # it checks for itself, for stock runners
            self.alg.delays_may_differ = True

    def load_teacher(self, path: str) -> None:
        """Load the teacher to distil, and the zero-shot student where the checkpoint and the algorithm have one.

        Args:
            path: Checkpoint of a teacher-student method for AlignedDistillation, of stock PPO for stock distillation.

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

    def load_student(self, path: str) -> None:
        """Load the student to fine-tune, and the critic where it fits.

        Args:
            path: Checkpoint of any algorithm that has a student, or of stock PPO.

        Raises:
            ValueError: If the student was trained on other observations, or the checkpoint holds none of this form.
            FileNotFoundError: If there is no such file.
        """
        assert isinstance(self.alg, FineTuning)
        checkpoint = load_checkpoint(path, self.device)
        if "observation_contract" in checkpoint:
            saved = checkpoint["observation_contract"]
            before = {"student": saved["sets"].get("student", saved["sets"].get("actor"))}
            now = {"student": self.contract["sets"]["student"]}
            check_contract(saved | {"sets": before}, self.contract | {"sets": now})
        taken = self.alg.load_student(checkpoint)
        print(f"[INFO] Fine-tuning the student of {path}, with {'its' if taken else 'a new'} critic.")

    def policies(self) -> Mapping[str, MLPModel]:
        """The algorithm's policies by name, ready for inference: ``teacher`` and ``student``, or one of them."""
        self.alg.eval_mode()
        return policies_of(self.alg)

    def trained_student(self) -> MLPModel:
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

    def _iterate(self, obs: TensorDict, start: int, total: int) -> TensorDict:
        """Roll out, learn and log."""
        begin = time.time()
        obs = self._collect(obs)
        middle = time.time()
        losses = self.alg.update()
        check_update(losses, self.alg, self.current_learning_iteration, self._writable_log_dir)
        action_std = self.alg.get_policy().output_std
        self.noise_watch.look(action_std)
        self.logger.log(
            it=self.current_learning_iteration,
            start_it=start,
            total_it=total,
            collect_time=middle - begin,
            learn_time=time.time() - middle,
            loss_dict=losses,
            learning_rate=self.alg.learning_rate,
            action_std=action_std,
            rnd_weight=getattr(getattr(self.alg, "rnd", None), "weight", None),
        )
        self.current_learning_iteration += 1
        return obs

    def _collect(self, obs: TensorDict) -> TensorDict:
        """Fill the storage with one rollout and compute its returns."""
        self.alg.train_mode()
        with torch.inference_mode():
            for _ in range(self.cfg["num_steps_per_env"]):
                if self.camera is not None:
                    self.rendered_frames += int(self.camera.fresh.sum())
                obs, rewards, dones, extras = self.env.step(self.alg.act(obs).to(self.env.device))
                if self.cfg.get("check_for_nan", True):
                    check_step(obs, rewards)
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
        return obs.to(self.device)

    def _is_due(self, interval: str, at_the_end: bool) -> bool:
        """Whether something that happens at an interval, and at the end, is to happen now."""
        iterations = self.cfg.get(interval, 0)
        return iterations > 0 and (at_the_end or self.current_learning_iteration % iterations == 0)

    @property
    def _steps_per_iteration(self) -> int:
        """Environment steps of an iteration, over all environments and ranks."""
        return self.cfg["num_steps_per_env"] * self.env.num_envs * self.gpu_world_size

    @property
    def _writable_log_dir(self) -> str | None:
        """Run directory, on the rank that writes."""
        return None if self.logger.writer is None else self.logger.log_dir

    def _evaluate(self) -> dict[str, dict]:
        """Evaluate, on the rank that writes; returns each policy's numbers."""
        if self.gpu_global_rank != 0:
            return {}
        report, pairs = evaluate_in_training(self.env, self.alg)
        performance = measured_performance(report)
        best = performance >= max(map(measured_performance, self.evaluations), default=-math.inf)
        iteration = self.current_learning_iteration
        self.evaluations.append({"iteration": iteration, "env_steps": iteration * self._steps_per_iteration, **report})
        for name, numbers in report["policies"].items():
            print(f"[EVALUATION] iteration {iteration}, {name}: {format_performance(numbers)}")
            if self.logger.writer is not None:
                for kind in ("return_mean", "episode_length_mean", "success_rate"):
                    if numbers[kind] is not None:
                        tag = kind.removesuffix("_mean").removesuffix("_rate")
                        self.logger.writer.add_scalar(f"Evaluation/{name}_{tag}", numbers[kind], iteration)
        if self._writable_log_dir is not None:
            write_report(self.evaluations, Path(self._writable_log_dir) / "evaluations.json")
            if pairs is not None:
                self._draw(pairs)
            if best:
                self.save(str(Path(self._writable_log_dir) / BEST_CHECKPOINT))
        return report["policies"]

    def _draw(self, pairs: EmbeddedPairs) -> None:
        """Draw the alignment, into the run directory and for the logger."""
        figure = alignment_figure(pairs, self.current_learning_iteration, self.evaluations)
        writer, folder = self.logger.writer, self._writable_log_dir
        if writer is None or folder is None:
            return
        path = Path(folder, FIGURES_FOLDER, f"alignment_{self.current_learning_iteration}.png")
        path.parent.mkdir(exist_ok=True)
        with whole_file(path) as file:
            figure.savefig(file, format="png")
        if isinstance(writer, LogWriter):  # those of W&B and Neptune take files alone
            writer.save_file(str(path))
        else:
            writer.add_figure("Alignment", figure, self.current_learning_iteration)

    def _take_best_along(self) -> None:
        """Copy the best checkpoint of the run that is resumed, unless it came after the one that is gone on from."""
        if self._best_before is None or self._writable_log_dir is None or not self._best_before.is_file():
            return
        best = load_checkpoint(self._best_before)
        if best["iter"] <= self.current_learning_iteration:
            save_checkpoint(best, Path(self._writable_log_dir) / BEST_CHECKPOINT)

    def _save_current(self) -> None:
        """Write the checkpoint of the current iteration where there is a run directory."""
        if self.is_distributed:
            check_ranks_agree(self.alg.save())
        if self._writable_log_dir is not None:
            self.save(str(Path(self._writable_log_dir) / f"model_{self.current_learning_iteration}.pt"))

    def _configure_multi_gpu(self) -> None:
        """Join the other ranks, on the CPU too; the stock runner knows GPUs alone."""
        ranks = join_ranks(self.device)
        self.cfg["multi_gpu"] = ranks
        self.is_distributed = ranks is not None
        self.gpu_world_size, self.gpu_global_rank, self.gpu_local_rank = (
            (ranks["world_size"], ranks["global_rank"], ranks["local_rank"]) if ranks else (1, 0, 0)
        )
