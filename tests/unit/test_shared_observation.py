# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observations that the head takes beside the embedding: alike for teacher and student, in training and in ONNX."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from tensordict import TensorDict
from tiny_agent import (
    EMBEDDING_DIM,
    NUM_ENVS,
    aligned_cfg,
    collect_rollout,
    environment,
    moved,
    observations,
    snapshot,
)

from tsra_lab.algorithms import AlignedPPO, StudentInformedPPO, teacher_student_ppo
from tsra_lab.evaluation.samples import groups_of
from tsra_lab.models import EMBEDDING, EncodedPolicy, SharedObservation
from tsra_lab.observations import ObservationSets, latest_sample

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

MLP = {"class_name": "MLPModel", "hidden_dims": [8], "activation": "elu"}
CNN = MLP | {
    "class_name": "CNNModel",
    "cnn_cfg": {"output_channels": [4], "kernel_size": 3, "stride": 2, "activation": "elu"},
}


def shared_ppo(**algorithm: object) -> AlignedPPO:
    """A tiny AlignedPPO whose head takes the onboard group."""
    torch.manual_seed(0)
    cfg = aligned_cfg(**algorithm)
    cfg["obs_groups"] |= {"shared": ["onboard"]}
    return AlignedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")


def many_groups(batch: int) -> TensorDict:
    """Vectors, and an image between them."""
    shapes = {"joints": (3,), "image": (1, 8, 8), "command": (2,), "rays": (4,)}
    return TensorDict({name: torch.randn(batch, *shape) for name, shape in shapes.items()}, batch_size=[batch])


def test_the_head_acts_on_embedding_and_shared_observations():
    algorithm, obs = shared_ppo(), observations()
    cached = algorithm.rollout_observations(obs)[EMBEDDING]
    assert cached.shape == (NUM_ENVS, EMBEDDING_DIM + 3)
    torch.testing.assert_close(cached[:, EMBEDDING_DIM:], algorithm.teacher.shared(obs))
    assert algorithm.teacher.shared is algorithm.student.shared
    changed = obs.clone()
    changed["onboard"] += 1.0
    assert not torch.allclose(algorithm.teacher(obs), algorithm.teacher(changed))
    torch.testing.assert_close(algorithm.teacher.encoder(obs), algorithm.teacher.encoder(changed))


def test_a_policy_tells_all_that_it_sees():
    algorithm, obs = shared_ppo(), observations()
    assert algorithm.teacher.obs_groups == ["privileged", "onboard"] and algorithm.student.obs_groups == ["onboard"]
    torch.testing.assert_close(algorithm.teacher(obs.select(*groups_of(algorithm.teacher))), algorithm.teacher(obs))


def test_an_iteration_moves_statistics_and_keeps_the_gradient_mask():
    algorithm = shared_ppo(encoders={"warmup_steps": 0, "steps_per_iteration": 0}, consistency=False)
    encoders = [snapshot(policy.encoder) for policy in (algorithm.teacher, algorithm.student)]
    head = snapshot(algorithm.teacher.head)
    collect_rollout(algorithm)
    rollout = algorithm.storage.observations.flatten(0, 1)["onboard"]
    algorithm.update()
    torch.testing.assert_close(algorithm.teacher.shared.normalizer.mean, rollout.mean(dim=0))
    assert moved(algorithm.teacher.head, head)
    for policy, before in zip((algorithm.teacher, algorithm.student), encoders, strict=True):
        assert not moved(policy.encoder, before)


def test_consistency_makes_up_for_statistics_that_move():
    algorithm = shared_ppo(encoders={"warmup_steps": 0, "steps_per_iteration": 0})
    collect_rollout(algorithm)
    losses = algorithm.update()
    assert losses["policy_drift"] > 0.0
    assert losses["remaining_drift"] < 1.0e-4 * losses["policy_drift"]


def test_a_checkpoint_brings_the_statistics_back():
    algorithm, other = shared_ppo(), shared_ppo()
    for _ in range(2):
        collect_rollout(algorithm)
        algorithm.update()
    other.load(algorithm.save(), None, strict=True)
    obs = observations()
    torch.testing.assert_close(other.student(obs), algorithm.student(obs))
    assert other.contract["sets"]["shared"] == ["onboard"]


@pytest.mark.parametrize(
    ("encoder", "groups", "shared"),
    [
        (MLP, ["joints", "rays", "command"], {"command": [0, 1]}),
        (MLP, ["joints", "rays", "command"], {"command": [0, 1], "joints": [0, 1, 2]}),
        (MLP, ["joints", "rays", "command"], {"command": [1], "rays": [1, 3]}),
        (CNN, ["joints", "image", "command"], {"command": [0, 1]}),
    ],
)
def test_in_onnx_the_shared_observations_come_from_the_students_own_input(encoder, groups, shared, tmp_path: Path):
    torch.manual_seed(0)
    head = MLP | {"distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 1.0}}
    policy = EncodedPolicy(
        many_groups(2), {"student": groups}, "student", 2, dict(encoder), head, EMBEDDING_DIM, shared
    )
    policy.train()
    policy.shared.update_normalization(many_groups(64))
    policy.eval()
    module, obs = policy.as_onnx().eval(), many_groups(5)
    vectors = torch.cat([obs[group] for group in groups if obs[group].dim() == 2], dim=-1)
    inputs = {"obs": vectors} | {group: obs[group] for group in groups if obs[group].dim() > 2}
    path = tmp_path / "policy.onnx"
    torch.onnx.export(module, tuple(inputs.values()), path, input_names=list(inputs), dynamo=True, verbose=False)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (actions,) = session.run(None, {name: tensor.numpy() for name, tensor in inputs.items()})
    np.testing.assert_allclose(actions, policy(obs).detach().numpy(), atol=1.0e-5)


def test_the_head_takes_the_latest_sample_of_a_history(monkeypatch: pytest.MonkeyPatch):
    group = {"shape": [3], "terms": [["rate", [2]], ["yaw", [1]]], "settings": {"rate": {"history_length": 2}}}
    contract = {"sets": {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]}}
    contract |= {"groups": {"onboard": group}}
    contract["sets"]["shared"] = ["onboard"]
    monkeypatch.setattr(teacher_student_ppo, "observation_contract", lambda *_: contract)
    algorithm, obs = shared_ppo(), observations()
    assert algorithm.teacher.shared.columns == {"onboard": [1, 2]}
    older, newer = obs.clone(), obs.clone()
    older["onboard"][:, 0] += 1.0
    newer["onboard"][:, 1] += 1.0
    torch.testing.assert_close(algorithm.teacher(older), algorithm.teacher(obs))
    assert not torch.allclose(algorithm.teacher(newer), algorithm.teacher(obs))
    assert not torch.allclose(algorithm.student.encoder(older), algorithm.student.encoder(obs))


@pytest.mark.parametrize(
    ("terms", "settings", "columns"),
    [
        ([], None, [0, 1, 2, 3, 4, 5]),  # the environment does not tell
        ([["a", [4]], ["b", [2]]], {"a": {"history_length": 0}, "b": {}}, [0, 1, 2, 3, 4, 5]),
        ([["a", [4]], ["b", [2]]], {"a": {"history_length": 2}, "b": {"history_length": 0}}, [2, 3, 4, 5]),
        ([["a", [4]], ["b", [2]]], {"history_length": 2, "history_order": "term"}, [2, 3, 5]),
        ([["a", [4]], ["b", [2]]], {"history_length": 2, "history_order": "time"}, [3, 4, 5]),
        # the group's length has precedence, 0 too
        ([["a", [4]], ["b", [2]]], {"history_length": 0, "a": {"history_length": 2}}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_where_the_latest_sample_lies(terms: list, settings: dict | None, columns: list[int]):
    assert latest_sample({"shape": [6], "terms": terms, "settings": settings}) == columns


def test_an_image_cannot_be_shared():
    with pytest.raises(ValueError, match="'image' of shape"):
        SharedObservation(many_groups(2), {"joints": [0, 1, 2], "image": []})


def test_a_policy_that_does_not_observe_what_the_head_takes_has_no_onnx_form():
    policy = EncodedPolicy(
        many_groups(2), {"teacher": ["rays"]}, "teacher", 2, dict(MLP), dict(MLP), 4, {"joints": [0]}
    )
    with pytest.raises(ValueError, match="joints"):
        policy.as_onnx()


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        ({"shared": ["privileged"]}, "not among the student's"),
        ({"shared": ["onboard"], "teacher": ["onboard", "privileged"]}, "among the teacher's"),
    ],
)
def test_what_cannot_be_shared_is_refused(sets, message):
    cfg = aligned_cfg()
    cfg["obs_groups"] |= sets
    with pytest.raises(ValueError, match=message):
        AlignedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")


def test_a_method_that_would_not_move_the_statistics_takes_no_shared_observations():
    cfg = aligned_cfg()
    cfg["obs_groups"] |= {"shared": ["onboard"]}
    cfg["algorithm"] = {"class_name": StudentInformedPPO}
    with pytest.raises(ValueError, match="StudentInformedPPO takes no shared"):
        StudentInformedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")


def test_the_set_can_be_named_on_the_command_line():
    sets = ObservationSets({"teacher": ["a"], "student": ["b"]}, ("teacher", "student"), optional=("shared",))
    assert sets["shared"] == []
    sets["shared"] = ["b"]
    with pytest.raises(ValueError, match="is empty"):
        sets["student"] = []
