# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How far a student's embedding is from the teacher's, in actions."""

from __future__ import annotations

import torch
from tensordict import TensorDict

from tsra_lab.alignment import gather_batch
from tsra_lab.models import EncodedPolicy


def action_mismatch(
    policy: EncodedPolicy, teacher: torch.Tensor, student: torch.Tensor, batch: TensorDict
) -> torch.Tensor:
    """Share of the actions' variance by which the student misses what the teacher does.

    An alignment loss weighs all that both views share alike; a policy acts on some of it much more finely than on the
    rest. The gradient reaches the student's embedding alone: neither the teacher's, which so tells nothing more than
    before, nor the policy head.

    Args:
        policy: Teacher, whose head acts on both embeddings.
        teacher: Its embeddings, of shape (count, embedding_dim).
        student: The student's of the same samples.
        batch: Their observations, of shape (count, ...) or, as sequences, (time, num_envs, ...).

    Returns:
        Mean squared difference of the actions, each divided by its variance over the batch and under exploration.
    """
    obs = batch.flatten(0, batch.dim() - 1)
    with torch.no_grad():
        policy.act_on(policy.add_shared(teacher, obs), stochastic_output=True)
        wanted, std = (parameter.clone() for parameter in policy.output_distribution_params)
        variance = gather_batch(wanted).var(dim=0) + gather_batch(std).square().mean(dim=0)
    embedding = student.detach().requires_grad_()
    done = policy.act_on(policy.add_shared(embedding, obs))
    mismatch = ((done - wanted).square() / variance).mean()
    (slope,) = torch.autograd.grad(mismatch, embedding)  # of the embedding alone: the head is left as it is
    return mismatch.detach() + (slope * (student - student.detach())).sum()
