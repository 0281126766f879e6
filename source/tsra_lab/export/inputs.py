# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The ONNX inputs of a student."""

from __future__ import annotations

import torch
from tensordict import TensorDict

VECTOR_INPUT = "obs"
"""Name of the ONNX input that holds all vector groups, concatenated in the order of the observation set."""


def assemble_inputs(obs: TensorDict, groups: list[str]) -> dict[str, torch.Tensor]:
    """Form the ONNX inputs from the environment's observations.

    Args:
        obs: Observations, one tensor per group. Shapes are (num_envs, ...).
        groups: Observation groups that the student sees, in order.

    Returns:
        Inputs by name: all vector groups concatenated, and each image group.
    """
    vectors = [obs[group] for group in groups if obs[group].dim() == 2]
    inputs = {VECTOR_INPUT: torch.cat(vectors, dim=-1)} if vectors else {}
    return inputs | {group: obs[group] for group in groups if obs[group].dim() > 2}
