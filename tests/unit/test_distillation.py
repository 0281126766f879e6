# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Distillation: who acts, who learns, and where the student starts."""

from __future__ import annotations

import copy

import pytest
import torch
from rsl_rl.algorithms import Distillation
from tiny_agent import (
    NUM_ENVS,
    NUM_STEPS,
    aligned_cfg,
    build_aligned_ppo,
    environment,
    moved,
    observations,
    snapshot,
)

from tsra_lab.algorithms import AlignedDistillation, BehaviorCloning

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def build(algorithm: dict, policies: dict) -> Distillation:
    """Build a distillation from the privileged to the onboard group."""
    cfg = {
        "num_steps_per_env": NUM_STEPS,
        "multi_gpu": None,
        "obs_groups": {"teacher": ["privileged"], "student": ["onboard"]},
        "algorithm": {"gradient_length": 1, "learning_rate": 3.0e-3} | algorithm,
        **policies,
    }
    return Distillation.construct_algorithm(observations(), environment(), cfg, "cpu")


def build_aligned(**algorithm: object) -> AlignedDistillation:
    """Build an aligned distillation that has loaded its teacher and zero-shot student."""
    aligned, cfg = build_aligned_ppo(seed=1), aligned_cfg()
    policies = {
        name: {
            "class_name": "tsra_lab.models:EncodedPolicy",
            "encoder": cfg[name],
            "head": cfg["actor"],
            "embedding_dim": 4,
        }
        for name in ("teacher", "student")
    }
    settings = {"rollout_policy": "student", "embedding_loss_weight": 0.1, "batch_size": 2048}
    built = build({"class_name": AlignedDistillation} | settings | algorithm, policies)
    built.load(aligned.save(), {"teacher": True, "student": True}, True)
    return built


def collect_rollout(algorithm: Distillation) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Fill the storage; returns what was done, and what teacher and student would do."""
    seen = []
    obs = observations()
    with torch.inference_mode():
        for _ in range(NUM_STEPS):
            seen.append((algorithm.act(obs).clone(), algorithm.teacher(obs), algorithm.student(obs)))
            algorithm.process_env_step(observations(), torch.zeros(NUM_ENVS), torch.zeros(NUM_ENVS), {})
            obs = observations()
    return seen


def test_behaviour_cloning_acts_with_the_teacher_and_dagger_does_not():
    mlp = {"class_name": "MLPModel", "hidden_dims": [8], "activation": "elu"}
    noisy = mlp | {"distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 0.1}}
    for method, by_teacher in ((BehaviorCloning, True), (Distillation, False)):
        algorithm = build({"class_name": method}, {"teacher": dict(noisy), "student": dict(noisy)})
        for done, teacher, _ in collect_rollout(algorithm):
            assert torch.equal(done, teacher) == by_teacher


@pytest.mark.parametrize("rollout_policy", ["student", "teacher"])
def test_aligned_distillation_acts_with_the_chosen_policy(rollout_policy):
    algorithm = build_aligned(rollout_policy=rollout_policy)
    for done, teacher, _ in collect_rollout(algorithm):
        assert torch.equal(done, teacher) == (rollout_policy == "teacher")


def test_the_student_starts_zero_shot_and_the_teacher_stays_frozen():
    algorithm = build_aligned()
    assert algorithm.teacher_loaded
    zero_shot = build_aligned_ppo(seed=1).student
    assert not moved(algorithm.student, snapshot(zero_shot))
    assert algorithm.student.head is not algorithm.teacher.head
    teacher, student = snapshot(algorithm.teacher), snapshot(algorithm.student)
    collect_rollout(algorithm)
    algorithm.update()
    assert moved(algorithm.student.encoder, student[: len(list(algorithm.student.encoder.parameters()))])
    assert moved(algorithm.student.head.mlp, snapshot(algorithm.teacher.head.mlp))
    assert not moved(algorithm.teacher, teacher)


def test_the_teacher_is_imitated_in_actions_and_embeddings():
    algorithm = build_aligned(num_learning_epochs=4)
    losses = []
    for _ in range(40):
        collect_rollout(algorithm)
        losses.append(algorithm.update())
    for name in ("behavior", "embedding"):
        assert losses[-1][name] < 0.6 * losses[0][name]


def test_the_deterministic_action_is_the_target():
    algorithm = build_aligned()
    seen = collect_rollout(algorithm)
    targets = torch.stack([teacher for _, teacher, _ in seen])
    assert torch.equal(algorithm.storage.privileged_actions, targets)


def test_unknown_rollout_policy_is_refused():
    with pytest.raises(ValueError, match="rollout_policy"):
        build_aligned(rollout_policy="nobody")


def test_a_saved_student_is_loaded_again():
    algorithm = build_aligned()
    collect_rollout(algorithm)
    algorithm.update()
    saved = copy.deepcopy(algorithm.save())
    other = build_aligned()
    other.load(saved, None, True)
    assert not moved(other.student, snapshot(algorithm.student))
    assert other.optimizer.state
