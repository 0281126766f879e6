# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""PPO that goes on from a student: whose student, what stands still at first, and where it resumes."""

from __future__ import annotations

import copy

import pytest
import torch
from tiny_agent import (
    NUM_STEPS,
    PPO_SETTINGS,
    aligned_cfg,
    build_aligned_ppo,
    collect_rollout,
    environment,
    moved,
    observations,
    snapshot,
)

from tsra_lab.algorithms import FineTuning
from tsra_lab.runs import fine_tuning_agent, is_fine_tuning

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

MLP = {"class_name": "MLPModel", "hidden_dims": [16], "activation": "elu"}
NOISE = {"distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 1.0}}


def finetune_cfg(**algorithm: object) -> dict:
    """Configuration of an agent that fine-tunes; its student is filled in."""
    return {
        "num_steps_per_env": NUM_STEPS,
        "multi_gpu": None,
        "obs_groups": {"student": ["onboard"], "critic": ["privileged"]},
        "actor": None,
        "critic": dict(MLP),
        "algorithm": {
            "class_name": "tsra_lab.algorithms:FineTuning",
            "critic_warmup_iterations": 2,
            **PPO_SETTINGS,
            **algorithm,
        },
    }


def build(source: dict | None = None, **algorithm: object) -> FineTuning:
    """A tiny FineTuning that fits a source's student; TSRA's by default."""
    cfg = fine_tuning_agent(finetune_cfg(**algorithm), aligned_cfg() if source is None else source, None)
    return FineTuning.construct_algorithm(observations(), environment(), copy.deepcopy(cfg), "cpu")


def test_it_begins_as_the_zero_shot_student_with_its_critic():
    source, algorithm, obs = build_aligned_ppo(seed=1), build(), observations()
    assert algorithm.load_student(source.save())
    torch.testing.assert_close(algorithm.student(obs), source.student(obs))
    torch.testing.assert_close(algorithm.critic(obs), source.critic(obs))


def test_a_critic_of_another_size_is_new():
    checkpoint = build_aligned_ppo(seed=1).save()
    del checkpoint["critic_state_dict"]
    assert not build().load_student(checkpoint)


def test_the_student_stands_still_while_the_critic_warms_up():
    algorithm = build(schedule="adaptive", desired_kl=0.01)
    for update in range(4):
        student, critic, rate = snapshot(algorithm.student), snapshot(algorithm.critic), algorithm.learning_rate
        collect_rollout(algorithm)
        algorithm.update()
        assert moved(algorithm.critic, critic)
        assert moved(algorithm.student, student) == (update >= 2)
        assert (algorithm.learning_rate == rate) or update >= 2
    assert algorithm.schedule == "adaptive"


def test_a_resumed_run_does_not_warm_up_again():
    first = build()
    for _ in range(3):
        collect_rollout(first)
        first.update()
    second = build()
    second.load(copy.deepcopy(first.save()), None, strict=True)
    assert second.updates_done == 3
    student = snapshot(second.student)
    collect_rollout(second)
    second.update()
    assert moved(second.student, student)


@pytest.mark.parametrize(
    ("source", "groups", "model"),
    [
        ({"obs_groups": {"teacher": ["privileged"], "student": ["onboard"]}, "student": MLP | NOISE}, ["onboard"], MLP),
        ({"obs_groups": {"student": ["onboard"], "critic": ["privileged"]}, "actor": MLP | NOISE}, ["onboard"], MLP),
        ({"obs_groups": {"actor": ["onboard"], "critic": ["privileged"]}, "actor": MLP | NOISE}, ["onboard"], MLP),
    ],
    ids=["distilled", "asymmetric", "stock"],
)
def test_the_model_and_its_groups_are_the_source_s(source, groups, model):
    agent = fine_tuning_agent(finetune_cfg(), source | {"algorithm": {"class_name": "PPO"}}, None)
    assert agent["actor"] == model | NOISE and agent["obs_groups"]["student"] == groups
    assert is_fine_tuning(agent) and not is_fine_tuning(source | {"algorithm": {"class_name": "PPO"}})


def test_a_checkpoint_without_a_student_of_this_form_is_refused():
    with pytest.raises(ValueError, match="no student that can be fine-tuned"):
        build().load_student({"teacher_state_dict": {}})
