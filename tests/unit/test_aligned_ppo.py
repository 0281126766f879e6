# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Who may move what in AlignedPPO, and what survives an interruption."""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Callable

import pytest
import torch
from rsl_rl.algorithms import PPO
from tensordict import TensorDict
from tiny_agent import (
    EMBEDDING_DIM,
    NUM_STEPS,
    aligned_cfg,
    build_aligned_ppo,
    collect_rollout,
    environment,
    moved,
    observations,
    snapshot,
)

from tsra_lab.algorithms import AlignedPPO
from tsra_lab.algorithms.phases import action_mismatch
from tsra_lab.alignment import PairMemory, Pairs
from tsra_lab.models import EMBEDDING

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def warmed_up(**algorithm: object) -> AlignedPPO:
    """An algorithm after its warm-up, with a rollout to learn from."""
    built = build_aligned_ppo(**algorithm)
    collect_rollout(built)
    built.update()
    collect_rollout(built)
    return built


def test_warm_up_moves_the_encoders_alone():
    algorithm = build_aligned_ppo()
    before = {name: snapshot(getattr(algorithm, name)) for name in ("actor", "critic")}
    targets = snapshot(algorithm.aligner.targets)
    collect_rollout(algorithm)
    losses = algorithm.update()
    assert algorithm.aligner.steps_done == 5
    assert moved(algorithm.aligner.targets, targets)
    assert not moved(algorithm.actor, before["actor"])
    assert not moved(algorithm.critic, before["critic"])
    assert "surrogate" not in losses
    collect_rollout(algorithm)
    assert "surrogate" in algorithm.update()


def test_no_reinforcement_gradient_reaches_an_encoder(monkeypatch):
    algorithm = warmed_up()
    encoders, targets = algorithm.aligner.encoders, algorithm.aligner.targets
    encoders.zero_grad(set_to_none=True)
    before = {"encoders": snapshot(encoders), "targets": snapshot(targets)}
    seen = {}

    def after_ppo(*_: object) -> dict:
        seen["gradients"] = [p.grad for m in (encoders, targets) for p in m.parameters() if p.grad is not None]
        seen["moved"] = moved(encoders, before["encoders"]) or moved(targets, before["targets"])
        return {}

    head = snapshot(algorithm.actor)
    monkeypatch.setattr(algorithm.aligner, "update", after_ppo)
    algorithm.update()
    assert moved(algorithm.actor, head)
    assert seen == {"gradients": [], "moved": False}
    # and nothing after PPO, consistency included, moves them either
    assert not moved(encoders, before["encoders"]) and not moved(targets, before["targets"])


def test_encoders_are_not_among_the_optimised_parameters_of_ppo():
    algorithm = build_aligned_ppo()
    optimised = {id(p) for group in algorithm.optimizer.param_groups for p in group["params"]}
    aligned = {id(p) for m in (algorithm.aligner.encoders, algorithm.aligner.targets) for p in m.parameters()}
    assert optimised.isdisjoint(aligned)


def test_alignment_moves_neither_head_nor_critic():
    algorithm = warmed_up()
    before = {name: snapshot(getattr(algorithm, name)) for name in ("actor", "critic")}
    algorithm.actor.zero_grad(set_to_none=True)
    algorithm.critic.zero_grad(set_to_none=True)
    encoders = snapshot(algorithm.aligner.encoders)
    algorithm.aligner.update(Pairs(observations(64), PairMemory(0)), num_steps=4)
    assert moved(algorithm.aligner.encoders, encoders)
    for name in ("actor", "critic"):
        assert not moved(getattr(algorithm, name), before[name])
        assert all(parameter.grad is None for parameter in getattr(algorithm, name).parameters())


def test_imitation_teaches_the_students_encoder_alone():
    algorithm = warmed_up(encoders={"imitation_weight": 1.0})
    algorithm.aligner.loss = lambda teacher, student: torch.zeros(())  # imitation and nothing else
    algorithm.actor.zero_grad(set_to_none=True)
    mismatch = functools.partial(action_mismatch, algorithm.teacher)
    before = {name: snapshot(part) for name, part in (("actor", algorithm.actor), *algorithm.aligner.encoders.items())}
    batch = observations(64)
    pairs = Pairs(batch, PairMemory(0))

    def missed() -> float:
        encoders = algorithm.aligner.encoders
        return mismatch(encoders["teacher"](batch), encoders["student"](batch), batch).item()

    first = missed()
    losses = algorithm.aligner.update(pairs, 300, mismatch)
    assert missed() < losses["imitation"] < first
    assert missed() < 0.7 * first  # all there is to imitate: the views of tiny observations are independent
    assert moved(algorithm.aligner.encoders["student"], before["student"])
    for name, part in (("teacher", algorithm.aligner.encoders["teacher"]), ("actor", algorithm.actor)):
        assert not moved(part, before[name]), name
    assert all(parameter.grad is None for parameter in algorithm.actor.parameters())


def test_a_mismatch_counts_by_the_variance_of_its_action():
    algorithm = warmed_up()
    batch = observations(64)
    embedding = algorithm.teacher.encoder(batch)
    other = torch.randn_like(embedding).requires_grad_()
    with torch.no_grad():
        wanted, done = algorithm.teacher.act_on(embedding), algorithm.teacher.act_on(other)
        algorithm.teacher.act_on(embedding, stochastic_output=True)
        std = algorithm.teacher.output_distribution_params[1]
        expected = ((wanted - done).square() / (wanted.var(dim=0) + std.square().mean(dim=0))).mean()
    mismatch = action_mismatch(algorithm.teacher, embedding, other, batch)
    torch.testing.assert_close(mismatch, expected)
    mismatch.backward()
    assert other.grad is not None and other.grad.abs().min() > 0
    # sequences are samples, one after the other
    sequences = batch.reshape(8, 8)
    torch.testing.assert_close(action_mismatch(algorithm.teacher, embedding, other, sequences), expected)


def test_the_policy_sees_the_embedding_and_nothing_else():
    algorithm = build_aligned_ppo()
    assert algorithm.actor.obs_groups == [EMBEDDING]
    embedding = torch.randn(3, 4)
    plain = algorithm.actor(TensorDict({EMBEDDING: embedding}, batch_size=[3]))
    among_others = TensorDict({EMBEDDING: embedding, **observations(3)}, batch_size=[3])
    assert torch.equal(algorithm.actor(among_others), plain)
    # two observations with one embedding get one action
    for parameter in algorithm.aligner.targets["teacher"].parameters():
        parameter.zero_()
    actions = algorithm.teacher(observations(3))
    assert torch.equal(actions[0], actions[1])


def test_importance_ratio_is_one_at_the_first_minibatch(monkeypatch):
    algorithm = warmed_up()
    for _ in range(3):  # also after encoders and head have moved
        ratios = []
        get_log_prob, generator = algorithm.actor.get_output_log_prob, algorithm.storage.mini_batch_generator
        batches = []

        def spy_batches(*args: object, generator=generator, batches=batches):
            for batch in generator(*args):
                batches.append(batch)
                yield batch

        def spy_log_prob(actions: torch.Tensor, get_log_prob=get_log_prob, batches=batches, ratios=ratios):
            log_prob = get_log_prob(actions)
            ratios.append((log_prob - batches[-1].old_actions_log_prob.squeeze()).exp().detach())
            return log_prob

        with monkeypatch.context() as patch:
            patch.setattr(algorithm.storage, "mini_batch_generator", spy_batches)
            patch.setattr(algorithm.actor, "get_output_log_prob", spy_log_prob)
            algorithm.update()
        torch.testing.assert_close(ratios[0], torch.ones_like(ratios[0]), atol=1e-5, rtol=0)
        assert not torch.allclose(ratios[-1], torch.ones_like(ratios[-1]), atol=1e-5)
        collect_rollout(algorithm)


def test_teacher_and_student_share_the_head_and_act_on_the_targets():
    algorithm = build_aligned_ppo()
    assert algorithm.teacher.head is algorithm.student.head is algorithm.actor
    assert algorithm.teacher.encoder is algorithm.aligner.targets["teacher"]
    assert algorithm.student.encoder is algorithm.aligner.targets["student"]
    assert algorithm.get_policy() is algorithm.student


def shifted(algorithm: AlignedPPO, map_embedding: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Put a map behind the teacher's encoder."""
    encoder = algorithm.teacher.encoder
    forward = encoder.forward
    encoder.forward = lambda *inputs: map_embedding(forward(*inputs))


def test_consistency_undoes_an_affine_map_of_the_embedding():
    algorithm = warmed_up()
    obs = algorithm.storage.observations.flatten(0, 1)
    before = algorithm.consistency.behavior(obs)
    actions = algorithm.teacher(obs)
    matrix, offset = (
        torch.eye(EMBEDDING_DIM) + 0.3 * torch.randn(EMBEDDING_DIM, EMBEDDING_DIM),
        torch.randn(EMBEDDING_DIM),
    )
    shifted(algorithm, lambda embedding: embedding @ matrix + offset)
    drifted = (algorithm.teacher(obs) - actions).square().mean()
    losses = algorithm.consistency.restore(obs, before)
    remaining = (algorithm.teacher(obs) - actions).square().mean()
    assert remaining < 1.0e-3 * drifted
    assert losses["remaining_drift"] < 1.0e-3 * losses["policy_drift"]


def test_consistency_restores_what_least_squares_can_of_encoders_that_moved():
    algorithm = warmed_up()
    obs = algorithm.storage.observations.flatten(0, 1)
    before = algorithm.consistency.behavior(obs)
    actions = algorithm.teacher(obs)
    for parameter in algorithm.aligner.targets["teacher"].parameters():
        parameter += 0.1 * torch.randn_like(parameter)
    drifted = (algorithm.teacher(obs) - actions).square().mean()
    losses = algorithm.consistency.restore(obs, before)
    remaining = (algorithm.teacher(obs) - actions).square().mean()
    assert remaining < 0.5 * drifted
    # the divergence of Gaussians of the same width
    variance = before.distribution[1].square().mean()
    for name, error in (("policy_drift", drifted), ("remaining_drift", remaining)):
        assert losses[name] == pytest.approx((0.5 * actions.shape[1] * error / variance).item(), rel=0.05)


def test_consistency_moves_nothing_where_the_embedding_stands_still():
    algorithm = warmed_up()
    obs = algorithm.storage.observations.flatten(0, 1)
    head = snapshot(algorithm.teacher.head)
    losses = algorithm.consistency.restore(obs, algorithm.consistency.behavior(obs))
    assert losses == {"policy_drift": 0.0, "remaining_drift": 0.0}
    assert not moved(algorithm.teacher.head, head)


def test_consistency_bears_an_embedding_that_has_collapsed():
    algorithm = warmed_up()
    obs = algorithm.storage.observations.flatten(0, 1)
    before = algorithm.consistency.behavior(obs)
    shifted(algorithm, torch.zeros_like)
    losses = algorithm.consistency.restore(obs, before)
    assert all(math.isfinite(value) for value in losses.values())
    assert all(parameter.isfinite().all() for parameter in algorithm.teacher.head.parameters())


def test_consistency_can_be_switched_off():
    losses = warmed_up(consistency=False).update()
    assert losses["remaining_drift"] == losses["policy_drift"] > 0.0
    losses = warmed_up().update()
    assert losses["remaining_drift"] < 0.5 * losses["policy_drift"]


def test_a_discarded_rollout_leaves_its_pairs_and_teaches_nothing():
    algorithm = warmed_up()
    before = {name: snapshot(part) for name, part in (("policy", algorithm.teacher), ("critic", algorithm.critic))}
    algorithm.discard_rollout()
    assert algorithm.storage.step == 0
    assert len(algorithm.pairs.take()) > 0
    assert not moved(algorithm.teacher, before["policy"]) and not moved(algorithm.critic, before["critic"])


def test_health_is_logged():
    losses = warmed_up().update()
    expected = {"alignment", "imitation", "retrieval_accuracy", "embedding_std_min", "embedding_std_mean"}
    expected |= {"action_distance", "policy_drift", "remaining_drift", "value", "surrogate", "entropy"}
    assert losses.keys() == expected
    assert all(torch.isfinite(torch.tensor(value)) for value in losses.values())
    assert losses["policy_drift"] > 0.0


def test_no_drift_when_the_encoders_stand_still():
    losses = warmed_up(encoders={"target_decay": 1.0}, consistency=False).update()
    assert losses["policy_drift"] == pytest.approx(0.0, abs=1e-6)


def test_a_resumed_run_goes_on_exactly_as_the_uninterrupted_one():
    first = warmed_up()
    first.update()
    saved = copy.deepcopy(first.save())
    second = build_aligned_ppo(seed=99)
    second.load(saved, None, True)
    results = []
    for algorithm in (first, second):
        torch.manual_seed(5)
        collect_rollout(algorithm)
        results.append((algorithm.update(), snapshot(algorithm.teacher), snapshot(algorithm.student)))
    assert results[0][0] == results[1][0]
    for name in (1, 2):
        assert all(torch.equal(a, b) for a, b in zip(results[0][name], results[1][name], strict=True))


def test_a_checkpoint_of_plain_ppo_is_refused():
    cfg = aligned_cfg()
    cfg["obs_groups"] = {"actor": ["privileged"], "critic": ["privileged"]}
    cfg["algorithm"] = {"class_name": "PPO"}
    plain = PPO.construct_algorithm(observations(), environment(), cfg, "cpu")
    with pytest.raises(ValueError, match="not trained by AlignedPPO"):
        build_aligned_ppo().load(plain.save(), None, True)


def test_a_checkpoint_with_reordered_groups_is_refused():
    cfg = aligned_cfg()
    cfg["obs_groups"]["teacher"] = ["privileged", "onboard"]
    saved = AlignedPPO.construct_algorithm(observations(), environment(), copy.deepcopy(cfg), "cpu").save()
    cfg["obs_groups"]["teacher"] = ["onboard", "privileged"]
    other = AlignedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")
    with pytest.raises(ValueError, match=r"'teacher': trained on groups \['privileged', 'onboard'\]"):
        other.load(saved, None, True)


def test_a_fresh_optimizer_can_be_asked_for():
    first = warmed_up()
    first.update()
    second = build_aligned_ppo(seed=3)
    second.load(first.save(), {"actor": True, "critic": True, "optimizer": False, "iteration": True}, True)
    assert not second.optimizer.state and not second.aligner.optimizer.state
    assert not moved(second.student, snapshot(first.student))


@pytest.mark.parametrize(
    "sets, message",
    [
        ({"teacher": ["privileged"], "critic": ["privileged"]}, "'student' is missing"),
        ({"teacher": ["privileged"], "student": [], "critic": ["privileged"]}, "'student' is empty"),
        ({"teacher": ["privileged"], "student": ["camera"], "critic": ["privileged"]}, r"unknown groups \['camera'\]"),
    ],
)
def test_observation_sets_are_required(sets, message):
    cfg = aligned_cfg() | {"obs_groups": sets}
    with pytest.raises(ValueError, match=message):
        AlignedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")


def test_unknown_and_unsupported_settings_are_refused():
    with pytest.raises(TypeError, match="tempratur"):
        build_aligned_ppo(alignment={"tempratur": 0.1})
    with pytest.raises(TypeError, match="stepps"):
        build_aligned_ppo(encoders={"stepps": 3})
    with pytest.raises(ValueError, match="share_cnn_encoders"):
        build_aligned_ppo(share_cnn_encoders=True)
    with pytest.raises(ValueError, match="rnd_cfg"):
        build_aligned_ppo(rnd_cfg={"weight": 1.0})


def test_the_head_learns_a_task_through_the_embedding():
    torch.manual_seed(0)
    algorithm = build_aligned_ppo(
        num_learning_epochs=4, entropy_coef=0.0, learning_rate=3.0e-3, encoders={"warmup_steps": 300}
    )
    errors = []
    for _ in range(60):
        collect_rollout(algorithm)
        algorithm.update()
        obs = observations(256)
        errors.append((algorithm.student(obs) - obs["onboard"][:, :2]).square().sum(dim=-1).mean().item())
    assert algorithm.storage.num_transitions_per_env == NUM_STEPS
    assert sum(errors[-5:]) < 0.5 * sum(errors[:5])
