# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Step a velocity task and save what is observed and what the simulator has: ``velocity_rollout.py TASK FILE JSON``.

It is a process of its own, because ``ISAACSIM_ASSET_ROOT`` is read when Isaac Lab is imported.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import Any

import gymnasium as gym
import torch
import warp as wp

from isaaclab.actuators import ActuatorBase, ImplicitActuatorCfg
from isaaclab.actuators.newton import read_group_parameter
from isaaclab.app import launch_simulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401


def terms_of(env: ManagerBasedRLEnv, group: str, values: torch.Tensor) -> dict[str, torch.Tensor]:
    """Observations of a group by term."""
    manager = env.observation_manager
    sizes = [shape[0] for shape in manager.group_obs_term_dim[group]]
    return dict(zip(manager.active_terms[group], values.clone().split(sizes, dim=1), strict=True))


def solver_values(env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
    """What MuJoCo's own model has of masses and friction, by name of the body.

    Shapes are (num_envs,); of contacts (contacts, 2), the friction that acts and the larger one of the two shapes.
    """
    solver = env.sim.physics_manager._solver
    model, contacts, count = solver.mj_model, solver.mjw_data.contact, int(solver.mjw_data.nacon.numpy()[0])
    masses, friction = wp.to_torch(solver.mjw_model.body_mass), wp.to_torch(solver.mjw_model.geom_friction)[..., 0]
    found: dict[str, torch.Tensor] = {}
    for index in range(model.nbody):
        name = model.body(index).name.split("_Robot_")[-1]
        found[f"mass/{name}"] = masses[:, index].clone()
    for index in range(model.ngeom):
        body = model.body(model.geom(index).bodyid[0]).name.split("_Robot_")[-1]
        found[f"friction/{body}"] = friction[:, index].clone()
    pairs, worlds = wp.to_torch(contacts.geom)[:count].long(), wp.to_torch(contacts.worldid)[:count].long()
    either = torch.stack([friction[worlds, pairs[:, 0]], friction[worlds, pairs[:, 1]]], dim=1).amax(dim=1)
    found["contacts"] = torch.stack([wp.to_torch(contacts.friction)[:count, 0], either], dim=1)
    return found


def gains(env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
    """Gains that the actuators have, divided by those of the configuration. Shapes are (num_envs, joints)."""
    robot = env.scene["robot"]
    found: dict[str, torch.Tensor] = {}
    for group, cfg in robot.cfg.actuators.items():
        if cfg.stiffness is None:
            continue
        indices, names = robot.find_joints(cfg.joint_names_expr)
        for name, parameter in (("stiffness", "kp"), ("damping", "kd")):
            told = getattr(cfg, name)
            if isinstance(told, dict):
                told = torch.tensor([next(told[key] for key in told if re.fullmatch(key, joint)) for joint in names])
            if isinstance(cfg, ImplicitActuatorCfg):
                held = getattr(robot.data, f"joint_{name}").torch[:, indices]
            elif isinstance(robot.actuators[group], ActuatorBase):
                held = getattr(robot.actuators[group], name)
            else:
                held = read_group_parameter(robot.actuators, group, "controller", parameter)
            found[f"{group}/{name}"] = held / told
    return found


def snapshot(env: ManagerBasedRLEnv, observations: dict[str, torch.Tensor]) -> dict:
    """What is observed, and what the simulator has."""
    return {
        "groups": {name: terms_of(env, name, values) for name, values in observations.items()},
        "solver": solver_values(env),
        "gains": gains(env),
    }


def main(task: str, path: str, settings: str) -> None:
    """Run the task on the CPU and save the measurements.

    Args:
        task: Name of the task.
        path: File to write.
        settings: JSON of ``friction_range``, ``num_envs``, and ``evaluation``: whether the task is in evaluation mode.
    """
    given = json.loads(settings)
    overrides = [f"env.friction_range={given['friction_range']}", f"env.scene.num_envs={given['num_envs']}"]
    env_cfg, _ = resolve_task_config(task, None, overrides=overrides)
    if given["evaluation"]:
        env_cfg.evaluation_mode()
    env_cfg.sim.device = "cpu"
    env_cfg.seed = 0
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env: Any = gym.make(task, cfg=env_cfg).unwrapped
        env.reset(seed=0)
        actions = torch.zeros(env.num_envs, env.action_manager.total_action_dim)
        for _ in range(25):
            observations, *_ = env.step(actions)
        first = snapshot(env, observations)
        env.reset(seed=1)
        observations, *_ = env.step(actions)
        torch.save({"first": first, "second": snapshot(env, observations)}, path)
        env.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
