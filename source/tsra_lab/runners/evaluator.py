# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Evaluation of an algorithm's policies while it trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast, runtime_checkable

from rsl_rl.algorithms import PPO, Distillation
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel

from tsra_lab.evaluation import EmbeddedPairs, PairRecorder, evaluation_report, preserved, run_episodes
from tsra_lab.models import EncodedPolicy

from .checkpoint import random_state, restore_random_state

EVALUATION_SEED = 1_000_003
"""Seed of the episodes that are evaluated during training: the same at every evaluation of every run."""


@runtime_checkable
class HasPolicies(Protocol):
    """An algorithm that tells its policies."""

    def policies(self) -> Mapping[str, MLPModel]:
        """Policies that are evaluated, by name: ``teacher``, ``student`` or both."""


def policies_of(algorithm: HasPolicies | PPO | Distillation) -> Mapping[str, MLPModel]:
    """Policies of an algorithm, rsl_rl's own included, whose PPO trains the teacher of a later distillation.

    Args:
        algorithm: The algorithm.

    Returns:
        Policies by name.
    """
    if isinstance(algorithm, HasPolicies):
        return algorithm.policies()
    if isinstance(algorithm, Distillation):
        return {"teacher": algorithm.teacher, "student": algorithm.student}
    return {"teacher": algorithm.get_policy()}


def evaluate_in_training(env: VecEnv, algorithm: PPO | Distillation) -> tuple[dict, EmbeddedPairs | None]:
    """Run every policy on matched seeds in the training environments, and leave no trace of it.

    Args:
        env: Environment of the training.
        algorithm: The algorithm.

    Returns:
        Report, as :func:`tsra_lab.evaluation.evaluation_report` gives it, and what teacher and student made of what the
        student met; None unless they share a head, for else their embeddings have nothing in common.
    """
    state, results, recorder = random_state(), {}, None
    with preserved(env):
        algorithm.eval_mode()
        policies = policies_of(algorithm)
        for name, policy in policies.items():
            memory, acting = policy.get_hidden_state(), policy
            if name == "student" and (teacher := _comparable_teacher(policies)) is not None:
                acting = recorder = PairRecorder(teacher, cast(EncodedPolicy, policy), int(env.max_episode_length))
            results[name] = run_episodes(env, acting, env.num_envs, EVALUATION_SEED)
            policy.reset(hidden_state=memory)
    restore_random_state(state)
    algorithm.train_mode()
    spec = getattr(env.unwrapped, "spec", None)
    report = evaluation_report(spec.id if spec else "", EVALUATION_SEED, results)
    return report, None if recorder is None else recorder.pairs()


def _comparable_teacher(policies: Mapping[str, MLPModel]) -> EncodedPolicy | None:
    """The teacher, if its embedding and the student's mean the same and it tells by one observation; else None."""
    teacher, student = policies.get("teacher"), policies.get("student")
    if not isinstance(teacher, EncodedPolicy) or not isinstance(student, EncodedPolicy) or teacher.is_recurrent:
        return None
    return teacher if teacher.head is student.head else None


def measured_performance(report: Mapping) -> float:
    """The number by which checkpoints are compared.

    Args:
        report: Report of an evaluation.

    Returns:
        Success of the student, or its return where the task knows no success; the teacher's where there is no student.
    """
    policies = report["policies"]
    numbers = policies.get("student", policies.get("teacher"))
    return numbers["return_mean"] if numbers["success_rate"] is None else numbers["success_rate"]
