# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A tiny environment stand-in and agent for unit tests of the algorithms: tensors, no simulator."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from rsl_rl.algorithms import PPO
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from tsra_lab.algorithms import (
    AlignedPPO,
    ConcurrentTeacherStudent,
    GuidedPPO,
    OnlineAdaptation,
    StudentInformedPPO,
    TeacherStudentPPO,
    UnmaskedPPO,
)

NUM_ENVS, NUM_STEPS, NUM_ACTIONS, EMBEDDING_DIM = 8, 6, 2, 4
PPO_SETTINGS = {"num_learning_epochs": 2, "num_mini_batches": 2}
METHOD_SETTINGS = {
    ConcurrentTeacherStudent: {"student_share": 0.25},
    GuidedPPO: {"desired_divergence": 0.01},
    OnlineAdaptation: {"regularization_weight": 1.0, "ramp_iterations": 100},
    StudentInformedPPO: {"penalty_weight": 0.1, "gradient_weight": 0.1},
}


def observations(num_envs: int = NUM_ENVS) -> TensorDict:
    """Random observations: the onboard group is a noisy part of the privileged one."""
    privileged = torch.randn(num_envs, 5)
    onboard = privileged[:, :3] + 0.01 * torch.randn(num_envs, 3)
    return TensorDict({"privileged": privileged, "onboard": onboard}, batch_size=[num_envs])


def environment() -> VecEnv:
    """What an algorithm asks of an environment when it is built."""
    return SimpleNamespace(num_envs=NUM_ENVS, num_actions=NUM_ACTIONS)


def aligned_cfg(student: dict | None = None, **algorithm: object) -> dict:
    """Runner configuration of a tiny AlignedPPO as a dictionary, perhaps with another student's encoder."""
    mlp = {"class_name": "MLPModel", "hidden_dims": [16], "activation": "elu"}
    parts = {
        "alignment": {
            "contrast_weight": 1.0,
            "match_weight": 1.0,
            "variance_weight": 1.0,
            "covariance_weight": 1.0,
            "temperature": 0.5,
        },
        "encoders": {
            "learning_rate": 1.0e-2,
            "steps_per_iteration": 3,
            "warmup_steps": 5,
            "batch_size": 16,
            "max_grad_norm": 1.0,
            "constant_steps": 0,
            "stability_weight": 0.0,
            "imitation_weight": 2.0,
            "target_decay": 0.9,
        },
        "pairs": {"render_interval": 1, "kept_pairs": 0},
    }
    parts = {name: settings | algorithm.pop(name, {}) for name, settings in parts.items()}
    return {
        "num_steps_per_env": NUM_STEPS,
        "obs_groups": {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]},
        "multi_gpu": None,
        "teacher": dict(mlp),
        "student": dict(student or mlp),
        "critic": dict(mlp),
        "actor": mlp | {"distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 1.0}},
        "algorithm": {
            "class_name": AlignedPPO,
            "embedding_dim": EMBEDDING_DIM,
            "student_share": 0.25,
            "consistency": True,
            **PPO_SETTINGS,
            **parts,
            **algorithm,
        },
    }


def unmasked_cfg() -> dict:
    """Runner configuration of a tiny UnmaskedPPO."""
    return aligned_cfg(class_name=UnmaskedPPO, student_share=0.0)


def build_aligned_ppo(seed: int = 0, **algorithm: object) -> AlignedPPO:
    """Build a tiny AlignedPPO."""
    torch.manual_seed(seed)
    return AlignedPPO.construct_algorithm(observations(), environment(), aligned_cfg(**algorithm), "cpu")


def build_method(kind: type[TeacherStudentPPO], seed: int = 0, **algorithm: object) -> TeacherStudentPPO:
    """Build a tiny algorithm of the methods that train an encoder by reinforcement learning."""
    torch.manual_seed(seed)
    cfg = aligned_cfg()
    following = {"learning_rate": 1.0e-3, "steps_per_iteration": 3, "batch_size": 16} | algorithm.pop("following", {})
    pairs = cfg["algorithm"]["pairs"] | algorithm.pop("pairs", {})
    settings = {"following": following} | METHOD_SETTINGS[kind] if kind in METHOD_SETTINGS else {}
    cfg["algorithm"] = {"class_name": kind, "embedding_dim": EMBEDDING_DIM, **PPO_SETTINGS, "pairs": pairs}
    cfg["algorithm"] |= settings | algorithm
    return kind.construct_algorithm(observations(), environment(), cfg, "cpu")


def collect_rollout(algorithm: PPO) -> None:
    """Fill the storage as a runner does, with rewards that depend on the actions."""
    obs = observations()
    with torch.inference_mode():
        for _ in range(NUM_STEPS):
            actions = algorithm.act(obs)
            rewards = -(actions - obs["onboard"][:, :NUM_ACTIONS]).square().sum(dim=-1)
            obs = observations()
            algorithm.process_env_step(obs, rewards, torch.rand(NUM_ENVS) < 0.1, {})
        algorithm.compute_returns(obs)


def snapshot(module: torch.nn.Module) -> list[torch.Tensor]:
    """Copies of a module's parameters."""
    return [parameter.detach().clone() for parameter in module.parameters()]


def moved(module: torch.nn.Module, before: list[torch.Tensor]) -> bool:
    """Whether any parameter differs from its copy."""
    return any(not torch.equal(now, old) for now, old in zip(module.parameters(), before, strict=True))
