# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What all worlds share: a MuJoCo model at the contract's times, sensors by name, and how a control step goes."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import mujoco
import numpy as np

from tsra_deploy.contract import SENSOR

TIME_OUT = "time_out"
"""Outcome of an episode that nothing else ended."""

MODELS = Path(__file__).with_name("mjcf")
"""Folder of the robots' models."""


class WorldError(ValueError):
    """A policy asks for what the world does not have."""


class World(ABC):
    """One robot in one task.

    Lengths are in metres, angles in radians, times in seconds; the world frame is the task's environment frame.
    """

    task: ClassVar[str]
    """Name of the task in Isaac Lab."""

    targets: ClassVar[tuple[str, ...]]
    """Names of the commands that the robot takes, in the order of :meth:`step`."""

    def __init__(self, contract: dict, env_cfg: dict, substeps: int = 1) -> None:
        """Build the model at the contract's times; subclasses then name their sensors by :meth:`add_sensors`.

        Args:
            contract: The policy's contract.
            env_cfg: Configuration of the task's environment, from the file of initial states.
            substeps: Physics steps for each one in Isaac Lab; more integrate more finely.

        Raises:
            WorldError: If the policy is for another task or another robot, or the task delays images or actions.
        """
        if contract["task"] != self.task:
            raise WorldError(f"The policy was trained on {contract['task']}; this world is that of {self.task}.")
        commanded = tuple(target for action in contract["actions"] for target in action["targets"])
        if commanded != self.targets:
            raise WorldError(f"The policy commands {commanded}; the robot of {self.task} takes {self.targets}.")
        _check_promptness(contract, env_cfg)
        self.model = self.build(env_cfg)
        self.model.opt.timestep = contract["timing"]["physics_dt_s"] / substeps
        self.model.opt.gravity[:] = env_cfg["sim"]["gravity"]
        self.data = mujoco.MjData(self.model)
        self.max_steps = math.ceil(env_cfg["episode_length_s"] / contract["timing"]["control_period_s"])
        """Number of control steps after which an episode is over."""
        self.control_period: float = contract["timing"]["control_period_s"]
        """Duration of a control step [s]."""
        self.decimation: int = contract["timing"]["decimation"] * substeps
        """Number of physics steps in a control step."""
        terms = [term for item in contract["inputs"] for term in item["terms"]]
        self._terms = [term["name"] for term in terms if term["source"] == SENSOR]
        self._sensors: dict[str, Callable[[], np.ndarray]] = {}

    def add_sensors(self, **sensors: Callable[[], np.ndarray]) -> None:
        """Name the world's sensors and check that they are all that the policy observes.

        Args:
            sensors: Reading of each observation term, in its shape and units, without noise.

        Raises:
            WorldError: If the policy observes something else.
        """
        self._sensors = sensors
        unknown = [name for name in self._terms if name not in sensors]
        if unknown:
            raise WorldError(
                f"The policy observes {', '.join(unknown)}, which no sensor of {self.task} reads. A student is needed:"
                f" its sensors are {', '.join(sensors)}."
            )

    def observe(self) -> dict[str, np.ndarray]:
        """Read the sensors that the policy's contract names, without noise.

        Returns:
            Arrays of the contract's shapes, by the term's name; all that sensors read.
        """
        return {name: self._sensors[name]() for name in self._terms}

    def step(self, targets: np.ndarray) -> None:
        """Advance by a control period.

        Args:
            targets: Commands in physical units, as :attr:`targets` names them. Shape is (num_targets,).
        """
        self.receive(targets)
        for _ in range(self.decimation):
            self.actuate()
            mujoco.mj_step(self.model, self.data)
            self.watch()
        mujoco.mj_forward(self.model, self.data)

    def reset(self, state: Mapping[str, np.ndarray]) -> None:
        """Begin an episode.

        Args:
            state: Initial state, by the names that the task's ``initial_state`` gives.
        """
        mujoco.mj_resetData(self.model, self.data)
        self.place(state)
        mujoco.mj_forward(self.model, self.data)

    @abstractmethod
    def build(self, env_cfg: dict) -> mujoco.MjModel:
        """Build the model of robot and world; its times and gravity are set afterwards.

        Args:
            env_cfg: Configuration of the task's environment.

        Returns:
            The model.
        """

    @abstractmethod
    def place(self, state: Mapping[str, np.ndarray]) -> None:
        """Write an initial state into the simulator.

        Args:
            state: As :meth:`reset` takes it.
        """

    @abstractmethod
    def state(self) -> dict[str, np.ndarray]:
        """What moves, for comparison with the other simulator.

        Returns:
            New arrays, by the names and in the shapes that :meth:`place` takes.
        """

    @abstractmethod
    def receive(self, targets: np.ndarray) -> None:
        """Take the commands of a control step, before its first physics step.

        Args:
            targets: As :meth:`step` takes them.
        """

    @abstractmethod
    def actuate(self) -> None:
        """Turn the commands into controls or forces; called before each physics step."""

    def watch(self) -> None:  # noqa: B027
        """Look at what a physics step did; called after each, while its contact forces are still there."""

    def between_steps(self, random: np.random.Generator) -> None:  # noqa: B027
        """Let happen what the task draws anew within an episode; called where a control step ended none.

        Args:
            random: Source of randomness.
        """

    @abstractmethod
    def outcome(self) -> str | None:
        """What ended the episode.

        Returns:
            Name of the task's termination term; None while the episode goes on.
        """


def _check_promptness(contract: dict, env_cfg: dict) -> None:
    """Refuse latencies of images and actions, which no world here has; sensors are late by :class:`SensorDelays`."""
    observations = env_cfg["observations"]
    groups = {term["group"] for item in contract["inputs"] for term in item["terms"]}
    terms = [(name, cfg) for group in groups for name, cfg in observations[group].items() if isinstance(cfg, dict)]
    late = [name for name, cfg in terms if any(cfg["params"].get("latency_steps", ()))]
    late += [name for name, cfg in env_cfg["actions"].items() if cfg.get("latency_steps")]
    if late:
        raise WorldError(f"The task delays {', '.join(late)}; record the initial states without latency.")
