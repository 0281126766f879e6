# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What each rank of a distributed training runs in the tests: started by torchrun, on the CPU, with gloo.

ranks_program.py gradients OUTPUT      gradients of every loss on a fixed batch, this rank's half of it
ranks_program.py train OUTPUT [RESUME] some iterations of a tiny agent under our runner
ranks_program.py drift OUTPUT          the same, but the ranks differ on purpose
"""

from __future__ import annotations

import functools
import os
import sys
import time
from pathlib import Path

import torch
from hidden_env import HiddenEnv
from rsl_rl.models import MLPModel
from tensordict import TensorDict
from tiny_agent import aligned_cfg, build_aligned_ppo, build_method, collect_rollout
from torch import distributed

from tsra_lab.algorithms import StudentInformedPPO
from tsra_lab.algorithms.phases import action_mismatch
from tsra_lab.alignment import Aligner, AlignmentLoss, PairMemory, Pairs, share_of
from tsra_lab.runners import AlignedRunner
from tsra_lab.runners.ranks import join_ranks

RANK, WORLD_SIZE = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
BATCH = 64


def halves(samples: TensorDict) -> TensorDict:
    """This rank's part of samples that all ranks see."""
    return samples.chunk(WORLD_SIZE)[RANK]


def fixed_samples() -> TensorDict:
    """Samples that are the same on all ranks."""
    generator = torch.Generator().manual_seed(0)
    privileged = torch.randn(BATCH, 5, generator=generator)
    return TensorDict({"privileged": privileged, "onboard": privileged[:, :3].clone()}, batch_size=[BATCH])


def gradients_of(optimizer: torch.optim.Optimizer, act: object) -> list[torch.Tensor]:
    """Gradients with which an optimiser takes its first step."""
    seen: list[list[torch.Tensor]] = []
    step = optimizer.step
    optimizer.step = lambda: (
        seen.append([p.grad.clone() for group in optimizer.param_groups for p in group["params"]]),
        step(),
    )
    act()
    optimizer.step = step
    return seen[0]


def gradients() -> dict[str, list[torch.Tensor]]:
    """Gradients of alignment, following and PPO on a fixed batch of which each rank has its part, and the head after
    consistency."""
    join_ranks("cpu")
    torch.manual_seed(0)
    sets = {"teacher": ["privileged"], "student": ["onboard"]}
    encoders = [MLPModel(fixed_samples(), sets, name, 4, [16], obs_normalization=True) for name in sets]
    loss = AlignmentLoss(
        contrast_weight=1.0, match_weight=1.0, variance_weight=1.0, covariance_weight=1.0, temperature=0.5
    )
    schedule = {"learning_rate": 1.0e-3, "constant_steps": 0, "steps_per_iteration": 1, "warmup_steps": 0}
    settings = {"batch_size": BATCH, "max_grad_norm": 1.0, "stability_weight": 0.0, "target_decay": 0.9}
    aligner = Aligner(*encoders, loss, **schedule, **settings, imitation_weight=1.0)
    pairs = Pairs(halves(fixed_samples()), PairMemory(0))
    mismatch = functools.partial(action_mismatch, build_aligned_ppo().teacher)
    found = {"alignment": gradients_of(aligner.optimizer, lambda: aligner.update(pairs, 1, mismatch))}
    statistics = [encoder.obs_normalizer.state_dict() for encoder in encoders]
    found["statistics"] = [tensor for state in statistics for tensor in state.values()]

    sitt = build_method(StudentInformedPPO, following={"steps_per_iteration": 1, "batch_size": BATCH})
    act = lambda: sitt.after_ppo(None, pairs)  # noqa: E731
    found["following"] = gradients_of(sitt.following.optimizer, act)

    tsra = build_aligned_ppo()
    observations = tsra.rollout_observations(fixed_samples())
    before = tsra.consistency.behavior(halves(observations))
    for parameter in tsra.aligner.targets["teacher"].parameters():
        parameter += 0.1
    tsra.consistency.restore(halves(observations), before)
    found["consistency"] = [parameter.detach() for parameter in tsra.teacher.head.parameters()]

    found["ppo"] = ppo_gradients()
    found["share"] = [torch.tensor(share_of(BATCH))]
    return found


def ppo_gradients() -> list[torch.Tensor]:
    """Gradient of PPO's first minibatch on a rollout of which each rank has half of the environments."""
    tsra = build_aligned_ppo(num_mini_batches=1, num_learning_epochs=1)
    torch.manual_seed(0)
    collect_rollout(tsra)
    tsra.aligner.steps_done = 10**6  # warmed up
    storage, envs = tsra.storage, slice(RANK * 8 // WORLD_SIZE, (RANK + 1) * 8 // WORLD_SIZE)
    for name in ("observations", "actions", "values", "returns", "advantages", "actions_log_prob", "rewards", "dones"):
        setattr(storage, name, getattr(storage, name)[:, envs])
    storage.distribution_params = tuple(parameter[:, envs] for parameter in storage.distribution_params)
    storage.num_envs = 8 // WORLD_SIZE
    if WORLD_SIZE > 1:
        tsra.is_multi_gpu, tsra.gpu_world_size, tsra.gpu_global_rank = True, WORLD_SIZE, RANK
    return gradients_of(tsra.optimizer, tsra.update)


def train(output: Path, resume: Path | None, drift: bool = False) -> None:
    """Train a tiny agent, and note the final state of this rank."""
    torch.manual_seed(RANK)
    env = HiddenEnv(16 // WORLD_SIZE)
    env.reset()
    model = {"class_name": "MLPModel", "hidden_dims": [16], "activation": "elu", "obs_normalization": True}
    cfg = aligned_cfg() | {"teacher": dict(model), "student": dict(model), "critic": dict(model)}
    cfg |= {
        "save_interval": 2,
        "evaluation_interval": 2,
        "logger": "tensorboard",
        "run_name": "",
        "experiment_name": "r",
    }
    runner = AlignedRunner(env, cfg, str(output / "run") if RANK == 0 else None, "cpu")
    if resume is not None:
        runner.load(str(resume))
    update = runner.alg.update

    def updated() -> dict:
        losses = update()
        print(f"rank {RANK} process {os.getpid()} iteration {runner.current_learning_iteration}", flush=True)
        if drift and RANK == 1:
            runner.alg.critic.mlp[0].weight.data.add_(1.0e-3)
        if os.environ.get("SLOW"):
            time.sleep(0.2)
        return losses

    runner.alg.update = updated
    runner.learn(int(os.environ.get("ITERATIONS", 6)) if resume is None else 8)
    torch.save({"state": runner.alg.save(), "stopped": runner.stop_signal}, output / f"rank_{RANK}.pt")


if __name__ == "__main__":
    mode, folder = sys.argv[1], Path(sys.argv[2])
    if mode == "gradients":
        torch.save(gradients(), folder / f"gradients_{WORLD_SIZE}_{RANK}.pt")
    else:
        train(folder, Path(sys.argv[3]) if len(sys.argv) > 3 else None, drift=mode == "drift")
    if distributed.is_initialized():
        # gloo's threads, still running when the interpreter ends, abort the process now and then
        distributed.destroy_process_group()
