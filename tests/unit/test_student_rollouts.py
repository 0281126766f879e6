# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The student acts in a share of the rollout, exactly, and nothing else of TSRA changes."""

from __future__ import annotations

import pytest
import torch
from test_pairs import StillCamera
from tiny_agent import (
    NUM_ENVS,
    NUM_STEPS,
    aligned_cfg,
    build_aligned_ppo,
    collect_rollout,
    environment,
    observations,
)

from tsra_lab.algorithms import AlignedPPO, UnmaskedPPO
from tsra_lab.alignment import RenderSchedule, embed
from tsra_lab.models import EMBEDDING

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

GRU = {"class_name": "RNNModel", "hidden_dims": [8], "activation": "elu", "rnn_type": "gru", "rnn_hidden_dim": 8}


def with_memory(share: float = 0.25) -> AlignedPPO:
    """A tiny AlignedPPO whose student has a memory."""
    torch.manual_seed(0)
    cfg = aligned_cfg(student=GRU | {"rnn_num_layers": 1}, student_share=share)
    return AlignedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_head_acts_on_the_students_embedding_in_its_share_of_the_environments(share):
    algorithm, obs = build_aligned_ppo(student_share=share), observations()
    cached = algorithm.rollout_observations(obs)[EMBEDDING]
    count = round(share * NUM_ENVS)
    with torch.no_grad():
        torch.testing.assert_close(cached[:count], algorithm.student.get_latent(obs)[:count])
        torch.testing.assert_close(cached[count:], algorithm.teacher.get_latent(obs)[count:])
    assert not torch.allclose(algorithm.student.get_latent(obs), algorithm.teacher.get_latent(obs))


def test_where_the_camera_renders_whole_rollouts_the_student_acts_in_them():
    algorithm, camera, obs = build_aligned_ppo(student_share=0.5), StillCamera(), observations()
    schedule = RenderSchedule(camera, 2, whole_rollouts=True)
    algorithm.pairs.schedule = algorithm.student_rollouts.schedule = schedule
    with torch.no_grad():
        own, teachers = algorithm.student.get_latent(obs), algorithm.teacher.get_latent(obs)
    for rollout in range(4):
        for step in range(3):
            camera.step()
            cached = algorithm.rollout_observations(obs)[EMBEDDING]
            # the first image of a rollout was not rendered
            complete = bool(camera.fresh.all())
            student_acts = rollout % 2 == 0 and complete
            torch.testing.assert_close(cached, own if student_acts else teachers)
            assert complete == (rollout % 2 == 0 and step > 0 or rollout % 2 == 1 and step == 0 or rollout == 0)
            schedule.end_step()
        schedule.end_rollout()


def test_another_share_than_the_camera_renders_is_refused(monkeypatch):
    monkeypatch.setattr("tsra_lab.alignment.pairs.collector.find_onboard_camera", lambda env: StillCamera())
    with pytest.raises(ValueError, match=r"student_share=0\.25, or render_interval=1"):
        build_aligned_ppo(pairs={"render_interval": 4}, student_share=0.5)
    assert build_aligned_ppo(pairs={"render_interval": 4}, student_share=0.25).pairs.schedule.whole_rollouts
    assert not build_aligned_ppo(pairs={"render_interval": 4}, student_share=0.0).pairs.schedule.whole_rollouts


def test_consistency_restores_the_teachers_actions_not_those_of_the_rollout():
    algorithm = build_aligned_ppo(student_share=1.0)
    collect_rollout(algorithm)
    stored = algorithm.storage.observations.flatten(0, 1)
    mean, *_ = algorithm.consistency.behavior(stored).distribution
    torch.testing.assert_close(mean, algorithm.teacher(stored))
    assert not torch.allclose(mean, algorithm.actor(stored))


def test_a_memory_ends_with_the_episode():
    algorithm, obs = with_memory(), [observations() for _ in range(3)]
    dones = torch.zeros(NUM_ENVS)
    dones[0] = 1.0
    algorithm.act(obs[0])
    algorithm.process_env_step(obs[1], torch.zeros(NUM_ENVS), dones, {})
    after = algorithm.rollout_observations(obs[1])[EMBEDDING]
    algorithm.student.reset()
    with torch.no_grad():
        fresh = algorithm.student.get_latent(obs[1])
    torch.testing.assert_close(after[0], fresh[0])
    assert not torch.allclose(after[1], fresh[1])


def test_a_memory_begins_empty_with_training():
    algorithm, obs = with_memory(), observations()
    cached = algorithm.rollout_observations(obs)[EMBEDDING]
    algorithm.student.reset()
    with torch.no_grad():
        torch.testing.assert_close(cached[:2], algorithm.student.get_latent(obs)[:2])


def test_without_the_gradient_mask_the_student_cannot_act():
    cfg = aligned_cfg(class_name=UnmaskedPPO)
    with pytest.raises(ValueError, match="student_share"):
        UnmaskedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_a_sequence_begins_with_the_memory_of_its_time(kind):
    torch.manual_seed(0)
    student = GRU | {"rnn_type": kind, "rnn_num_layers": 2}
    algorithm = AlignedPPO.construct_algorithm(observations(), environment(), aligned_cfg(student=student), "cpu")
    for _ in range(2):
        acted = []
        for _ in range(NUM_STEPS):
            obs, dones = observations(), (torch.rand(NUM_ENVS) < 0.2).float()
            algorithm.act(obs)
            acted.append(algorithm.student_rollouts.student.encoder.mlp(latent_of(algorithm)))
            algorithm.process_env_step(obs, torch.zeros(NUM_ENVS), dones, {})
        pairs = algorithm.pairs.take()
        algorithm.storage.clear()
        torch.testing.assert_close(embed(algorithm.student.encoder, pairs.latest), torch.cat(acted))
    assert pairs.latest["memory"].shape == (NUM_STEPS, NUM_ENVS, 2 * 8 * (2 if kind == "lstm" else 1))


def latent_of(algorithm: AlignedPPO) -> torch.Tensor:
    """What the memory of the student's last layer holds now, of shape (num_envs, features)."""
    memory = algorithm.student.get_hidden_state()
    return (memory[0] if isinstance(memory, tuple) else memory)[-1]
