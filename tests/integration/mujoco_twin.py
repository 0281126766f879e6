# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A task in Isaac Lab and in plain MuJoCo side by side: the same states are read and stepped in both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from rsl_rl.env import VecEnv

from tsra_deploy.contract import LAST_ACTION
from tsra_lab.export import assemble_inputs
from tsra_lab.export.isaac_lab import deployment_contract
from tsra_sim2sim import WORLDS
from tsra_sim2sim.world import TIME_OUT, World


@dataclass
class Differences:
    """How far the two simulators are apart."""

    readings: dict[str, np.ndarray] = field(default_factory=dict)
    """Absolute differences of noiseless readings of the same states, by term. Shapes are (num_comparisons, ...)."""

    states: dict[str, np.ndarray] = field(default_factory=dict)
    """Absolute differences of the states after one control step from the same ones. Shapes as above."""

    outcomes: list[str] = field(default_factory=list)
    """Outcomes, each the same in both."""


class Twin:
    """The world in MuJoCo, commanded with Isaac Lab's raw actions."""

    def __init__(self, env: VecEnv, task: str, groups: list[str]) -> None:
        """Build it from the environment's contract and configuration, as the files would hold them.

        Args:
            env: Isaac Lab environment in rsl_rl's wrapper.
            task: Name of the task.
            groups: Observation groups of the student.
        """
        recorded = {name: tensor.numpy() for name, tensor in assemble_inputs(env.get_observations(), groups).items()}
        contract = deployment_contract(env, groups, recorded, task, {"name": "twin", "iteration": 0, "git": []}, {})
        self.world: World = WORLDS[task](contract, json.loads(json.dumps(env.unwrapped.cfg.to_dict(), default=str)))
        actions = contract["actions"]
        self._scale, self._offset = (
            np.array([x for item in actions for x in item[key]]) for key in ("scale", "offset")
        )
        bounds = [item["clip"] or [(-np.inf, np.inf)] * len(item["targets"]) for item in actions]
        self._low, self._high = np.concatenate(bounds).T

    def step(self, action: torch.Tensor) -> None:
        """Step by a raw action of shape (num_actions,)."""
        self.world.step(np.clip(action.numpy() * self._scale + self._offset, self._low, self._high))


def compare_worlds(
    env: VecEnv, task: str, groups: list[str], act: Callable[[], torch.Tensor], num_steps: int, num_compared: int = 8
) -> Differences:
    """Drive in Isaac Lab; read each state in MuJoCo too, and step from it with the same action.

    Args:
        env: Isaac Lab environment in rsl_rl's wrapper, just reset.
        task: Name of the task.
        groups: Observation groups of the student.
        act: Gives raw actions of shape (num_envs, num_actions).
        num_steps: Number of control steps.
        num_compared: Number of environments that are compared.

    Returns:
        The differences.
    """
    base = env.unwrapped
    twin = Twin(env, task, groups)
    world = twin.world
    found = Differences()
    begun = torch.zeros(env.num_envs, dtype=torch.bool)
    for _ in range(num_steps):
        seen, before, action = _readings(base, groups), initial_state(base), act()
        *_, dones, _ = env.step(action)
        after = initial_state(base)
        for index in range(num_compared):
            if begun[index]:  # the image is still that of the episode before: Isaac Lab renders at the next step
                continue
            world.reset({name: values[index] for name, values in before.items()})
            for name, reading in world.observe().items():
                found.readings.setdefault(name, []).append(np.abs(reading - seen[name][index]))
            twin.step(action[index])
            outcome = world.outcome()
            if dones[index]:  # what came after belongs to the next episode
                terms = base.termination_manager
                fired = [name for name in terms.active_terms if terms.get_term(name)[index]]
                assert (outcome or TIME_OUT) in fired, f"Isaac Lab ended by {fired}, MuJoCo by {outcome}"
                found.outcomes.append(outcome or TIME_OUT)
                continue
            assert outcome is None, f"MuJoCo alone ended by {outcome}"
            for name, values in world.state().items():
                found.states.setdefault(name, []).append(np.abs(values - after[name][index]))
        begun = dones.bool()
    found.readings, found.states = (
        {name: np.array(values) for name, values in group.items()} for group in (found.readings, found.states)
    )
    return found


def initial_state(base: object) -> dict[str, np.ndarray]:
    """The simulator's state, by the names of the task's ``initial_state``."""
    return {name: values.cpu().numpy().copy() for name, values in base.cfg.initial_state(base).items()}


def _readings(base: object, groups: list[str]) -> dict[str, np.ndarray]:
    """What the terms give without noise, clip and scale, by name."""
    readings = {}
    for group in groups:
        for name in base.observation_manager.active_terms[group]:
            if name != LAST_ACTION:
                term = getattr(getattr(base.observation_manager.cfg, group), name)
                readings[name] = term.func(base, **term.params).cpu().numpy().copy()
    return readings
