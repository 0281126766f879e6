# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Fitting the agent that fine-tunes to the student that it goes on from."""

from __future__ import annotations

from .distillation import aligned_models

ALGORITHM = "FineTuning"
"""Class of the algorithm."""


def is_fine_tuning(agent: dict) -> bool:
    """Whether this agent fine-tunes.

    Args:
        agent: Configuration of an agent.

    Returns:
        Whether it does.
    """
    return str(agent["algorithm"]["class_name"]).endswith(f":{ALGORITHM}")


def fine_tuning_agent(agent: dict, source_agent: dict, contract: dict | None) -> dict:
    """Take model and observation groups of the student from the run that made it.

    Args:
        agent: Configuration of the fine-tuning.
        source_agent: Configuration of the run whose student it goes on from: any method's, or stock PPO's, whose actor
            is then the student.
        contract: Observation contract of its checkpoint, which that of a student with an embedding always has.

    Returns:
        The configuration with the student as ``actor``.
    """
    sets = source_agent["obs_groups"]
    if "student" in source_agent and "embedding_dim" in source_agent["algorithm"]:
        actor = aligned_models(source_agent, contract or {})["student"]
    else:  # a distilled student, or one that learned without a teacher
        actor = source_agent.get("student", source_agent.get("actor"))
    groups = sets["student"] if "student" in sets else sets["actor"]
    return agent | {"actor": actor, "obs_groups": agent["obs_groups"] | {"student": groups}}
