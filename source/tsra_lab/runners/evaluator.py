# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Evaluation of an algorithm's policies while it trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from rsl_rl.algorithms import PPO, Distillation
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel

from tsra_lab.evaluation import evaluation_report, preserved, run_episodes

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


def evaluate_in_training(env: VecEnv, algorithm: PPO | Distillation) -> dict:
    """Run every policy on matched seeds in the training environments, and leave no trace of it.

    Args:
        env: Environment of the training.
        algorithm: The algorithm.

    Returns:
        Report, as :func:`tsra_lab.evaluation.evaluation_report` gives it.
    """
    state, results = random_state(), {}
    with preserved(env):
        algorithm.eval_mode()
        for name, policy in policies_of(algorithm).items():
            memory = policy.get_hidden_state()
            results[name] = run_episodes(env, policy, env.num_envs, EVALUATION_SEED)
            policy.reset(hidden_state=memory)
    restore_random_state(state)
    algorithm.train_mode()
    spec = getattr(env.unwrapped, "spec", None)
    return evaluation_report(spec.id if spec else "", EVALUATION_SEED, results)


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
