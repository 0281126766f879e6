# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What ours and rsl_rl's do alike, bit by bit: learning, observation statistics, the runner's loop."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from hidden_env import HiddenEnv
from rsl_rl.algorithms import PPO, Distillation
from rsl_rl.runners import DistillationRunner, OnPolicyRunner
from tiny_agent import (
    EMBEDDING_DIM,
    NUM_ENVS,
    NUM_STEPS,
    PPO_SETTINGS,
    aligned_cfg,
    build_aligned_ppo,
    build_method,
    collect_rollout,
    environment,
    observations,
    unmasked_cfg,
)

from tsra_lab.algorithms import (
    AlignedDistillation,
    AlignedPPO,
    AsymmetricPPO,
    BehaviorCloning,
    OnlineAdaptation,
    StudentInformedPPO,
    TeacherStudentPPO,
    UnmaskedPPO,
)
from tsra_lab.runners import AlignedRunner

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

MLP = {"class_name": "MLPModel", "hidden_dims": [16], "activation": "elu", "obs_normalization": True}
POLICY = MLP | {"distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 1.0}}
SAMPLES = NUM_ENVS * NUM_STEPS


def state(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Copies of parameters and statistics."""
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def assert_same(first: torch.nn.Module, second: torch.nn.Module) -> None:
    """Same parameters and statistics, bit by bit."""
    ours, theirs = first.state_dict(), second.state_dict()
    assert ours.keys() == theirs.keys()
    differing = [name for name in ours if not torch.equal(ours[name], theirs[name])]
    assert not differing


def normalized_cfg(kind: type) -> dict:
    """Configuration of a teacher-student method whose models all have statistics."""
    cfg = unmasked_cfg() if kind is UnmaskedPPO else aligned_cfg(class_name=kind)
    for name in ("teacher", "student", "critic"):
        cfg[name] = dict(MLP)
    return cfg


def stock_ppo(actor: dict, actor_set: str = "teacher") -> PPO:
    """rsl_rl's PPO on the tiny environment."""
    sets = {"actor": ["privileged" if actor_set == "teacher" else "onboard"], "critic": ["privileged"]}
    cfg = {
        "num_steps_per_env": NUM_STEPS,
        "multi_gpu": None,
        "obs_groups": sets,
        "actor": actor,
        "critic": dict(MLP),
        "algorithm": {"class_name": PPO, **PPO_SETTINGS},
    }
    return PPO.construct_algorithm(observations(), environment(), cfg, "cpu")


def learn(algorithm: PPO, updates: int = 3) -> None:
    """Roll out and update, with the same random numbers whatever the algorithm."""
    for update in range(updates):
        torch.manual_seed(update)
        algorithm.train_mode()
        collect_rollout(algorithm)
        torch.manual_seed(100 + update)
        algorithm.update()


def test_a_teacher_beside_a_student_learns_as_rsl_rl_s_ppo_does():
    cfg = normalized_cfg(TeacherStudentPPO)
    cfg["algorithm"] = {"class_name": TeacherStudentPPO, "embedding_dim": EMBEDDING_DIM, **PPO_SETTINGS}
    cfg["algorithm"]["pairs"] = {"render_interval": 1, "kept_pairs": 0}
    ours = TeacherStudentPPO.construct_algorithm(observations(), environment(), cfg, "cpu")
    encoded = {"class_name": "tsra_lab.models:EncodedPolicy", "encoder": dict(MLP), "head": aligned_cfg()["actor"]}
    theirs = stock_ppo(encoded | {"embedding_dim": EMBEDDING_DIM})
    theirs.actor.load_state_dict(ours.teacher.state_dict())
    theirs.critic.load_state_dict(ours.critic.state_dict())
    before = state(ours.teacher)
    learn(ours)
    learn(theirs)
    assert_same(ours.teacher, theirs.actor)
    assert_same(ours.critic, theirs.critic)
    assert ours.learning_rate == theirs.learning_rate
    assert any(not torch.equal(before[name], tensor) for name, tensor in state(ours.teacher).items())
    assert ours.teacher.encoder.obs_normalizer.count == 3 * SAMPLES


def test_asymmetric_ppo_is_rsl_rl_s_ppo():
    cfg = aligned_cfg() | {"actor": dict(POLICY), "critic": dict(MLP)}
    cfg["obs_groups"] = {"student": ["onboard"], "critic": ["privileged"]}
    cfg["algorithm"] = {"class_name": AsymmetricPPO, **PPO_SETTINGS}
    torch.manual_seed(0)
    ours = AsymmetricPPO.construct_algorithm(observations(), environment(), cfg, "cpu")
    torch.manual_seed(0)
    theirs = stock_ppo(dict(POLICY), "student")
    assert_same(ours.actor, theirs.actor)
    learn(ours)
    learn(theirs)
    assert_same(ours.actor, theirs.actor)
    assert_same(ours.critic, theirs.critic)
    assert ours.student.obs_normalizer.count == 3 * SAMPLES


@pytest.mark.parametrize("kind", [AlignedPPO, UnmaskedPPO, OnlineAdaptation, StudentInformedPPO])
def test_the_statistics_of_every_model_count_each_sample_once(kind: type[TeacherStudentPPO]):
    cfg = normalized_cfg(kind)
    if kind in (OnlineAdaptation, StudentInformedPPO):
        cfg["algorithm"] = None
        built = build_method(kind)  # settings of the method
        cfg["algorithm"] = {
            "class_name": kind,
            "embedding_dim": EMBEDDING_DIM,
            **PPO_SETTINGS,
            "pairs": {"render_interval": 1, "kept_pairs": 0},
            "following": {"learning_rate": 1.0e-3, "steps_per_iteration": 3, "batch_size": 16},
        }
        names = ("regularization_weight", "ramp_iterations", "penalty_weight", "gradient_weight")
        cfg["algorithm"] |= {name: getattr(built, name) for name in names if hasattr(built, name)}
    algorithm = kind.construct_algorithm(observations(), environment(), cfg, "cpu")
    for updates in range(1, 4):
        learn(algorithm, 1)
        models = {"critic": algorithm.critic}
        models |= {
            name: getattr(algorithm, name).encoder
            for name in ("teacher", "student", "proxy")
            if hasattr(algorithm, name)
        }
        if isinstance(algorithm, AlignedPPO):
            models |= {f"encoder of {name}": encoder for name, encoder in algorithm.aligner.encoders.items()}
        counts = {name: int(model.obs_normalizer.count) for name, model in models.items()}
        assert counts == dict.fromkeys(models, updates * SAMPLES)


def test_without_the_mask_ppo_learns_as_rsl_rl_s_does():
    """Between two alignment phases, the teacher is an actor like any other."""
    cfg = normalized_cfg(UnmaskedPPO)
    cfg["algorithm"]["encoders"] |= {"warmup_steps": 0, "steps_per_iteration": 0}
    cfg["algorithm"]["consistency"] = False
    ours = UnmaskedPPO.construct_algorithm(observations(), environment(), cfg, "cpu")
    encoded = {"class_name": "tsra_lab.models:EncodedPolicy", "encoder": dict(MLP), "head": aligned_cfg()["actor"]}
    theirs = stock_ppo(encoded | {"embedding_dim": EMBEDDING_DIM})
    theirs.actor.load_state_dict(ours.teacher.state_dict())
    theirs.critic.load_state_dict(ours.critic.state_dict())
    learn(ours)
    learn(theirs)
    assert_same(ours.teacher, theirs.actor)
    assert_same(ours.critic, theirs.critic)


def distillation(kind: type, **settings: object) -> Distillation:
    """A distillation from the privileged to the onboard group."""
    cfg = {
        "num_steps_per_env": NUM_STEPS,
        "multi_gpu": None,
        "obs_groups": {"teacher": ["privileged"], "student": ["onboard"]},
        "algorithm": {"class_name": kind, "learning_rate": 3.0e-3, "gradient_length": NUM_STEPS} | settings,
    }
    encoded = {"class_name": "tsra_lab.models:EncodedPolicy", "encoder": dict(MLP), "head": aligned_cfg()["actor"]}
    cfg |= {name: copy.deepcopy(encoded) | {"embedding_dim": EMBEDDING_DIM} for name in ("teacher", "student")}
    torch.manual_seed(0)
    return kind.construct_algorithm(observations(), environment(), cfg, "cpu")


def distil(algorithm: Distillation, updates: int) -> None:
    """Roll out with given actions of the teacher and update."""
    for update in range(updates):
        torch.manual_seed(update)
        algorithm.train_mode()
        with torch.inference_mode():
            for _ in range(NUM_STEPS):
                algorithm.act(observations())
                algorithm.process_env_step(observations(), torch.zeros(NUM_ENVS), torch.zeros(NUM_ENVS), {})
        torch.manual_seed(100 + update)
        algorithm.update()


def test_behaviour_cloning_learns_as_rsl_rl_s_distillation_does():
    ours, theirs = distillation(BehaviorCloning), distillation(Distillation)
    distil(ours, 3)
    distil(theirs, 3)
    assert_same(ours.student, theirs.student)
    assert ours.student.encoder.obs_normalizer.count == 3 * SAMPLES


def test_aligned_distillation_learns_as_rsl_rl_s_does_where_it_does_the_same():
    settings = {"rollout_policy": "student", "embedding_loss_weight": 0.0, "batch_size": SAMPLES}
    ours, theirs = distillation(AlignedDistillation, **settings), distillation(Distillation)
    teacher = state(ours.teacher)
    distil(ours, 1)
    distil(theirs, 1)
    # one step on the whole rollout each; the sum of the steps' losses is theirs, the mean ours, and Adam forgets scales
    for name, tensor in ours.student.state_dict().items():
        torch.testing.assert_close(tensor, theirs.student.state_dict()[name], atol=1e-5, rtol=1e-3)
    assert_same(ours.student.encoder.obs_normalizer, theirs.student.encoder.obs_normalizer)
    assert ours.student.encoder.obs_normalizer.count == SAMPLES
    # a frozen teacher's statistics stand still, theirs and ours
    for algorithm in (ours, theirs):
        assert all(torch.equal(teacher[name], tensor) for name, tensor in algorithm.teacher.state_dict().items())


def run_config(algorithm: dict, **models: dict) -> dict:
    """Runner configuration for the environment with hidden cells."""
    return {
        "num_steps_per_env": 5,
        "save_interval": 100,
        "evaluation_interval": 0,
        "algorithm": algorithm,
        "logger": "tensorboard",
        "run_name": "",
        "experiment_name": "parity",
        **models,
    }


def trained(runner_class: type[OnPolicyRunner], cfg: dict, directory: Path) -> OnPolicyRunner:
    """Four iterations of a runner, from the same seed."""
    torch.manual_seed(0)
    env = HiddenEnv(8)
    env.reset()
    runner = runner_class(env, copy.deepcopy(cfg), str(directory), "cpu")
    if isinstance(runner.alg, Distillation):
        runner.alg.teacher_loaded = True
    torch.manual_seed(1)
    if not isinstance(runner, AlignedRunner):
        env.reset()  # ours begins its episodes itself
    runner.learn(4)
    return runner


@pytest.mark.parametrize("interval", [0, 2])
def test_our_runner_trains_ppo_as_the_stock_runner_does(tmp_path: Path, interval: int):
    """With evaluations in between, too."""
    cfg = run_config({"class_name": "PPO", **PPO_SETTINGS}, actor=dict(POLICY), critic=dict(MLP))
    cfg |= {"obs_groups": {"actor": ["privileged"], "critic": ["privileged"]}, "evaluation_interval": interval}
    ours = trained(AlignedRunner, cfg, tmp_path / "ours")
    theirs = trained(OnPolicyRunner, cfg, tmp_path / "theirs")
    assert len(ours.evaluations) == (2 if interval else 0)
    assert_same(ours.alg.actor, theirs.alg.actor)
    assert_same(ours.alg.critic, theirs.alg.critic)


def test_our_runner_distils_as_the_stock_runner_does(tmp_path: Path):
    cfg = run_config({"class_name": "Distillation", "gradient_length": 5}, teacher=dict(POLICY), student=dict(POLICY))
    cfg |= {"obs_groups": {"teacher": ["privileged"], "student": ["onboard"]}}
    ours = trained(AlignedRunner, cfg, tmp_path / "ours")
    theirs = trained(DistillationRunner, cfg, tmp_path / "theirs")
    assert_same(ours.alg.student, theirs.alg.student)


@pytest.mark.parametrize("memory", [False, True])
def test_aligned_ppo_is_the_same_under_both_runners_and_with_evaluations(tmp_path: Path, memory: bool):
    student = MLP | (
        {"class_name": "RNNModel", "rnn_type": "gru", "rnn_hidden_dim": 8, "rnn_num_layers": 1} if memory else {}
    )
    cfg = aligned_cfg(student=student) | {"num_steps_per_env": 5}
    cfg = run_config(
        cfg.pop("algorithm"), **{name: cfg[name] for name in ("obs_groups", "teacher", "student", "actor", "critic")}
    )
    theirs = trained(OnPolicyRunner, cfg, tmp_path / "theirs")
    for interval in (0, 1, 3):
        ours = trained(AlignedRunner, cfg | {"evaluation_interval": interval}, tmp_path / f"ours_{interval}")
        assert_same(ours.alg.teacher, theirs.alg.teacher)
        assert_same(ours.alg.student, theirs.alg.student)
        assert_same(ours.alg.aligner.encoders, theirs.alg.aligner.encoders)


def test_ppo_on_cached_embeddings_is_rsl_rl_s_ppo_on_embeddings():
    """The gradient mask by construction: head and critic learn as if the embedding were what the environment gives."""
    ours = build_aligned_ppo(encoders={"warmup_steps": 0, "steps_per_iteration": 0}, consistency=False)
    example = observations().set("embedding", torch.zeros(NUM_ENVS, EMBEDDING_DIM))
    cfg = {
        "num_steps_per_env": NUM_STEPS,
        "multi_gpu": None,
        "obs_groups": {"actor": ["embedding"], "critic": ["privileged"]},
        "actor": aligned_cfg()["actor"],
        "critic": aligned_cfg()["critic"],
        "algorithm": {"class_name": PPO, **PPO_SETTINGS},
    }
    theirs = PPO.construct_algorithm(example, environment(), cfg, "cpu")
    theirs.actor.load_state_dict(ours.actor.state_dict())
    theirs.critic.load_state_dict(ours.critic.state_dict())
    act = theirs.act
    theirs.act = lambda obs: act(obs.copy().set("embedding", ours.rollout_observations(obs)["embedding"]))
    learn(ours)
    learn(theirs)
    assert_same(ours.actor, theirs.actor)
    assert_same(ours.critic, theirs.critic)
