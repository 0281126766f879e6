# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Divergence between the actions of two policies that share a head, for the encoder of the first alone."""

from __future__ import annotations

import torch
from tensordict import TensorDict

from tsra_lab.models import EncodedPolicy


def action_divergence(policy: EncodedPolicy, other: EncodedPolicy, observations: TensorDict) -> torch.Tensor:
    """KL divergence of the other's actions from the policy's.

    Its gradient reaches the policy's encoder, not the head, which could satisfy it by ignoring its input, and not the
    other.

    Args:
        policy: Policy whose encoder is to learn.
        other: Policy that it is compared with.
        observations: Observations of both, one tensor per group. Shapes are (batch, ...).

    Returns:
        Divergences of shape (batch,).
    """
    with torch.no_grad():
        other(observations, stochastic_output=True)
        target = tuple(parameter.clone() for parameter in other.output_distribution_params)
    head = list(policy.head.parameters())
    needed = [parameter.requires_grad for parameter in head]
    for parameter in head:
        parameter.requires_grad_(False)
    policy(observations, stochastic_output=True)
    divergence = policy.get_kl_divergence(policy.output_distribution_params, target)
    for parameter, need in zip(head, needed, strict=True):
        parameter.requires_grad_(need)
    return divergence
