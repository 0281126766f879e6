# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A policy made of an encoder and a head, as an rsl_rl model."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn as nn
from rsl_rl.models import MLPModel
from rsl_rl.modules import HiddenState
from rsl_rl.modules.distribution import Distribution
from rsl_rl.utils import resolve_class, unpad_trajectories
from tensordict import TensorDict

from .shared_observation import SharedObservation

EMBEDDING = "embedding"
"""Name of the observation group that holds embeddings: the only input of a policy head."""


class EncodedPolicy(MLPModel):
    """Acts on the embedding of one observation set: ``head(encoder(observation))``.

    The encoder is any deterministic rsl_rl model of the observation set; the head is an rsl_rl model of the
    :data:`EMBEDDING` group alone. Both come either as configurations, which makes the class usable as the ``actor`` of
    stock rsl_rl (to fine-tune a student, say), or as modules to share, as :class:`rsl_rl.models.CNNModel` shares its
    CNNs.
    """

    def __init__(
        self,
        obs: TensorDict,
        obs_groups: dict[str, list[str]],
        obs_set: str,
        output_dim: int,
        encoder: MLPModel | dict,
        head: MLPModel | dict,
        embedding_dim: int = 16,
        shared: SharedObservation | Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """Build or adopt the encoder and the head.

        Args:
            obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
            obs_groups: Observation sets and the groups in them.
            obs_set: Observation set that the encoder sees.
            output_dim: Number of actions.
            encoder: Encoder, or its configuration with ``class_name``.
            head: Head, or its configuration with ``class_name``.
            embedding_dim: Number of dimensions of the embedding.
            shared: Observations that the head takes beside the embedding, or their columns by group; None for none.

        Raises:
            ValueError: If the head sees anything else.
        """
        # MLPModel's constructor would build an MLP of its own; its interface is what we share
        nn.Module.__init__(self)
        if isinstance(encoder, dict):
            encoder_class, encoder_cfg = resolve_class(encoder)
            encoder = encoder_class(obs, obs_groups, obs_set, embedding_dim, **encoder_cfg)
        if isinstance(shared, Mapping):
            shared = SharedObservation(obs, shared)
        if isinstance(head, dict):
            head = build_head(head, embedding_dim + (shared.width if shared else 0), output_dim)
        if head.obs_groups != [EMBEDDING]:
            raise ValueError(f"A policy head acts on ['{EMBEDDING}'] alone, but this one sees {head.obs_groups}.")
        self.encoder = encoder
        self.head = head
        self.shared = shared
        self._shared_columns = None if shared is None else shared.columns_in(obs, encoder.obs_groups)
        seen = [] if shared is None else shared.groups
        self.obs_groups = list(dict.fromkeys([*obs_groups[obs_set], *seen]))

    @property
    def is_recurrent(self) -> bool:  # ty: ignore[incompatible-property-override]  # follows the encoder
        """Whether the encoder has a memory."""
        return self.encoder.is_recurrent

    @property
    def rnn(self) -> Any:
        """Memory of a recurrent encoder: here Isaac Lab's LEAPP export looks for it."""
        return self.encoder.rnn

    @property
    def distribution(self) -> Distribution | None:  # ty: ignore[incompatible-property-override]  # the head's
        """Distribution of the actions."""
        return self.head.distribution

    def forward(
        self,
        obs: TensorDict,
        masks: torch.Tensor | None = None,
        hidden_state: HiddenState = None,
        stochastic_output: bool = False,
    ) -> torch.Tensor:
        """Act.

        Args:
            obs: Observations, one tensor per group. Shapes are (batch, ...).
            masks: Masks of padded trajectories, for recurrent encoders.
            hidden_state: State of a recurrent encoder.
            stochastic_output: Whether to sample the action instead of returning the distribution's mean.

        Returns:
            Actions of shape (batch, output_dim).
        """
        return self.act_on(self.get_latent(obs, masks, hidden_state), stochastic_output)

    def get_latent(
        self, obs: TensorDict, masks: torch.Tensor | None = None, hidden_state: HiddenState = None
    ) -> torch.Tensor:
        """What the head acts on: the embedding, and the shared observations behind it.

        Shape is (batch, embedding_dim + width of the shared observations).
        """
        embedding = self.encoder(obs, masks, hidden_state)
        return self.add_shared(embedding, obs if masks is None else unpad_trajectories(obs, masks))

    def add_shared(self, embedding: torch.Tensor, obs: TensorDict) -> torch.Tensor:
        """Put the shared observations, where there are any, behind embeddings.

        Args:
            embedding: Embeddings of shape (batch, embedding_dim).
            obs: Observations of the same samples. Shapes are (batch, ...).

        Returns:
            What the head acts on.
        """
        return embedding if self.shared is None else torch.cat([embedding, self.shared(obs)], dim=-1)

    def act_on(self, embedding: torch.Tensor, stochastic_output: bool = False) -> torch.Tensor:
        """Act on embeddings.

        Args:
            embedding: Embeddings of shape (batch, embedding_dim).
            stochastic_output: Whether to sample the action.

        Returns:
            Actions of shape (batch, output_dim).
        """
        return self.head(
            TensorDict({EMBEDDING: embedding}, batch_size=embedding.shape[:1]), stochastic_output=stochastic_output
        )

    def reset(self, dones: torch.Tensor | None = None, hidden_state: HiddenState = None) -> None:
        """Reset the memory of a recurrent encoder."""
        self.encoder.reset(dones, hidden_state)

    def get_hidden_state(self) -> HiddenState:
        """Memory of a recurrent encoder."""
        return self.encoder.get_hidden_state()

    def detach_hidden_state(self, dones: torch.Tensor | None = None) -> None:
        """Detach the memory of a recurrent encoder."""
        self.encoder.detach_hidden_state(dones)

    def update_normalization(self, obs: TensorDict) -> None:
        """Update the encoder's observation statistics."""
        self.encoder.update_normalization(obs)

    def as_jit(self) -> nn.Module:
        """Deterministic policy for TorchScript; its inputs are those of the encoder's own export."""
        images = len(getattr(self.encoder, "obs_groups_2d", [])) > 0
        if self.shared is not None:
            raise ValueError("A policy with shared observations has no TorchScript form; use its ONNX form.")
        return (_TorchImagePolicy if images else _TorchVectorPolicy)(self.encoder.as_jit(), self.head.as_jit())

    def as_onnx(self, verbose: bool = False) -> nn.Module:
        """Deterministic policy for ONNX; its inputs are those of the encoder's own export."""
        shared = None if self.shared is None else _SharedColumns(self.shared, self._shared_columns)
        return _OnnxEncodedPolicy(self.encoder.as_onnx(verbose), self.head.as_onnx(verbose), shared)


def build_head(cfg: dict, embedding_dim: int, num_actions: int) -> MLPModel:
    """Build a policy head that sees the embedding and nothing else.

    Args:
        cfg: Configuration of the model, with ``class_name``.
        embedding_dim: Number of dimensions of the embedding.
        num_actions: Number of actions.

    Returns:
        The head.
    """
    head_class, head_cfg = resolve_class(cfg)
    example = TensorDict({EMBEDDING: torch.zeros(1, embedding_dim)}, batch_size=[1])
    return head_class(example, {"actor": [EMBEDDING]}, "actor", num_actions, **head_cfg)


class _TorchVectorPolicy(nn.Module):
    """Encoder of vectors and head for TorchScript."""

    def __init__(self, encoder: Any, head: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(x))

    @torch.jit.export
    def reset(self) -> None:
        self.encoder.reset()


class _TorchImagePolicy(nn.Module):
    """Encoder of images (and vectors) and head for TorchScript."""

    def __init__(self, encoder: Any, head: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, obs_1d: torch.Tensor, obs_2d: list[torch.Tensor]) -> torch.Tensor:
        return self.head(self.encoder(obs_1d, obs_2d))

    @torch.jit.export
    def reset(self) -> None:
        self.encoder.reset()


class _SharedColumns(nn.Module):
    """Picks the shared observations from the vector input of a student's encoder, and normalises them."""

    def __init__(self, shared: SharedObservation, columns: list[int] | None) -> None:
        super().__init__()
        if columns is None:
            raise ValueError(
                f"The encoder does not see {shared.groups}, which the head takes, so there is no ONNX form."
            )
        self.normalizer = copy.deepcopy(shared.normalizer)
        self.columns = columns

    def forward(self, vector: torch.Tensor) -> torch.Tensor:
        return self.normalizer(vector[:, self.columns])


class _OnnxEncodedPolicy(nn.Module):
    """Encoder and head for ONNX, with the names and examples of the encoder's inputs."""

    def __init__(self, encoder: Any, head: nn.Module, shared: nn.Module | None) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.shared = shared
        self.is_recurrent = getattr(encoder, "is_recurrent", False)

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        outputs = self.encoder(*inputs)
        embedding, *states = outputs if self.is_recurrent else (outputs,)
        if self.shared is not None:
            embedding = torch.cat([embedding, self.shared(inputs[0])], dim=-1)
        actions = self.head(embedding)
        # rsl_rl's GRU gives None for the cell state that it has not
        return (actions, *(state for state in states if state is not None)) if self.is_recurrent else actions

    def get_dummy_inputs(self) -> tuple[torch.Tensor, ...]:
        return self.encoder.get_dummy_inputs()

    @property
    def input_names(self) -> list[str]:
        return self.encoder.input_names

    @property
    def output_names(self) -> list[str]:
        return ["actions", *self.encoder.output_names[1:]] if self.is_recurrent else ["actions"]
