# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Embedding samples that come singly, or as sequences for an encoder with memory."""

from __future__ import annotations

import torch
from rsl_rl.models import MLPModel
from rsl_rl.utils import split_and_pad_trajectories
from tensordict import TensorDict

FIRST = "first"
"""Entry of a sequence that tells at which samples an episode begins. Shape is (time, num_envs)."""


def embed(encoder: MLPModel, samples: TensorDict) -> torch.Tensor:
    """Embed single samples, or sequences, whose memory starts empty with the sequence and with each episode.

    Args:
        encoder: Encoder, with or without memory.
        samples: Observations of shape (batch, ...), or, with the entry :data:`FIRST`, of shape (time, num_envs, ...).

    Returns:
        Embeddings of shape (batch, embedding_dim), or (time * num_envs, embedding_dim).
    """
    if FIRST not in set(samples.keys()):
        return encoder(samples)
    observations = samples.exclude(FIRST)
    if not encoder.is_recurrent:
        return encoder(observations.flatten(0, 1))
    ends = torch.zeros_like(samples[FIRST])
    ends[:-1] = samples[FIRST][1:]
    padded, masks = split_and_pad_trajectories(observations, ends)
    rnn = next(part for part in encoder.modules() if isinstance(part, torch.nn.RNNBase))
    state = torch.zeros(rnn.num_layers, masks.shape[1], rnn.hidden_size, device=masks.device)
    empty = (state, state) if isinstance(rnn, torch.nn.LSTM) else state
    return encoder(padded, masks, empty).flatten(0, 1)
