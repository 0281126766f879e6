# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Who may move what in AlignedPPO, and what survives an interruption."""

from __future__ import annotations

import copy

import pytest
import torch
from rsl_rl.algorithms import PPO
from tensordict import TensorDict
from tiny_agent import (
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
    optimised = {
        id(p)
        for optimizer in (algorithm.optimizer, algorithm.consistency.optimizer)
        for group in optimizer.param_groups
        for p in group["params"]
    }
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


def test_consistency_brings_the_actions_back():
    algorithm = warmed_up(consistency={"steps": 200, "max_steps": 200, "learning_rate": 3.0e-3})
    obs = algorithm.storage.observations.flatten(0, 1)
    before = algorithm.consistency.actions_before(obs)
    actions = before[0]
    for parameter in algorithm.aligner.targets["teacher"].parameters():
        parameter += 0.3 * torch.randn_like(parameter)
    drifted = (algorithm.teacher(obs) - actions).square().mean()
    drift = algorithm.consistency.restore(obs, before)["remaining_drift"]
    remaining = (algorithm.teacher(obs) - actions).square().mean()
    assert remaining < 0.2 * drifted
    # the divergence of Gaussians of the same width
    assert drift == pytest.approx((0.5 * 2 * remaining / before[1].square().mean()).item(), rel=0.05)


@pytest.mark.parametrize("desired_kl, steps", [(1.0e9, 4), (None, 4), (1.0e-9, 20)])
def test_consistency_goes_on_while_the_policy_is_further_off_than_ppo_may_take_it(
    desired_kl: float | None, steps: int, monkeypatch
):
    algorithm = warmed_up(desired_kl=desired_kl, consistency={"max_steps": 20})
    taken = []
    step = algorithm.consistency.optimizer.step
    monkeypatch.setattr(algorithm.consistency.optimizer, "step", lambda: taken.append(step()))
    losses = algorithm.update()
    assert len(taken) == steps
    assert losses["remaining_drift"] > 0.0


def test_consistency_can_be_switched_off():
    algorithm = warmed_up(desired_kl=1.0e-9, consistency={"steps": 0})
    losses = algorithm.update()
    assert losses["consistency"] == 0.0 and losses["remaining_drift"] == losses["policy_drift"]


def test_more_consistency_steps_than_their_maximum_are_refused():
    with pytest.raises(ValueError, match="consistency.steps is 9, but its upper bound consistency.max_steps 8"):
        build_aligned_ppo(consistency={"steps": 9, "max_steps": 8})


def test_a_discarded_rollout_leaves_its_pairs_and_teaches_nothing():
    algorithm = warmed_up()
    before = {name: snapshot(part) for name, part in (("policy", algorithm.teacher), ("critic", algorithm.critic))}
    algorithm.discard_rollout()
    assert algorithm.storage.step == 0
    assert len(algorithm.pairs.take()) > 0
    assert not moved(algorithm.teacher, before["policy"]) and not moved(algorithm.critic, before["critic"])


def test_health_is_logged():
    losses = warmed_up().update()
    expected = {"alignment", "retrieval_accuracy", "embedding_std_min", "embedding_std_mean"}
    expected |= {"action_distance", "policy_drift", "remaining_drift", "consistency", "value", "surrogate", "entropy"}
    assert losses.keys() == expected
    assert all(torch.isfinite(torch.tensor(value)) for value in losses.values())
    assert losses["policy_drift"] > 0.0


def test_no_drift_when_the_encoders_stand_still():
    losses = warmed_up(encoders={"target_decay": 1.0}, consistency={"steps": 0}).update()
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
        build_aligned_ppo(consistency={"stepps": 3})
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
