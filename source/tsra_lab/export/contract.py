# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a robot must know to run a student: read from the environment's managers, never typed twice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from rsl_rl.env import VecEnv

from tsra_deploy import FORMAT_VERSION

from .actions import describe_action, describe_joints
from .inputs import describe_inputs


def deployment_contract(
    env: VecEnv,
    groups: list[str],
    recorded: Mapping[str, np.ndarray],
    task: str,
    run: dict,
    evaluation: dict,
    policy: torch.nn.Module | None = None,
) -> dict:
    """Describe observations, actions, memory, timing and worth of a student.

    Args:
        env: Manager-based Isaac Lab environment in rsl_rl's wrapper.
        groups: Observation groups that the student sees, in order.
        recorded: Inputs of the student while it acted, as :func:`tsra_lab.export.record_inputs` gives them.
        task: Name of the task.
        run: Training run: its ``name``, ``iteration`` and ``git`` state.
        evaluation: What the student was measured to do.
        policy: The student, an rsl_rl model; None for one without memory.

    Returns:
        JSON-ready dictionary with the entries of :data:`tsra_deploy.contract.ENTRIES`.

    Raises:
        ValueError: If something a robot needs cannot be told.
    """
    base = env.unwrapped
    if not hasattr(base, "observation_manager"):
        raise ValueError("The contract is read from managers, so only manager-based environments can be exported.")
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
        "actions": [describe_action(base, name) for name in base.action_manager.active_terms],
        "commands": list(base.command_manager.active_terms),
        "joints": describe_joints(base),
        "evaluation": evaluation,
    }


def memory_of(module: torch.nn.Module) -> dict[str, str]:
    """Inputs of a student's ONNX form that are the state of its memory, and the outputs that replace them.

    Args:
        module: What a model's ``as_onnx`` gives.

    Returns:
        Output by input; empty for a student without memory.
    """
    if not getattr(module, "is_recurrent", False):
        return {}
    states = [name for name in module.output_names if name.endswith("_out")]
    return {name.removesuffix("_out") + "_in": name for name in states}


def describe_memory_of(policy: torch.nn.Module) -> list[dict]:
    """State of a student's memory: at the start of an episode it is zero; each output is the next step's input.

    Args:
        policy: Student, an rsl_rl model.

    Returns:
        For each part of the state, ONNX ``input`` and ``output`` and the ``shape`` for one robot, (layers, features);
        in the tensors, the batch lies between the two. Empty for a student without memory.
    """
    module = policy.as_onnx(verbose=False)
    examples = dict(zip(module.input_names, module.get_dummy_inputs(), strict=True))
    memory = memory_of(module)
    # layers, batch, features: the batch is not the first dimension
    return [
        {"input": name, "output": memory[name], "shape": [examples[name].shape[0], examples[name].shape[2]]}
        for name in memory
    ]
