# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Use the hooks of ``Cartpole-Hidden-Force`` and save what they gave: ``python cartpole_hooks.py FILE``.

It is a process of its own, because the example is installed for the test alone.
"""

from __future__ import annotations

import argparse
import sys

import cartpoles  # noqa: F401
import gymnasium as gym
import torch

from isaaclab.app import launch_simulation
from isaaclab_tasks.utils import resolve_task_config

TASK = "Cartpole-Hidden-Force"
NUM_ENVS = 16


def main(file: str) -> None:
    """Go into an episode, redraw the force, and put it back."""
    env_cfg, _ = resolve_task_config(TASK, None, overrides=[])
    env_cfg.scene.num_envs, env_cfg.sim.device, env_cfg.seed = NUM_ENVS, "cpu", 0
    env_cfg.observations.onboard.enable_corruption = False
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg).unwrapped

        def observe() -> dict[str, torch.Tensor]:
            groups = {name: env.observation_manager.compute_group(name) for name in ("privileged", "onboard")}
            return {name: values.clone() for name, values in groups.items()}

        env.reset()
        env.step(torch.zeros(NUM_ENVS, 1))  # Isaac Lab tells no speeds before the first one
        starts = []
        for seed in (1, 1, 2):
            env.reset(seed=seed)
            starts.append({name: values.clone() for name, values in env.cfg.initial_state(env).items()})
        for _ in range(5):
            env.step(torch.zeros(NUM_ENVS, 1))
        found = {"starts": starts, "before": observe()}
        with env.cfg.resampled_hidden_state(env) as redrawn:
            found |= {"redrawn": redrawn.clone(), "inside": observe()}
        found["after"] = observe()
        torch.save(found, file)
        env.close()


if __name__ == "__main__":
    main(sys.argv[1])
