# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Who may move what in the methods that TSRA is compared with, and in its ablation without a mask."""

from __future__ import annotations

import copy

import pytest
import torch
from rsl_rl.algorithms import PPO
from tensordict import TensorDict
from test_pairs import StillCamera
from tiny_agent import (
    NUM_ENVS,
    NUM_STEPS,
    aligned_cfg,
    build_method,
    collect_rollout,
    environment,
    moved,
    observations,
    snapshot,
    unmasked_cfg,
)

from tsra_lab.algorithms import (
    AlignedPPO,
    AsymmetricPPO,
    ConcurrentTeacherStudent,
    GuidedPPO,
    OnlineAdaptation,
    SmoothedPPO,
    StudentInformedPPO,
    TeacherStudentPPO,
    UnmaskedPPO,
)
from tsra_lab.alignment import PairMemory, Pairs

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def pairs_of(samples: TensorDict) -> Pairs:
    """Samples as a rollout's pairs."""
    return Pairs(samples, PairMemory(0))


BASELINES = [OnlineAdaptation, StudentInformedPPO]
FOLLOWED = [*BASELINES, ConcurrentTeacherStudent, GuidedPPO]


def parts(algorithm: TeacherStudentPPO) -> dict[str, torch.nn.Module]:
    """What can be moved, by name."""
    encoders = {
        name: getattr(algorithm, name).encoder for name in ("teacher", "student", "proxy") if hasattr(algorithm, name)
    }
    return encoders | {"head": algorithm.teacher.head, "critic": algorithm.critic}


def reached(algorithm: TeacherStudentPPO, loss: torch.Tensor) -> set[str]:
    """Parts that a loss's gradient reaches."""
    for part in parts(algorithm).values():
        part.zero_grad(set_to_none=True)
    loss.backward()
    return {
        name
        for name, part in parts(algorithm).items()
        if any(p.grad is not None and p.grad.abs().sum() > 0 for p in part.parameters())
    }


def moved_parts(algorithm: TeacherStudentPPO, action: object) -> set[str]:
    """Parts that an action moves."""
    before = {name: snapshot(part) for name, part in parts(algorithm).items()}
    action()
    return {name for name, part in parts(algorithm).items() if moved(part, before[name])}


@pytest.mark.parametrize("kind", FOLLOWED)
def test_ppo_moves_teacher_head_and_critic_and_following_the_rest(kind, monkeypatch):
    algorithm = build_method(kind)
    collect_rollout(algorithm)
    with monkeypatch.context() as patch:
        patch.setattr(algorithm.following, "update", lambda pairs, loss: 0.0)
        assert moved_parts(algorithm, algorithm.update) == {"teacher", "head", "critic"}
    followers = {"student", "proxy"} if kind is StudentInformedPPO else {"student"}
    assert moved_parts(algorithm, lambda: algorithm.after_ppo(None, pairs_of(observations(64)))) == followers


@pytest.mark.parametrize("kind", BASELINES)
def test_auxiliary_loss_reaches_the_teacher_s_encoder_alone(kind):
    algorithm = build_method(kind)
    algorithm.updates_done = 50
    assert reached(algorithm, algorithm.auxiliary_loss(observations(32))) == {"teacher"}
    # and leaves the head to PPO
    assert all(parameter.requires_grad for parameter in algorithm.teacher.head.parameters())


@pytest.mark.parametrize("kind", BASELINES)
def test_auxiliary_loss_joins_the_loss_of_ppo(kind, monkeypatch):
    algorithm = build_method(kind)
    calls = []

    def constant_pull(obs):
        calls.append(len(obs))
        return 1.0e3 * algorithm.teacher.get_latent(obs).square().mean()

    monkeypatch.setattr(algorithm.symmetry, "loss", constant_pull)
    collect_rollout(algorithm)
    obs = observations(64)
    before = algorithm.teacher.get_latent(obs).square().mean().item()
    losses = algorithm.update()
    assert len(calls) == 4 and losses["auxiliary"] > 0.0
    assert algorithm.teacher.get_latent(obs).square().mean().item() < before


@pytest.mark.parametrize("kind", FOLLOWED)
def test_following_brings_the_student_to_the_teacher(kind):
    algorithm = build_method(kind, following={"steps_per_iteration": 300, "learning_rate": 3.0e-3})
    collect_rollout(algorithm)
    obs = observations(256)

    def distance() -> float:
        return (algorithm.teacher.get_latent(obs) - algorithm.student.get_latent(obs)).square().mean().item()

    before = distance()
    for _ in range(3):
        batch = observations(256)
        algorithm.after_ppo(None, pairs_of(batch))
    assert distance() < 0.7 * before  # the rest is what the onboard observations lack


@pytest.mark.parametrize("kind", FOLLOWED)
def test_a_resumed_run_goes_on_exactly_as_the_uninterrupted_one(kind):
    first = build_method(kind)
    collect_rollout(first)
    first.update()
    saved = copy.deepcopy(first.save())
    second = build_method(kind, seed=99)
    second.load(saved, None, True)
    results = []
    for algorithm in (first, second):
        torch.manual_seed(5)
        collect_rollout(algorithm)
        results.append((algorithm.update(), snapshot(torch.nn.ModuleDict(parts(algorithm)))))
    assert results[0][0] == results[1][0]
    assert all(torch.equal(a, b) for a, b in zip(results[0][1], results[1][1], strict=True))


@pytest.mark.parametrize("kind", FOLLOWED)
def test_policies_share_the_head_and_the_student_is_what_runs(kind):
    algorithm = build_method(kind)
    assert algorithm.teacher.head is algorithm.student.head
    assert algorithm.get_policy() is algorithm.student
    assert algorithm.student.obs_groups == ["onboard"] and algorithm.teacher.obs_groups == ["privileged"]


@pytest.mark.parametrize("option", ["rnd_cfg", "symmetry_cfg"])
def test_unsupported_extensions_are_refused(option):
    with pytest.raises(ValueError, match=option):
        build_method(OnlineAdaptation, **{option: {"weight": 1.0}})


def test_the_pull_of_online_adaptation_grows_from_zero():
    algorithm = build_method(OnlineAdaptation, regularization_weight=2.0, ramp_iterations=10)
    obs = observations(64)
    pulls = []
    for updates in (0, 5, 10, 20):
        algorithm.updates_done = updates
        pulls.append(algorithm.auxiliary_loss(obs).item())
    assert pulls[0] == 0.0
    assert pulls[2] == pytest.approx(2.0 * pulls[1])
    assert pulls[3] == pulls[2]
    distance = (algorithm.teacher.get_latent(obs) - algorithm.student.get_latent(obs)).square().mean()
    assert pulls[3] == pytest.approx(2.0 * distance.item(), rel=1e-5)


def test_without_a_pull_the_teacher_of_online_adaptation_learns_from_rewards_alone():
    algorithm = build_method(OnlineAdaptation, regularization_weight=0.0)
    algorithm.updates_done = 1000
    assert reached(algorithm, algorithm.auxiliary_loss(observations(32))) == set()


def test_the_proxy_sees_what_the_teacher_sees_and_follows_the_student():
    algorithm = build_method(StudentInformedPPO)
    assert algorithm.proxy.obs_groups == ["privileged"]
    assert algorithm.proxy.encoder is not algorithm.teacher.encoder
    with torch.no_grad():  # a student that already agrees with the teacher: what remains pulls the proxy
        for parameter in algorithm.teacher.encoder.parameters():
            parameter.zero_()
        for parameter in algorithm.student.encoder.parameters():
            parameter.zero_()
    assert reached(algorithm, algorithm.following_loss(observations(32))) == {"proxy"}


def test_the_penalty_is_the_divergence_between_teacher_and_proxy():
    algorithm = build_method(StudentInformedPPO, penalty_weight=0.5)
    obs = observations()
    with torch.inference_mode():
        algorithm.act(obs)
        std = algorithm.teacher.output_std
        # closed form for Gaussians of one standard deviation
        expected = ((algorithm.teacher(obs) - algorithm.proxy(obs)) / std).square().sum(dim=-1) / 2.0
        algorithm.process_env_step(observations(), torch.ones(NUM_ENVS), torch.zeros(NUM_ENVS), {})
    torch.testing.assert_close(algorithm.storage.rewards[0].squeeze(-1), 1.0 - 0.5 * expected)
    assert expected.min() > 0.0


def unmasked(kind: type[AlignedPPO]) -> AlignedPPO:
    """A tiny aligned agent of a kind, after its warm-up, with a rollout to learn from."""
    torch.manual_seed(0)
    cfg = unmasked_cfg() if kind is UnmaskedPPO else aligned_cfg()
    algorithm = kind.construct_algorithm(observations(), environment(), cfg, "cpu")
    collect_rollout(algorithm)
    algorithm.update()
    collect_rollout(algorithm)
    return algorithm


@pytest.mark.parametrize("kind, moves", [(AlignedPPO, False), (UnmaskedPPO, True)])
def test_without_the_mask_ppo_moves_the_teacher_s_encoder_but_not_the_student_s(kind, moves, monkeypatch):
    algorithm = unmasked(kind)
    teacher, student = algorithm.teacher.encoder, algorithm.student.encoder
    before = snapshot(teacher), snapshot(student)
    monkeypatch.setattr(algorithm.aligner, "update", lambda *_: {})
    algorithm.update()
    assert moved(teacher, before[0]) == moves
    assert not moved(student, before[1])


def test_without_the_mask_policies_act_on_the_encoders_that_alignment_moves():
    algorithm = unmasked(UnmaskedPPO)
    assert algorithm.teacher.encoder is algorithm.aligner.encoders["teacher"]
    losses = algorithm.update()
    assert losses["alignment"] != 0.0 and losses["policy_drift"] > 0.0


def test_asymmetric_ppo_acts_on_onboard_observations_alone():
    cfg = aligned_cfg()
    cfg["obs_groups"] = {"student": ["onboard"], "critic": ["privileged"]}
    cfg["algorithm"] = {"class_name": AsymmetricPPO}
    algorithm = AsymmetricPPO.construct_algorithm(observations(), environment(), cfg, "cpu")
    assert isinstance(algorithm, AsymmetricPPO) and isinstance(algorithm, PPO)
    assert algorithm.student is algorithm.get_policy()
    assert algorithm.student.obs_groups == ["onboard"] and algorithm.critic.obs_groups == ["privileged"]
    assert not hasattr(algorithm, "teacher")
    assert cfg["obs_groups"] == {"student": ["onboard"], "critic": ["privileged"]}
    before = snapshot(algorithm.student)
    collect_rollout(algorithm)
    algorithm.update()
    assert moved(algorithm.student, before)


def test_asymmetric_ppo_requires_its_observation_sets():
    cfg = aligned_cfg() | {"obs_groups": {"actor": ["onboard"], "critic": ["privileged"]}}
    with pytest.raises(ValueError, match="'student' is missing"):
        AsymmetricPPO.construct_algorithm(observations(), environment(), cfg, "cpu")


@pytest.mark.parametrize("student_acts", [True, False])
def test_where_the_student_acts_ppo_moves_the_head_alone(student_acts):
    algorithm = build_method(ConcurrentTeacherStudent, student_share=float(student_acts))
    obs = algorithm.rollout_observations(observations())
    actions = algorithm.actor(obs, stochastic_output=True)
    expected = {"head"} if student_acts else {"head", "teacher"}
    assert reached(algorithm, algorithm.actor.get_output_log_prob(actions.detach()).sum()) == expected


def test_concurrent_policies_act_on_what_the_rollout_acted_on():
    algorithm, obs = build_method(ConcurrentTeacherStudent, student_share=0.5), observations()
    actions = algorithm.actor(algorithm.rollout_observations(obs))
    torch.testing.assert_close(actions[: NUM_ENVS // 2], algorithm.student(obs)[: NUM_ENVS // 2])
    torch.testing.assert_close(actions[NUM_ENVS // 2 :], algorithm.teacher(obs)[NUM_ENVS // 2 :])


def test_the_penalty_of_guided_ppo_reaches_the_teacher_s_encoder_alone_and_follows_the_divergence():
    algorithm = build_method(GuidedPPO, following={"steps_per_iteration": 0})
    assert reached(algorithm, algorithm.auxiliary_loss(observations(32))) == set()
    penalties = []
    for divergence in (1.0, 1.0, 0.01, 0.001, 0.0):
        algorithm.following.update = lambda pairs, loss, divergence=divergence: divergence
        algorithm.after_ppo(None, pairs_of(observations(8)))
        penalties.append(algorithm.penalty)
    assert penalties == pytest.approx([0.1, 0.12, 0.12, 0.1, 0.1 / 1.2])
    assert reached(algorithm, algorithm.auxiliary_loss(observations(32))) == {"teacher"}


def test_guided_ppo_needs_every_image(monkeypatch):
    monkeypatch.setattr("tsra_lab.alignment.pairs.collector.find_onboard_camera", lambda env: StillCamera())
    with pytest.raises(ValueError, match="every step"):
        build_method(GuidedPPO, pairs={"render_interval": 2})


def test_smoothed_ppo_disturbs_what_the_environment_does_and_learns_on_what_it_chose():
    cfg = {
        "num_steps_per_env": NUM_STEPS,
        "multi_gpu": None,
        "obs_groups": {"actor": ["privileged"], "critic": ["privileged"]},
        "actor": aligned_cfg()["actor"],
        "critic": aligned_cfg()["critic"],
        "algorithm": {"class_name": SmoothedPPO, "action_noise_std": 0.5},
    }
    algorithm = SmoothedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")
    done = torch.cat([algorithm.act(observations()) - algorithm.transition.actions for _ in range(200)])
    assert done.std().item() == pytest.approx(0.5, rel=0.05)
    chosen = algorithm.actor.get_output_log_prob(algorithm.transition.actions)
    torch.testing.assert_close(algorithm.transition.actions_log_prob.flatten(), chosen)
