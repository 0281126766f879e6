# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""AlignedPPO for a task of plain tensors, with rsl_rl alone: no Isaac Lab can be imported here.

The tests run it. It is also how any rsl_rl project uses the library: the algorithm's settings are a dictionary.
"""

from __future__ import annotations

import importlib.abc
import json
import sys
from pathlib import Path

FORBIDDEN = ("isaac", "newton", "warp", "pxr")


class Forbid(importlib.abc.MetaPathFinder):
    """Refuses to import a simulator."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.startswith(FORBIDDEN):
            raise ModuleNotFoundError(f"{name} is forbidden here", name=name)


sys.meta_path.insert(0, Forbid())

import torch  # noqa: E402
from rsl_rl.env import VecEnv  # noqa: E402
from rsl_rl.runners import OnPolicyRunner  # noqa: E402
from tensordict import TensorDict  # noqa: E402

from tsra_lab.runners import AlignedRunner  # noqa: E402

MLP = {"class_name": "MLPModel", "hidden_dims": [32], "activation": "elu", "obs_normalization": True}

CONFIG = {
    "num_steps_per_env": 16,
    "save_interval": 100,
    "experiment_name": "alone",
    "run_name": "",
    "logger": "tensorboard",
    "obs_groups": {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]},
    "teacher": MLP,
    "student": MLP,
    "actor": MLP
    | {"obs_normalization": False, "distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 1.0}},
    "critic": MLP,
    "algorithm": {
        "class_name": "tsra_lab.algorithms:AlignedPPO",
        "num_learning_epochs": 4,
        "num_mini_batches": 4,
        "learning_rate": 1.0e-3,
        "entropy_coef": 0.0,
        "embedding_dim": 8,
        "pairs": {"render_interval": 1, "kept_pairs": 0},
        "alignment": {
            "contrast_weight": 1.0,
            "match_weight": 1.0,
            "variance_weight": 1.0,
            "covariance_weight": 1.0,
            "temperature": 0.5,
        },
        "encoders": {
            "learning_rate": 1.0e-3,
            "steps_per_iteration": 8,
            "warmup_steps": 300,
            "batch_size": 256,
            "max_grad_norm": 1.0,
            "constant_steps": 0,
            "stability_weight": 0.0,
            "imitation_weight": 2.0,
            "target_decay": 0.9,
        },
        "consistency": True,
        "student_share": 0.25,
    },
}


class Reach(VecEnv):
    """A point in the plane is to reach a goal. A third number of the state is hidden from the student, and useless."""

    def __init__(self, num_envs: int) -> None:
        self.num_envs, self.num_actions, self.device = num_envs, 2, "cpu"
        self.max_episode_length = 16
        self.cfg: dict = {}
        self.episode_length_buf = torch.zeros(num_envs, dtype=torch.long)
        self.reset()

    def reset(self) -> tuple[TensorDict, dict]:
        self.offset = torch.randn(self.num_envs, 2)
        self.hidden = torch.randn(self.num_envs, 1)
        self.episode_length_buf[:] = 0
        return self.get_observations(), {}

    def get_observations(self) -> TensorDict:
        privileged = torch.cat([self.offset, self.hidden], dim=-1)
        onboard = self.offset + 0.02 * torch.randn_like(self.offset)
        return TensorDict({"privileged": privileged, "onboard": onboard}, batch_size=[self.num_envs])

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict]:
        self.offset = self.offset - 0.3 * actions.clamp(-1.0, 1.0)
        rewards = -self.offset.norm(dim=-1)
        self.episode_length_buf += 1
        done = self.episode_length_buf >= self.max_episode_length
        if done.any():
            self.reset()
        return self.get_observations(), rewards, done.long(), {"time_outs": done}


def mean_distance(policy: torch.nn.Module) -> float:
    """Distance from the goal at the end of an episode."""
    torch.manual_seed(1)
    env = Reach(256)
    obs = env.get_observations()
    for _ in range(env.max_episode_length - 1):
        obs, *_ = env.step(policy(obs))
    return env.offset.norm(dim=-1).mean().item()


if __name__ == "__main__":
    runners = {"stock": OnPolicyRunner, "ours": AlignedRunner}
    torch.manual_seed(0)
    runner = runners[sys.argv[1]](Reach(64), CONFIG, sys.argv[2], "cpu")
    before = mean_distance(runner.alg.student)
    runner.learn(40)
    runner.alg.eval_mode()
    with torch.inference_mode():
        after = {name: mean_distance(policy) for name, policy in runner.alg.policies().items()}
    loaded = sorted(name for name in sys.modules if name.startswith(FORBIDDEN))
    Path(sys.argv[2], "result.json").write_text(json.dumps({"before": before, "loaded": loaded, **after}))
