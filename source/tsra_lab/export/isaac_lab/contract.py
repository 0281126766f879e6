# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The deployment contract of a student in an Isaac Lab environment."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel

from tsra_deploy import FORMAT_VERSION

from ..memory import describe_memory_of
from .actions import describe_actions
from .observations import describe_inputs
from .robot import describe_commands, describe_joints


def deployment_contract(
    env: VecEnv,
    groups: list[str],
    recorded: Mapping[str, np.ndarray],
    task: str,
    run: dict,
    evaluation: dict | None,
    policy: MLPModel | None = None,
) -> dict:
    """Describe observations, actions, memory, timing and measured performance of a student.

    Args:
        env: Manager-based Isaac Lab environment in rsl_rl's wrapper.
        groups: Observation groups that the student sees, in order.
        recorded: Inputs of the student while it acted, as :func:`tsra_lab.export.isaac_lab.record_run` gives them.
        task: Name of the task.
        run: Training run: its ``name``, ``iteration`` and ``git`` state.
        evaluation: What the student was measured to do; None if it was not measured.
        policy: The student, an rsl_rl model; None for one without memory.

    Returns:
        JSON-ready dictionary with the entries of :data:`tsra_deploy.contract.ENTRIES`.

    Raises:
        ValueError: If something a robot needs cannot be told.
    """
    base = env.unwrapped
    if not hasattr(base, "observation_manager"):
        raise ValueError("The contract is read from managers, so only manager-based environments can be exported.")
    joints = describe_joints(base)
    return {
        "format_version": FORMAT_VERSION,
        "task": task,
        "run": run,
        "timing": {
            "control_period_s": base.step_dt,
            "physics_dt_s": base.physics_dt,
            "decimation": base.cfg.decimation,
        },
        "inputs": describe_inputs(base, groups, recorded),
        "memory": [] if policy is None else describe_memory_of(policy),
        "output": "actions",
        "clip_actions": getattr(env, "clip_actions", None),
        "actions": describe_actions(base),
        "commands": describe_commands(base),
        "joints": joints,
        "evaluation": evaluation,
    }
