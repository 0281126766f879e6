# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The trainable methods: what they are called, and how each makes an agent of a task's suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from isaaclab.utils import replace
from isaaclab_rl.rsl_rl import RslRlBaseRunnerCfg, RslRlDistillationAlgorithmCfg

from tsra_lab.configs import (
    AlignedDistillationCfg,
    AlignedDistillationRunnerCfg,
    AlignedPPOCfg,
    AsymmetricPPOCfg,
    AsymmetricRunnerCfg,
    ConcurrentTeacherStudentCfg,
    DistillationRunnerCfg,
    FineTuningCfg,
    FineTuningRunnerCfg,
    GuidedPPOCfg,
    OnlineAdaptationCfg,
    PPOCfg,
    PPORunnerCfg,
    SmoothedPPOCfg,
    StudentInformedPPOCfg,
    TeacherStudentPPOCfg,
    TeacherStudentRunnerCfg,
    UnmaskedPPOCfg,
)
from tsra_lab.observations import SHARED

if TYPE_CHECKING:
    from .suite import AgentSuite

PLAIN = "#7f7f7f"
"""Colour of a method that has none of its own."""


def teacher_and_student(suite: AgentSuite, method: Method) -> RslRlBaseRunnerCfg:
    """Agent of a method that trains a teacher and a student which share a policy head."""
    algorithm = method.algorithm(**suite.ppo | suite.settings.get(method.key, {}))
    algorithm.pairs = replace(algorithm.pairs, **{"render_interval": suite.render_interval} | method.pairs)
    obs_groups = {"teacher": suite.privileged, "student": suite.onboard, "critic": suite.privileged}
    if suite.shared and issubclass(method.algorithm, AlignedPPOCfg):
        obs_groups |= {"teacher": suite.hidden or suite.privileged, SHARED: suite.shared}
    return TeacherStudentRunnerCfg(
        teacher=suite.teacher_encoder,
        student=suite.student_encoder,
        actor=suite.head,
        critic=suite.critic,
        obs_groups=obs_groups,
        algorithm=algorithm,
        evaluation_interval=suite.evaluation_interval,
        **suite.run(method),
    )


def onboard_policy(suite: AgentSuite, method: Method) -> RslRlBaseRunnerCfg:
    """Agent of a student that learns by reinforcement, with a privileged critic."""
    runner = FineTuningRunnerCfg if issubclass(method.algorithm, FineTuningCfg) else AsymmetricRunnerCfg
    return runner(
        actor=suite.policy("student"),
        critic=suite.critic,
        obs_groups={"student": suite.onboard, "critic": suite.privileged},
        algorithm=method.algorithm(**suite.ppo | suite.settings.get(method.key, {})),
        evaluation_interval=suite.evaluation_interval,
        **suite.run(method),
    )


def privileged_policy(suite: AgentSuite, method: Method) -> RslRlBaseRunnerCfg:
    """Agent of a plain teacher, to be distilled."""
    return PPORunnerCfg(
        actor=suite.policy("teacher"),
        critic=suite.critic,
        obs_groups={"actor": suite.privileged, "critic": suite.privileged},
        algorithm=method.algorithm(**suite.ppo | suite.settings.get(method.key, {})),
        evaluation_interval=suite.evaluation_interval,
        **suite.run(method),
    )


def distilled_policy(suite: AgentSuite, method: Method) -> RslRlBaseRunnerCfg:
    """Agent that distils a plain teacher, from the privileged to the onboard groups."""
    settings: dict[str, Any] = {"num_learning_epochs": 4, "learning_rate": 1.0e-3, "gradient_length": 6}
    return DistillationRunnerCfg(
        teacher=suite.policy("teacher"),
        student=suite.policy("distilled"),
        obs_groups={"teacher": suite.privileged, "student": suite.onboard},
        algorithm=method.algorithm(**settings | suite.settings.get(method.key, {})),
        **suite.run(method) | {"max_iterations": suite.distillation_iterations, "save_interval": 50},
    )


def aligned_distillation(suite: AgentSuite, method: Method) -> RslRlBaseRunnerCfg:
    """Agent that distils an aligned teacher; models and observation sets are the teacher's."""
    return AlignedDistillationRunnerCfg(
        algorithm=method.algorithm(**suite.settings.get(method.key, {})),
        **suite.run(method) | {"max_iterations": suite.aligned_distillation_iterations, "save_interval": 10},
    )


@dataclass(frozen=True, kw_only=True)
class Method:
    """A trainable method: a row of :data:`METHODS`. With the defaults, one that trains a teacher and a student."""

    key: str
    """Its name in keys of agents, in a suite's settings and in experiments."""

    label: str
    """What tables and pictures call it."""

    description: str = ""
    """What it does, in a sentence."""

    source: str = ""
    """Publication, by its number on arXiv."""

    color: str = PLAIN
    """Colour in pictures."""

    compared: bool = True
    """Whether comparisons list it. False for variants of another row, teachers without a student and distillations."""

    algorithm: type[Any] = TeacherStudentPPOCfg
    """Class of the algorithm's configuration."""

    build: Callable[[AgentSuite, Method], RslRlBaseRunnerCfg] = teacher_and_student
    """Makes the agent's configuration for a suite."""

    memory: bool = False
    """Whether the student remembers. A suite without an encoder that does has no agent of the method."""

    pairs: dict[str, int] = field(default_factory=dict)
    """Settings of :class:`tsra_lab.configs.PairsCfg` that the method needs, whatever the suite says."""

    agent_key: str = ""
    """Key of its agents in Gymnasium's registry; ``rsl_rl_<key>_cfg_entry_point`` if omitted."""

    experiment: str = ""
    """Ending of the experiment's name; the key if omitted."""

    def __post_init__(self) -> None:
        """Fill in the names that follow from the key."""
        object.__setattr__(self, "agent_key", self.agent_key or f"rsl_rl_{self.key}_cfg_entry_point")
        object.__setattr__(self, "experiment", self.experiment or self.key)


# the colours are those of Okabe and Ito, which colour-blind readers can tell apart
METHODS: dict[str, Method] = {
    method.key: method
    for method in (
        Method(
            key="sitt",
            label="SITT",
            description="Student-informed teacher training: the teacher pays for what its student cannot imitate.",
            source="2412.09149",
            color="#009e73",
            algorithm=StudentInformedPPOCfg,
        ),
        Method(
            key="asymmetric",
            label="asymmetric PPO",
            description="No teacher: PPO on onboard observations with a privileged critic.",
            source="1710.06542",
            color="#cc79a7",
            algorithm=AsymmetricPPOCfg,
            build=onboard_policy,
        ),
        Method(
            key="dwbc",
            label="DWBC",
            description="Regularised online adaptation, of Deep Whole-Body Control.",
            source="2210.10044",
            color="#0072b2",
            algorithm=OnlineAdaptationCfg,
            # its teacher is drawn to the onboard embedding of every sample
            pairs={"render_interval": 1},
        ),
        Method(
            key="cts",
            label="CTS",
            description="Concurrent teacher and student: one policy on two encoders, the student's follows.",
            source="2405.10830",
            color="#000000",
            algorithm=ConcurrentTeacherStudentCfg,
        ),
        Method(
            key="gpo",
            label="GPO",
            description="Guided policy optimisation: a penalty keeps the teacher within reach of its student.",
            source="2505.15418",
            color="#f0e442",
            algorithm=GuidedPPOCfg,
            # the penalty compares both at every sample
            pairs={"render_interval": 1},
        ),
        Method(
            key="tsra",
            label="TSRA",
            description="Aligned teacher; its zero-shot student.",
            source="2605.28372",
            color="#d55e00",
            algorithm=AlignedPPOCfg,
            agent_key="rsl_rl_cfg_entry_point",
            experiment="aligned",
        ),
        Method(
            key="unmasked",
            label="TSRA, no gradient mask",
            description="Reinforcement learning moves the teacher's encoder too; the student never acts.",
            compared=False,
            algorithm=UnmaskedPPOCfg,
        ),
        Method(
            key="memory",
            label="TSRA, memory",
            description="The student's encoder has a memory.",
            compared=False,
            algorithm=AlignedPPOCfg,
            memory=True,
        ),
        Method(
            key="asymmetric_memory",
            label="asymmetric PPO, memory",
            description="Asymmetric PPO whose policy has a memory.",
            source="1710.06542",
            compared=False,
            algorithm=AsymmetricPPOCfg,
            build=onboard_policy,
            memory=True,
        ),
        Method(
            key="ppo",
            label="PPO",
            description="Plain PPO on privileged observations: the usual teacher, to be distilled.",
            source="1707.06347",
            compared=False,
            algorithm=PPOCfg,
            build=privileged_policy,
        ),
        Method(
            key="smoothed",
            label="PPO, smoothed",
            description="Plain PPO whose actions are disturbed: a teacher that leaves its student room for errors.",
            source="2510.03207",
            compared=False,
            algorithm=SmoothedPPOCfg,
            build=privileged_policy,
        ),
        Method(
            key="distillation",
            label="distillation",
            description="DAgger or behaviour cloning of the plain PPO teacher.",
            source="1011.0686",
            compared=False,
            algorithm=RslRlDistillationAlgorithmCfg,
            build=distilled_policy,
        ),
        Method(
            key="distillation_memory",
            label="distillation, memory",
            description="DAgger or behaviour cloning of the plain PPO teacher, by a student with a memory.",
            source="1011.0686",
            compared=False,
            algorithm=RslRlDistillationAlgorithmCfg,
            build=distilled_policy,
            memory=True,
        ),
        Method(
            key="aligned_distillation",
            label="TSRA, distilled",
            description="DAgger on an aligned teacher, from its zero-shot student.",
            compared=False,
            algorithm=AlignedDistillationCfg,
            build=aligned_distillation,
        ),
        Method(
            key="finetune",
            label="fine-tuned",
            description="PPO that goes on from a student of any method, with a privileged critic.",
            compared=False,
            algorithm=FineTuningCfg,
            build=onboard_policy,
        ),
    )
}
"""All trainable methods by key. :func:`tsra_lab.agents.add_method` adds one to every task."""
