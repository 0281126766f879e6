# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Which distillation a teacher gets, and the models that it and its student are."""

from __future__ import annotations

from tsra_lab.observations import SHARED, latest_sample


def distillation_agent_key(teacher_agent: dict) -> str:
    """Key of the distillation's configuration: by whether the teacher comes with a zero-shot student.

    Args:
        teacher_agent: Configuration of the teacher's run.

    Returns:
        Key in the registry.
    """
    return f"rsl_rl_{'aligned_' if _has_student(teacher_agent) else ''}distillation_cfg_entry_point"


def distillation_agent(agent: dict, teacher_agent: dict, contract: dict | None, method: str) -> dict:
    """Fit the configuration of a distillation to its teacher.

    Args:
        agent: Configuration of the distillation.
        teacher_agent: Configuration of the teacher's run.
        contract: Observation contract of its checkpoint, which that of a teacher with a zero-shot student always has.
        method: ``dagger``, where the student acts, or ``bc``, where the teacher does.

    Returns:
        The configuration with the teacher's models.
    """
    if _has_student(teacher_agent):
        acting = "teacher" if method == "bc" else "student"
        models = aligned_models(teacher_agent, contract or {})
        agent = agent | {"algorithm": agent["algorithm"] | {"rollout_policy": acting}} | models
    elif method == "bc":
        agent = agent | {"algorithm": agent["algorithm"] | {"class_name": "tsra_lab.algorithms:BehaviorCloning"}}
    return agent


def aligned_models(teacher_agent: dict, contract: dict) -> dict:
    """Observation sets and policies of a teacher and its zero-shot student.

    Args:
        teacher_agent: Configuration of the teacher's run.
        contract: Observation contract of its checkpoint.

    Returns:
        The entries ``obs_groups``, ``teacher`` and ``student`` of a distillation's configuration.
    """
    policies = ("teacher", "student")
    shared = {group: latest_sample(contract["groups"][group]) for group in teacher_agent["obs_groups"].get(SHARED, [])}
    return {"obs_groups": {name: teacher_agent["obs_groups"][name] for name in policies}} | {
        name: {
            "class_name": "tsra_lab.models:EncodedPolicy",
            "encoder": teacher_agent[name],
            "head": teacher_agent["actor"],
            "embedding_dim": teacher_agent["algorithm"]["embedding_dim"],
            "shared": shared or None,
        }
        for name in policies
    }


def _has_student(teacher_agent: dict) -> bool:
    """Whether the teacher was trained together with the encoder of a zero-shot student."""
    return "student" in teacher_agent
