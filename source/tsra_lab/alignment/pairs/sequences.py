# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Embedding samples that come singly, or as sequences for an encoder with memory."""

from __future__ import annotations

import torch
from rsl_rl.models import MLPModel
from rsl_rl.modules import HiddenState
from rsl_rl.utils import split_and_pad_trajectories
from tensordict import TensorDict

FIRST = "first"
"""Entry of a sequence that tells at which samples an episode begins. Shape is (time, num_envs)."""

MEMORY = "memory"
"""Entry of a sequence that holds the memory before its first sample, repeated. Shape is (time, num_envs, size). There
is none where the memory begins empty."""


def pack(memory: HiddenState) -> torch.Tensor | None:
    """Lay a memory out as an entry of a sequence.

    Args:
        memory: State of all layers, of shape (layers, num_envs, features); two of them for an LSTM; None if empty.

    Returns:
        Tensor of shape (num_envs, size); None if empty.
    """
    if memory is None:
        return None
    states = memory if isinstance(memory, tuple) else (memory,)
    return torch.cat([state.transpose(0, 1).flatten(1) for state in states], dim=-1)


def embed(encoder: MLPModel, samples: TensorDict) -> torch.Tensor:
    """Embed single samples, or sequences.

    A sequence's memory begins as it was when the sample was taken; it is empty at the beginning of an episode.

    Args:
        encoder: Encoder, with or without memory.
        samples: Observations of shape (batch, ...), or, with the entry :data:`FIRST` and perhaps :data:`MEMORY`, of
            shape (time, num_envs, ...).

    Returns:
        Embeddings of shape (batch, embedding_dim), or (time * num_envs, embedding_dim).
    """
    if FIRST not in set(samples.keys()):
        return encoder(samples)
    observations = samples.exclude(FIRST, MEMORY)
    if not encoder.is_recurrent:
        return encoder(observations.flatten(0, 1))
    ends = torch.zeros_like(samples[FIRST])
    ends[:-1] = samples[FIRST][1:]
    padded, masks = split_and_pad_trajectories(observations, ends)
    return encoder(padded, masks, _initial_memory(encoder, samples, ends, masks.shape[1])).flatten(0, 1)


def _initial_memory(encoder: MLPModel, samples: TensorDict, ends: torch.Tensor, num_trajectories: int) -> HiddenState:
    """Memory at the beginning of each trajectory: as it was for an environment's first, empty for the others."""
    rnn = next(part for part in encoder.modules() if isinstance(part, torch.nn.RNNBase))
    num_states = 2 if isinstance(rnn, torch.nn.LSTM) else 1
    memory = torch.zeros(num_states, rnn.num_layers, num_trajectories, rnn.hidden_size, device=ends.device)
    if MEMORY in set(samples.keys()):
        stored = samples[MEMORY][0]
        # trajectories are ordered by environment, then by time
        count = ends[:-1].sum(dim=0) + 1
        first = count.cumsum(dim=0) - count
        memory[:, :, first] = stored.unflatten(-1, memory.shape[:2] + memory.shape[3:]).permute(1, 2, 0, 3)
    return (memory[0], memory[1]) if num_states > 1 else memory[0]
