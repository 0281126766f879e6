# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A recording of what a student's sensors read and what its robot was commanded, seen inside of the simulator."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel

from isaaclab.actuators import ActuatorBase, ImplicitActuatorCfg
from isaaclab.actuators.newton import read_group_parameter
from isaaclab.envs import mdp
from isaaclab.utils.noise import NoiseCfg, NoiseModelCfg

from ..parity import record_inputs
from ..replay import COMMANDED, COMMANDS, JOINT_NAMES, LAG, LIVE, PROCESSED, READING, UNSTEADY

LIVE_VALUES = {"stiffness": "joint_stiffness", "damping": "joint_damping", "default_position": "default_joint_pos"}
"""What the simulator holds of joints, by the contract's names."""


def record_run(
    env: VecEnv,
    policy: MLPModel,
    groups: list[str],
    num_steps: int,
    num_envs: int,
    on_step: Callable[[int], None] | None = None,
) -> dict[str, np.ndarray]:
    """Record a student that acts, from raw sensor readings to the commands that the robot receives.

    Args:
        env: Manager-based Isaac Lab environment in rsl_rl's wrapper.
        policy: Student, an rsl_rl model.
        groups: Observation groups that it sees, in order.
        num_steps: Number of environment steps.
        num_envs: Number of environments that are recorded, the first ones.
        on_step: Called with the number of each step.

    Returns:
        Arrays as :func:`tsra_lab.export.record_inputs` gives them, and those that :mod:`tsra_lab.export.replay` needs.

    Raises:
        ValueError: If the environment has no managers.
    """
    base = env.unwrapped
    if not hasattr(base, "observation_manager"):
        raise ValueError(
            "Only manager-based environments can be exported: what a robot must know is read from managers."
        )
    with _watching(base, groups) as witness:
        recorded = record_inputs(env, policy, groups, num_steps, env.cfg.seed, num_envs, witness, on_step)
    return recorded | _live_values(base)


@contextmanager
def _watching(base: Any, groups: list[str]) -> Generator[_Witness]:
    """Context in which a witness sees what terms read and what they command; it changes nothing for longer."""
    manager, actions = base.observation_manager, base.action_manager
    witness = _Witness(base, groups)
    # Isaac Lab has no public place between noise and clip
    cfgs = [cfg for group in groups for cfg in manager._group_obs_term_cfgs[group]]
    noises = [cfg.noise for cfg in cfgs]
    terms = [actions.get_term(name) for name in actions.active_terms]
    try:
        names = [name for group in groups for name in manager.active_terms[group]]
        for name, cfg, noise in zip(names, cfgs, noises, strict=True):
            # the robot's own last action has no noise
            cfg.noise = None if cfg.func is mdp.last_action else NoiseCfg(func=witness.reader(name, noise))
        for name, term in zip(actions.active_terms, terms, strict=True):
            term.process_actions = witness.after(term.process_actions, lambda name=name: witness.see_processed(name))
        actions.apply_action = witness.after(actions.apply_action, witness.see_commanded)
        yield witness
    finally:
        for cfg, noise in zip(cfgs, noises, strict=True):
            cfg.noise = noise
        for term in terms:
            vars(term).pop("process_actions", None)
        vars(actions).pop("apply_action", None)


class _Witness:
    """Sees readings after noise, and before clip, scale, delay and history; and targets as they are set."""

    def __init__(self, base: Any, groups: list[str]) -> None:
        """Look up delays and the robot.

        Args:
            base: Manager-based Isaac Lab environment.
            groups: Observation groups that the student sees.
        """
        manager = base.observation_manager
        self._base = base
        self._robot = _robot_of(base)
        self._delays = {
            name: buffer for group in groups for name, buffer in manager._group_obs_term_delay_buffer[group].items()
        }
        self._past = {name: deque(maxlen=buffer.history_length + 1) for name, buffer in self._delays.items()}
        self._age = torch.zeros(base.num_envs, dtype=torch.int, device=base.device)
        self._readings: dict[str, torch.Tensor] = {}
        self._targets: dict[str, torch.Tensor] = {}
        self._applied = False

    def reader(self, name: str, noise: NoiseCfg | NoiseModelCfg | None) -> Callable:
        """Noise that is what it was, and tells what comes of it."""

        def read(values: torch.Tensor, _: NoiseCfg) -> torch.Tensor:
            if isinstance(noise, NoiseCfg):
                values = noise.func(values, noise)
            elif noise is not None and noise.func is not None:
                values = noise.func(values)
            self._readings[name] = values.clone()
            return values

        return read

    @staticmethod
    def after(call: Callable, look: Callable[[], None]) -> Callable:
        """A call that is looked at afterwards."""

        def called(*args: Any) -> None:
            call(*args)
            look()

        return called

    def readings(self, first: torch.Tensor) -> dict[str, torch.Tensor]:
        """Readings as late as the simulator's observations are, and how late that is."""
        self._age = torch.where(first.to(self._age.device), 0, self._age + 1)
        seen = {}
        for name, values in self._readings.items():
            if name in self._delays:
                past, lags = self._past[name], self._delays[name].time_lags
                past.appendleft(values)
                # until enough is there, the oldest of the episode
                back = torch.minimum(lags, self._age).long()
                values = torch.stack(list(past))[back, torch.arange(len(values), device=values.device)]
                seen[f"{LAG}/{name}"] = lags.clone()
            seen[f"{READING}/{name}"] = values
        self._applied = False
        return seen

    def see_processed(self, name: str) -> None:
        """Keep what an action term made of its actions."""
        self._targets[f"{PROCESSED}/{name}"] = self._base.action_manager.get_term(name).processed_actions.clone()

    def see_commanded(self) -> None:
        """Keep what the robot's joints are commanded first in a control period, and by how much that changes later."""
        if not hasattr(self._robot, "joint_names"):
            return
        for command in COMMANDS:
            values = getattr(self._robot.actuators.target_command, command).torch.clone()
            if not self._applied:
                self._targets[f"{COMMANDED}/{command}"] = values
                self._targets[f"{UNSTEADY}/{command}"] = torch.zeros_like(values)
            else:
                change = (values - self._targets[f"{COMMANDED}/{command}"]).abs()
                unsteady = self._targets[f"{UNSTEADY}/{command}"]
                self._targets[f"{UNSTEADY}/{command}"] = torch.maximum(unsteady, change)
        self._applied = True

    def targets(self) -> dict[str, torch.Tensor]:
        """Targets of the step that was just taken."""
        return self._targets


def _robot_of(base: Any) -> Any:
    """The robot that the first action term moves."""
    return base.action_manager.get_term(base.action_manager.active_terms[0])._asset


def _live_values(base: Any) -> dict[str, np.ndarray]:
    """Names of the joints, and what all environments' simulators hold of them alike; NaN where they differ."""
    robot = _robot_of(base)
    if not hasattr(robot, "joint_names"):
        return {}
    values = {name: getattr(robot.data, source).torch.clone() for name, source in LIVE_VALUES.items()}
    for group, cfg in robot.cfg.actuators.items():
        if not isinstance(cfg, ImplicitActuatorCfg):  # it holds its gains itself, and the solver has none
            indices, _ = robot.find_joints(cfg.joint_names_expr)
            for name, parameter in (("stiffness", "kp"), ("damping", "kd")):
                values[name][:, indices] = _explicit_gains(robot.actuators, group, name, parameter)
    alike = {
        f"{LIVE}/{name}": torch.where((held == held[0]).all(dim=0), held[0], torch.nan).cpu().numpy()
        for name, held in values.items()
    }
    return alike | {JOINT_NAMES: np.array(robot.joint_names)}


def _explicit_gains(actuators: Any, group: str, name: str, parameter: str) -> torch.Tensor | float:
    """Gains that an explicit actuator holds: Isaac Lab's by name, Newton's by its parameter; NaN if it has none."""
    if isinstance(actuators[group], ActuatorBase):
        held = getattr(actuators[group], name, None)
        return held if isinstance(held, torch.Tensor) else torch.nan
    try:
        return read_group_parameter(actuators, group, "controller", parameter)
    except ValueError:  # a network
        return torch.nan
