# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a task declares once for the agents of all methods."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gymnasium

from isaaclab.utils import replace
from isaaclab_rl.rsl_rl import RslRlBaseRunnerCfg

from tsra_lab.configs import CNNModelCfg, MLPModelCfg, PolicyHeadCfg, RNNModelCfg

from .methods import METHODS, Method

_SUITES: dict[str, AgentSuite] = {}
"""Suites of the registered tasks."""

DISTILLED_STD = 0.1
"""Standard deviation of a distilled student's actions, unless the suite says otherwise."""


@dataclass(frozen=True, kw_only=True)
class AgentSuite:
    """Models, observation groups, settings and budget of a task, for a fair comparison the same for all methods.

    :meth:`register` registers a task with an agent for each row of :data:`tsra_lab.agents.METHODS`. Tasks that have
    much in common derive their suites from one by :func:`dataclasses.replace`.
    """

    experiment: str
    """Beginning of the experiments' names, which the methods complete."""

    teacher_encoder: MLPModelCfg | CNNModelCfg
    """Encoder of the privileged groups. Encoders have no distribution."""

    student_encoder: MLPModelCfg | CNNModelCfg | RNNModelCfg
    """Encoder of the onboard groups."""

    student_encoder_with_memory: CNNModelCfg | RNNModelCfg | None = None
    """Encoder of the onboard groups that remembers; None for no such agent."""

    head: PolicyHeadCfg
    """Policy on the embedding, with a distribution."""

    critic: MLPModelCfg | CNNModelCfg
    """Value function on the privileged groups."""

    teacher_policy: MLPModelCfg | CNNModelCfg | None = None
    """Policy on the privileged groups, without an embedding; by default the encoder with the head's distribution."""

    student_policy: MLPModelCfg | CNNModelCfg | None = None
    """Policy on the onboard groups, without an embedding; by default the encoder with the head's distribution."""

    distilled_policy: MLPModelCfg | CNNModelCfg | None = None
    """Student of a plain teacher; by default :attr:`student_policy` with a standard deviation of 0.1."""

    privileged: list[str] = field(default_factory=lambda: ["privileged"])
    """Observation groups of the teacher and the critic."""

    onboard: list[str] = field(default_factory=lambda: ["onboard"])
    """Observation groups of the student."""

    shared: list[str] = field(default_factory=list)
    """Those of the onboard groups that the policy head of TSRA takes beside the embedding, for teacher and student."""

    onboard_with_memory: list[str] | None = None
    """Observation groups of a student that remembers, which needs no history; :attr:`onboard` if None."""

    shared_with_memory: list[str] | None = None
    """Those of them that are shared; :attr:`shared` if None."""

    hidden: list[str] | None = None
    """Observation groups of the encoder of TSRA's teacher, where something is shared; the privileged ones if None."""

    ppo: dict[str, Any] = field(default_factory=dict)
    """Settings of PPO, of all methods that learn by it (:class:`tsra_lab.configs.PPOCfg`)."""

    render_interval: int = 1
    """The onboard camera renders at one of so many steps, for methods that need it for their pairs alone."""

    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Settings of a method's own, by the method's key."""

    num_steps_per_env: int = 24
    """Steps of a rollout."""

    max_iterations: int
    """Iterations of every method that learns by PPO."""

    save_interval: int = 25
    """Iterations between checkpoints."""

    evaluation_interval: int = 0
    """Iterations between evaluations during training; 0 for none."""

    distillation_iterations: int = 100
    """Iterations of the distillation of a plain teacher."""

    aligned_distillation_iterations: int = 50
    """Iterations of the distillation of an aligned teacher."""

    def with_memory(self) -> AgentSuite:
        """The suite of methods whose student remembers: encoder and groups are those with memory."""
        return dataclasses.replace(
            self,
            student_encoder=self.student_encoder_with_memory,
            student_policy=None,
            distilled_policy=None,
            onboard=self.onboard if self.onboard_with_memory is None else self.onboard_with_memory,
            shared=self.shared if self.shared_with_memory is None else self.shared_with_memory,
        )

    def policy(self, name: str) -> MLPModelCfg | CNNModelCfg:
        """Model of a policy without an embedding.

        Args:
            name: ``teacher``, ``student`` or ``distilled``.

        Returns:
            The model that the suite gives, or its default.
        """
        if (given := getattr(self, f"{name}_policy")) is not None:
            return given
        if name == "distilled":
            student = self.policy("student")
            return replace(student, distribution_cfg=replace(student.distribution_cfg, init_std=DISTILLED_STD))
        return replace(getattr(self, f"{name}_encoder"), distribution_cfg=self.head.distribution_cfg)

    def run(self, method: Method) -> dict[str, Any]:
        """Name and budget of a method's runs.

        Args:
            method: The method.

        Returns:
            Fields of a runner's configuration.
        """
        return {
            "experiment_name": f"{self.experiment}_{method.experiment}",
            "num_steps_per_env": self.num_steps_per_env,
            "max_iterations": self.max_iterations,
            "save_interval": self.save_interval,
        }

    def agent(self, method: str) -> RslRlBaseRunnerCfg:
        """Agent of a method.

        Args:
            method: Key of the method.

        Returns:
            A new configuration.
        """
        row = METHODS[method]
        return row.build(self.with_memory() if row.memory else self, row)

    def register(
        self, task: str, env_cfg_entry_point: str, entry_point: str = "isaaclab.envs:ManagerBasedRLEnv"
    ) -> None:
        """Register a task with Gymnasium, with an agent for each method.

        Args:
            task: Name of the task.
            env_cfg_entry_point: The environment's configuration, as ``module:class``.
            entry_point: The environment, as ``module:class``.

        Raises:
            ValueError: If the suite has settings of methods that do not exist.
        """
        if unknown := self.settings.keys() - METHODS.keys():
            raise ValueError(
                f"The suite of '{task}' has settings of {', '.join(sorted(unknown))}. Methods: {', '.join(METHODS)}."
            )
        gymnasium.register(
            id=task,
            entry_point=entry_point,
            disable_env_checker=True,
            kwargs={"env_cfg_entry_point": env_cfg_entry_point, "default_agent": "rsl_rl"},
        )
        _SUITES[task] = self
        for method in METHODS.values():
            self._add_agent(task, method)

    def _add_agent(self, task: str, method: Method) -> None:
        """Give a registered task the agent of a method, unless the suite has no models for it."""
        if not method.memory or self.student_encoder_with_memory is not None:
            gymnasium.spec(task).kwargs[method.agent_key] = self._entry_point(method)

    def _entry_point(self, method: Method) -> Callable[[], RslRlBaseRunnerCfg]:
        """A function that makes a method's agent, as Isaac Lab's registry takes it."""

        def agent() -> RslRlBaseRunnerCfg:
            return self.agent(method.key)

        agent.__qualname__ = f"{self.experiment}_{method.experiment}"
        return agent


def add_method(method: Method) -> None:
    """Add a method to the table, and to every task that a suite has registered.

    A package of your own does it at import, and Isaac Lab imports the package through the entry point group
    ``isaaclab.tasks``.

    Args:
        method: The method.

    Raises:
        ValueError: If there is another method of this key.
    """
    if METHODS.get(method.key, method) != method:
        raise ValueError(f"There is a method '{method.key}' already: {METHODS[method.key].label}.")
    METHODS[method.key] = method
    for task, suite in _SUITES.items():
        if task in gymnasium.registry:
            suite._add_agent(task, method)
