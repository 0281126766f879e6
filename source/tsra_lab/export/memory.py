# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The memory of a student, as inputs and outputs of its ONNX form."""

from __future__ import annotations

from typing import Any

from rsl_rl.models import MLPModel


def memory_of(module: Any) -> dict[str, str]:
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


def describe_memory_of(policy: MLPModel) -> list[dict]:
    """State of a student's memory: at the start of an episode it is zero; each output is the next step's input.

    Args:
        policy: Student, an rsl_rl model.

    Returns:
        For each part of the state, ONNX ``input`` and ``output`` and the ``shape`` for one robot, (layers, features);
        in the tensors, the batch lies between the two. Empty for a student without memory.
    """
    module: Any = policy.as_onnx(verbose=False)
    examples = dict(zip(module.input_names, module.get_dummy_inputs(), strict=True))
    memory = memory_of(module)
    # layers, batch, features: the batch is not the first dimension
    return [
        {"input": name, "output": memory[name], "shape": [examples[name].shape[0], examples[name].shape[2]]}
        for name in memory
    ]
