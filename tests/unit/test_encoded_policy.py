# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A policy of encoder and head behaves as one rsl_rl model, in stock rsl_rl and in its exports too."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from rsl_rl.algorithms import PPO
from tensordict import TensorDict
from tiny_student import (
    EMBEDDING_DIM,
    HEAD,
    IMAGE,
    IMAGE_BETWEEN_VECTORS,
    MLP,
    NUM_ACTIONS,
    VECTORS,
    build_student,
    encoder_cfg,
    observations,
)

from tsra_lab.models import EMBEDDING, EncodedPolicy, build_head

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

every_kind = pytest.mark.parametrize("groups", [VECTORS, IMAGE, IMAGE_BETWEEN_VECTORS], ids="-".join)


def vector_part(obs: TensorDict, groups: list[str]) -> torch.Tensor:
    """What the exported modules take as their vector input."""
    vectors = [obs[group] for group in groups if group != "camera"]
    return torch.cat(vectors, dim=-1) if vectors else torch.zeros(len(obs), 0)


@every_kind
def test_it_acts_on_its_observation_set_and_on_nothing_else(groups: list[str]):
    policy, obs = build_student(groups), observations()
    actions = policy(obs)
    assert actions.shape == (6, NUM_ACTIONS)
    assert policy.obs_groups == groups
    for group in [*VECTORS, *IMAGE, "privileged"]:
        changed = obs.clone()
        changed[group] = changed[group] + 1.0
        assert torch.equal(policy(changed), actions) == (group not in groups)


@every_kind
def test_an_action_is_sampled_only_on_request(groups: list[str]):
    policy, obs = build_student(groups), observations(2000)
    actions = policy(obs)
    assert torch.equal(policy(obs), actions)
    sampled = policy(obs, stochastic_output=True)
    assert torch.equal(policy.output_mean, actions)
    assert (sampled - actions).std(dim=0).tolist() == pytest.approx([0.5] * NUM_ACTIONS, rel=0.1)
    assert policy.get_output_log_prob(sampled).shape == (2000,)


@every_kind
def test_acting_on_the_embedding_is_acting_on_the_observation(groups: list[str]):
    policy, obs = build_student(groups), observations()
    embedding = policy.get_latent(obs)
    assert embedding.shape == (6, EMBEDDING_DIM)
    assert torch.equal(policy.act_on(embedding), policy(obs))
    torch.manual_seed(1)
    sampled = policy.act_on(embedding, stochastic_output=True)
    torch.manual_seed(1)
    assert torch.equal(policy(obs, stochastic_output=True), sampled)


def test_policies_can_share_a_head():
    head = build_head(HEAD, EMBEDDING_DIM, NUM_ACTIONS)
    sets = {"teacher": ["privileged"], "student": VECTORS}
    teacher, student = (
        EncodedPolicy(observations(2), sets, view, NUM_ACTIONS, MLP, head, EMBEDDING_DIM) for view in sets
    )
    assert teacher.head is student.head
    embedding = torch.randn(3, EMBEDDING_DIM)
    assert torch.equal(teacher.act_on(embedding), student.act_on(embedding))


@pytest.mark.parametrize("seen", [["proprio"], [EMBEDDING, "proprio"]])
def test_a_head_that_sees_anything_else_is_refused(seen: list[str]):
    obs = observations(2)
    obs[EMBEDDING] = torch.zeros(2, EMBEDDING_DIM)
    head = build_head(HEAD, EMBEDDING_DIM, NUM_ACTIONS)
    head_class = type(head)
    leaking = head_class(obs, {"actor": seen}, "actor", NUM_ACTIONS, hidden_dims=[8])
    with pytest.raises(ValueError, match=r"\['embedding'\] alone.*proprio"):
        EncodedPolicy(obs, {"student": VECTORS}, "student", NUM_ACTIONS, MLP, leaking, EMBEDDING_DIM)


def test_observation_statistics_are_those_of_the_encoder():
    policy, obs = build_student(VECTORS), observations(500)
    normalizer = policy.encoder.obs_normalizer
    policy.train()
    policy.update_normalization(obs)
    assert torch.allclose(normalizer.mean, vector_part(obs, VECTORS).mean(dim=0), atol=1e-4)


def test_a_recurrent_encoder_keeps_its_memory_until_reset():
    lstm = {"class_name": "RNNModel", "hidden_dims": [8], "rnn_hidden_dim": 8}
    policy = EncodedPolicy(observations(2), {"student": VECTORS}, "student", NUM_ACTIONS, lstm, HEAD, EMBEDDING_DIM)
    assert policy.is_recurrent and not build_student(VECTORS).is_recurrent
    obs = observations(2)
    with torch.no_grad():
        first, second = policy(obs), policy(obs)
        assert not torch.equal(first, second)
        policy.reset(torch.tensor([1, 0]))
        third = policy(obs)
    assert torch.allclose(third[0], first[0])
    assert not torch.allclose(third[1], first[1])
    assert policy.get_hidden_state() is policy.encoder.get_hidden_state()


@every_kind
def test_the_torchscript_export_agrees(groups: list[str]):
    policy, obs = build_student(groups), observations()
    scripted = torch.jit.script(policy.as_jit().eval())
    vectors = vector_part(obs, groups)
    outputs = scripted(vectors, [obs["camera"]]) if "camera" in groups else scripted(vectors)
    scripted.reset()
    assert torch.allclose(outputs, policy(obs), atol=1e-6)


@every_kind
def test_the_onnx_export_agrees_and_names_its_inputs(groups: list[str]):
    policy, obs = build_student(groups), observations()
    exported = policy.as_onnx()
    images = ["camera"] if "camera" in groups else []
    assert exported.input_names == ["obs", *images] and exported.output_names == ["actions"]
    inputs = (vector_part(obs, groups), *(obs[name] for name in images))
    assert torch.allclose(exported(*inputs), policy(obs), atol=1e-6)
    examples = exported.get_dummy_inputs()
    assert [example.shape[1:] for example in examples] == [given.shape[1:] for given in inputs]


def build_stock_ppo(groups: list[str]) -> PPO:
    """rsl_rl's own PPO with this class as its actor."""
    torch.manual_seed(5)
    cfg = {
        "num_steps_per_env": 4,
        "multi_gpu": None,
        "obs_groups": {"actor": groups, "critic": ["privileged"]},
        "actor": {
            "class_name": "tsra_lab.models:EncodedPolicy",
            "encoder": encoder_cfg(groups),
            "head": HEAD,
            "embedding_dim": EMBEDDING_DIM,
        },
        "critic": {"class_name": "MLPModel", "hidden_dims": [8]},
        "algorithm": {"class_name": "PPO", "num_learning_epochs": 1, "num_mini_batches": 2},
    }
    environment = SimpleNamespace(num_envs=6, num_actions=NUM_ACTIONS)
    return PPO.construct_algorithm(observations(), environment, cfg, "cpu")


@every_kind
def test_stock_ppo_trains_it(groups: list[str]):
    algorithm = build_stock_ppo(groups)
    before = {name: parameter.detach().clone() for name, parameter in algorithm.actor.named_parameters()}
    obs = observations()
    with torch.inference_mode():
        for _ in range(4):
            rewards = algorithm.act(obs)[:, 0]
            obs = observations()
            algorithm.process_env_step(obs, rewards, torch.zeros(6), {})
        algorithm.compute_returns(obs)
    algorithm.update()
    still = [name for name, parameter in algorithm.actor.named_parameters() if torch.equal(parameter, before[name])]
    assert still == []


@every_kind
def test_a_trained_student_is_loaded_as_the_actor_of_stock_ppo(groups: list[str]):
    """AlignedPPO builds its student from modules, stock PPO from a configuration: the weights must fit all the same."""
    trained, obs = build_student(groups, seed=3), observations()
    student = EncodedPolicy(obs, {"student": groups}, "student", NUM_ACTIONS, trained.encoder, trained.head)
    algorithm = build_stock_ppo(groups)
    assert not torch.allclose(algorithm.actor(obs), student(obs))
    algorithm.load(algorithm.save() | {"actor_state_dict": student.state_dict()}, {"actor": True}, strict=True)
    assert torch.equal(algorithm.actor(obs), student(obs))
