# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Step ``TSRA-OpenDrawer-Franka`` and save what happened: ``python franka_rollout.py FILE``.

It is a process of its own, because ``ISAACSIM_ASSET_ROOT`` is read when Isaac Lab is imported.
"""

from __future__ import annotations

import argparse
import sys

import gymnasium as gym
import torch

from isaaclab.app import launch_simulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import SceneEntityCfg
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_tasks.open_drawer import mdp
from tsra_tasks.open_drawer.open_drawer_env_cfg import SUCCESS_OPENING

TASK = "TSRA-OpenDrawer-Franka"
NUM_ENVS = 4


def observe_start(env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
    """Observations of a new episode, and where robot and cabinet are."""
    observations, _ = env.reset(seed=0)
    robot, cabinet = env.scene["robot"], env.scene["cabinet"]
    hand = robot.body_names.index("panda_hand")
    return {
        **{name: group.clone() for name, group in observations.items()},
        "hand_pose": robot.data.body_link_pose_w.torch[:, hand].clone(),
        "cabinet_pose": cabinet.data.root_link_pose_w.torch.clone(),
        "fingers": robot.data.joint_pos.torch[:, robot.find_joints("panda_finger_joint.*")[0]].clone(),
    }


def move(env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
    """Motion of the gripper's point [m] under an action along each axis, of shape (3, num_envs, 3).

    It is measured from where the point gets without actions: at first the hand turns to its tilt, which takes 20 steps.
    """
    parts = env.cfg.arm_and_cabinet
    hand = parts.hand
    hand.resolve(env.scene)
    ends = []
    for direction in torch.cat([torch.zeros(1, 4), 0.5 * torch.eye(3, 4)]):
        env.reset(seed=0)
        for step in range(26):
            env.step((direction * (step >= 20)).expand(NUM_ENVS, 4))
        ends.append(mdp.point_on_body(env, hand, parts.gripper_offset))
    return {"motions": torch.stack(ends[1:]) - ends[0]}


def succeed(env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
    """Which episodes end when the drawers of every second environment are put open far enough."""
    env.reset(seed=0)
    cabinet = env.scene["cabinet"]
    openings = torch.full((NUM_ENVS, 1), SUCCESS_OPENING - 0.01)
    openings[::2] += 0.02
    cabinet.write_joint_position_to_sim_index(position=openings, joint_ids=cabinet.find_joints("drawer_top_joint")[0])
    return {"terminated": env.step(torch.zeros(NUM_ENVS, 4))[2].clone()}


def turn_to_bar(env: ManagerBasedRLEnv, hand: SceneEntityCfg, handle: SceneEntityCfg) -> torch.Tensor:
    """Angle about the vertical that the hand lacks for its fingers to open along the bar's normal [rad]."""
    parts = env.cfg.arm_and_cabinet
    (now, wanted) = (
        (mdp.body_pose(env, body)[1] @ torch.tensor(axis))[:, :2]
        for body, axis in ((hand, parts.opening), (handle, parts.hooked_opening))
    )
    return (now[:, 0] * wanted[:, 1] - now[:, 1] * wanted[:, 0]) / (now.norm(dim=-1) * wanted.norm(dim=-1))


def pull(env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
    """How far the drawers open when a finger goes behind the bar from above and is moved out of the front."""
    env.reset(seed=0)
    parts, cabinet = env.cfg.arm_and_cabinet, env.scene["cabinet"]
    hand, handle = parts.hand, parts.handle
    hand.resolve(env.scene)
    handle.resolve(env.scene)
    (drawer,), _ = cabinet.find_joints("drawer_top_joint")
    for step in range(80):
        error = mdp.point_on_body(env, handle, parts.hooked) - mdp.point_on_body(env, hand, parts.gripper_offset)
        above = error[:, :2].norm(dim=-1) > 0.02
        error[:, 2] += torch.where(above | (step < 15), 0.07, 0.0)
        turn = 10.0 * turn_to_bar(env, hand, handle)
        env.step(torch.cat([30.0 * error, turn[:, None]], dim=-1).clamp(-1.0, 1.0))
    before = cabinet.data.joint_pos.torch[:, drawer].clone()
    hidden = env.cfg.step_metrics(env)["handle_hidden"]
    for _ in range(15):
        _, rotation = mdp.body_pose(env, handle)
        action = torch.cat([rotation[:, :, 0], torch.zeros(NUM_ENVS, 1)], dim=-1)
        action[:, 2] = -0.3
        env.step(action)
    return {"opened": cabinet.data.joint_pos.torch[:, drawer] - before, "hidden": hidden}


def main(path: str) -> None:
    """Run the task on the CPU and save the measurements.

    Args:
        path: File to write.
    """
    env_cfg, _ = resolve_task_config(TASK, None, overrides=[])
    env_cfg.scene.num_envs = NUM_ENVS
    env_cfg.sim.device = "cpu"
    # coarser steps of the physics than the task's, to save time
    env_cfg.sim.dt *= 5
    env_cfg.decimation //= 5
    env_cfg.seed = 0
    for group in (env_cfg.observations.onboard, env_cfg.observations.image):
        group.enable_corruption = False
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg).unwrapped
        measured = {**observe_start(env), **move(env), **succeed(env), **pull(env)}
        measured["origins"] = env.scene.env_origins
        torch.save(measured, path)
        env.close()


if __name__ == "__main__":
    main(sys.argv[1])
