# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How far teacher and student act apart on the pairs of a rollout."""

from __future__ import annotations

import torch
from tensordict import TensorDict

from tsra_lab.alignment import embed, full_precision
from tsra_lab.models import EncodedPolicy

SAMPLES_AT_ONCE = 4096
"""Images of a whole rollout in full precision may be large, so pairs are looked at in parts."""


@torch.no_grad()
def action_distance(teacher: EncodedPolicy, student: EncodedPolicy, pairs: TensorDict) -> float:
    """Mean distance between the deterministic actions of teacher and student.

    Args:
        teacher: Policy of the privileged observations.
        student: Policy of the onboard observations.
        pairs: Observations of both, single samples or sequences.

    Returns:
        The mean Euclidean distance.
    """
    length = pairs.batch_size[0] if pairs.dim() > 1 else 1
    distances = []
    for part in pairs.split(max(1, SAMPLES_AT_ONCE // length), dim=pairs.dim() - 1):
        samples = full_precision(part)
        single = samples if samples.dim() == 1 else samples.flatten(0, 1)
        theirs, own = (
            policy.act_on(policy.add_shared(embed(policy.encoder, samples), single)) for policy in (teacher, student)
        )
        distances.append((theirs - own).norm(dim=-1))
    return torch.cat(distances).mean().item()
