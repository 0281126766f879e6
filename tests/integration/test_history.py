# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The runtime stacks observations as Isaac Lab's observation manager does, in the real simulator."""

from __future__ import annotations

import argparse

import gymnasium as gym
import numpy as np
import pytest
import torch
from conftest import TASK

from isaaclab.app import launch_simulation
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_deploy.observations import InputAssembler
from tsra_lab.export.isaac_lab.observations import describe_inputs
from tsra_tasks.color_maze.color_maze_env_cfg import ObservationsCfg

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

NUM_ENVS, STEPS, HISTORY = 32, 200, 3


def test_histories_are_those_of_the_simulator_through_resets() -> None:
    env_cfg, _ = resolve_task_config(TASK, None, overrides=[])
    env_cfg.scene.num_envs, env_cfg.sim.device, env_cfg.seed = NUM_ENVS, "cpu", 0
    env_cfg.observations.onboard.enable_corruption = False
    env_cfg.observations.onboard.history_length = HISTORY
    env_cfg.observations.onboard.velocity.scale = 0.5
    env_cfg.observations.onboard.odometry.clip = (-0.5, 0.5)
    env_cfg.observations.single = ObservationsCfg.OnboardCfg()
    env_cfg.observations.single.enable_corruption = False
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg).unwrapped
        obs, _ = env.reset()
        recorded = {"obs": obs["onboard"].numpy()}
        (item,) = describe_inputs(env, ["onboard"], recorded)
        assert item["shape"] == [HISTORY * 31]
        assembler = InputAssembler(item, range_margin=0.0)
        widths = [term["shape"][0] for term in item["terms"]]
        names = [term["name"] for term in item["terms"]]
        num_resets = 0
        for _ in range(STEPS):
            parts = np.split(obs["single"].numpy(), np.cumsum(widths)[:-1], axis=1)
            sample = assembler.assemble(dict(zip(names, parts, strict=True)), (NUM_ENVS,))
            assert np.allclose(assembler.remember(sample), obs["onboard"].numpy(), atol=1e-6)
            obs, _, terminated, truncated, _ = env.step(torch.randn(NUM_ENVS, 2))
            done = (terminated | truncated).numpy()
            num_resets += done.sum()
            assembler.reset(done)
        assert num_resets > NUM_ENVS
        env.close()
