# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A force along the rail, drawn for each episode, pushes the cart. The student must find out from what happens."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch

from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import EventTermCfg, ObservationGroupCfg, ObservationTermCfg, SceneEntityCfg
from isaaclab.utils import configclass
from isaaclab.utils.noise import GaussianNoiseCfg
from isaaclab_tasks.core.cartpole import mdp
from isaaclab_tasks.core.cartpole.cartpole_manager_env_cfg import CartpoleEnvCfg, EventCfg

from tsra_lab.configs import OnboardTermCfg
from tsra_lab.hooks import TaskHooks

LARGEST_FORCE = 50.0
"""Largest force on the cart [N]. The motor's own is 100 N for an action of 1."""


def push_cart(env: ManagerBasedRLEnv, env_ids: torch.Tensor | slice, largest: float, asset_cfg: SceneEntityCfg) -> None:
    """Event: push the cart along the rail, steadily, until the next reset.

    Args:
        env: Environment.
        env_ids: Environments that are reset, as indices or a slice.
        largest: Largest force [N].
        asset_cfg: The cart.
    """
    forces = torch.empty(env.num_envs, 1, device=env.device)[env_ids]  # all of them come as a slice
    write_force(env, env_ids, forces.uniform_(-largest, largest), asset_cfg)


def write_force(
    env: ManagerBasedRLEnv, env_ids: torch.Tensor | slice, force: torch.Tensor, asset_cfg: SceneEntityCfg
) -> None:
    """Set the force on the cart.

    Args:
        env: Environment.
        env_ids: Environments, as indices or a slice.
        force: Force along the rail [N]. Shape is (number of these environments, 1).
        asset_cfg: The cart.
    """
    forces = torch.zeros(len(force), 1, 3, device=env.device)
    forces[..., 1] = force
    env.scene[asset_cfg.name].permanent_wrench_composer.set_forces_and_torques_index(
        forces=forces, torques=torch.zeros_like(forces), body_ids=asset_cfg.body_ids, env_ids=env_ids
    )


@contextmanager
def another_push(env: ManagerBasedRLEnv) -> Iterator[torch.Tensor]:
    """Push every cart by another force: what was measured so far stays as it is.

    Args:
        env: Environment.

    Yields:
        Which environments have another force: all. Shape is (num_envs,).
    """
    push = env.event_manager.get_term_cfg("push").params
    present = force_on_cart(env, push["asset_cfg"]).clone()
    push_cart(env, slice(None), **push)
    try:
        yield torch.ones(env.num_envs, dtype=torch.bool, device=env.device)
    finally:
        write_force(env, slice(None), present, push["asset_cfg"])


def force_on_cart(env: ManagerBasedRLEnv, asset_cfg: SceneEntityCfg) -> torch.Tensor:
    """Observation: the force along the rail [N], of shape (num_envs, 1)."""
    forces = env.scene[asset_cfg.name].permanent_wrench_composer.out_force_b.torch
    return forces[:, asset_cfg.body_ids, 1]


@configclass
class ObservationsCfg:
    """What teacher and student see."""

    @configclass
    class PrivilegedCfg(ObservationGroupCfg):
        """The state, and the force."""

        joint_pos = ObservationTermCfg(func=mdp.joint_pos_rel)
        joint_vel = ObservationTermCfg(func=mdp.joint_vel_rel)
        force = ObservationTermCfg(
            func=force_on_cart, params={"asset_cfg": SceneEntityCfg("robot", body_names=["cart"])}
        )

    @configclass
    class OnboardCfg(ObservationGroupCfg):
        """What the robot measures; one sample, for a student that remembers."""

        enable_corruption = True

        joint_pos = OnboardTermCfg(
            func=mdp.joint_pos_rel,
            noise=GaussianNoiseCfg(std=0.005),
            unit="m, rad",
            frame="joints in the robot's order",
        )
        joint_vel = OnboardTermCfg(
            func=mdp.joint_vel_rel,
            noise=GaussianNoiseCfg(std=0.02),
            unit="m/s, rad/s",
            frame="joints in the robot's order",
        )
        last_action = OnboardTermCfg(func=mdp.last_action, unit="1", frame="share of 100 N along the rail")

    @configclass
    class HistoryCfg(OnboardCfg):
        """The same, eight samples long, for a student that does not."""

        history_length = 8

    privileged: PrivilegedCfg = PrivilegedCfg()
    onboard: HistoryCfg = HistoryCfg()
    present: OnboardCfg = OnboardCfg()


@configclass
class PushedCartCfg(EventCfg):
    """Events of the cart-pole, and the push."""

    push = EventTermCfg(
        func=push_cart,
        mode="reset",
        params={"largest": LARGEST_FORCE, "asset_cfg": SceneEntityCfg("robot", body_names=["cart"])},
    )


@configclass
class HiddenForceEnvCfg(TaskHooks, CartpoleEnvCfg):
    """Isaac Lab's cart-pole with a hidden force."""

    observations: ObservationsCfg = ObservationsCfg()
    events: PushedCartCfg = PushedCartCfg()

    def initial_state(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """All that tells the present episodes' beginnings: policies that are watched side by side begin alike.

        Args:
            env: Environment of this configuration.

        Returns:
            ``joint_pos`` [m, rad] and ``joint_vel`` [m/s, rad/s] of cart and pole, of shape (num_envs, 2); ``force`` on
            the cart [N], of shape (num_envs, 1).
        """
        robot, cart = env.scene["robot"].data, env.event_manager.get_term_cfg("push").params["asset_cfg"]
        return {
            "joint_pos": robot.joint_pos.torch,
            "joint_vel": robot.joint_vel.torch,
            "force": force_on_cart(env, cart),
        }

    def resampled_hidden_state(self, env: ManagerBasedRLEnv) -> AbstractContextManager[torch.Tensor]:
        """Redraw what no onboard sensor tells, the force, for as long as the context lasts.

        Args:
            env: Environment of this configuration.

        Returns:
            Context that yields which environments were redrawn, of shape (num_envs,), and puts the forces back.
        """
        return another_push(env)
