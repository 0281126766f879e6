# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the velocity tasks: sizes, PPO's settings and budgets are those of Isaac Lab's own agents."""

from dataclasses import fields

from isaaclab_rl.rsl_rl import RslRlOnPolicyRunnerCfg

from tsra_lab.agents import AgentSuite
from tsra_lab.configs import MLPModelCfg, PolicyHeadCfg, PPOCfg, RNNModelCfg

NAMES_OF_CLASSES = {"class_name", "rnd_cfg", "symmetry_cfg"}
"""Settings of Isaac Lab's PPO that say which algorithm it is, rather than how it learns."""


def suite_like(experiment: str, stock: RslRlOnPolicyRunnerCfg) -> AgentSuite:
    """Agents for the task of one of Isaac Lab's own.

    Encoders have the layers of the stock actor, the head on their embedding the last two of them, the critic those of
    the stock critic.

    Args:
        experiment: Beginning of the experiments' names.
        stock: Isaac Lab's agent of the task.

    Returns:
        The suite.
    """
    layers = list(stock.actor.hidden_dims)
    activation = stock.actor.activation
    settings = {field.name for field in fields(PPOCfg)} - NAMES_OF_CLASSES
    return AgentSuite(
        experiment=experiment,
        teacher_encoder=MLPModelCfg(hidden_dims=layers, activation=activation),
        student_encoder=MLPModelCfg(hidden_dims=layers, activation=activation),
        student_encoder_with_memory=RNNModelCfg(
            hidden_dims=layers[-2:], activation=activation, rnn_type="gru", rnn_hidden_dim=256, rnn_num_layers=1
        ),
        head=PolicyHeadCfg(
            hidden_dims=layers[-2:],
            activation=activation,
            distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=stock.actor.distribution_cfg.init_std),
        ),
        critic=MLPModelCfg(hidden_dims=list(stock.critic.hidden_dims), activation=stock.critic.activation),
        # what the robot measures tells teacher and student the same, and needs no room in the embedding
        shared=["onboard"],
        hidden=["surroundings"],
        onboard_with_memory=["present"],
        shared_with_memory=["present"],
        ppo={name: getattr(stock.algorithm, name) for name in settings},
        num_steps_per_env=stock.num_steps_per_env,
        max_iterations=stock.max_iterations,
        save_interval=stock.save_interval,
    )
