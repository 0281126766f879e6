# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Images, vectors and memory in one rsl_rl model; rsl_rl's own have images or memory."""

from __future__ import annotations

import copy
from typing import Any

import torch
import torch.nn as nn
from rsl_rl.models import MLPModel
from rsl_rl.modules import RNN, HiddenState
from tensordict import TensorDict

from .image_model import ImageModel


class RecurrentCNNModel(ImageModel):
    """:class:`ImageModel` with the memory of its :class:`~rsl_rl.models.RNNModel`.

    Features of the images, joined by normalised vectors, pass through an RNN before the MLP.
    """

    is_recurrent = True

    def __init__(
        self,
        obs: TensorDict,
        obs_groups: dict[str, list[str]],
        obs_set: str,
        output_dim: int,
        rnn_type: str = "gru",
        rnn_hidden_dim: int = 128,
        rnn_num_layers: int = 1,
        **cnn_model: Any,
    ) -> None:
        """Build the model.

        Args:
            obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
            obs_groups: Observation sets and the groups in them.
            obs_set: Observation set that the model sees.
            output_dim: Dimension of the output.
            rnn_type: ``gru`` or ``lstm``.
            rnn_hidden_dim: Dimension of the memory.
            rnn_num_layers: Number of layers of the RNN.
            cnn_model: Settings of :class:`ImageModel`.

        Raises:
            ValueError: If the RNN's type is unknown.
        """
        if rnn_type not in ("gru", "lstm"):
            raise ValueError(f"rnn_type must be 'gru' or 'lstm', not '{rnn_type}'.")
        self.rnn_hidden_dim = rnn_hidden_dim
        super().__init__(obs, obs_groups, obs_set, output_dim, **cnn_model)
        self.rnn = RNN(self.obs_dim + self.cnn_latent_dim, rnn_hidden_dim, rnn_num_layers, rnn_type)

    def get_latent(
        self, obs: TensorDict, masks: torch.Tensor | None = None, hidden_state: HiddenState = None
    ) -> torch.Tensor:
        """Remember the observations.

        Args:
            obs: Observations of shape (batch, ...), or, with masks, padded trajectories of shape
                (time, num_trajectories, ...).
            masks: Valid steps of the trajectories, of shape (time, num_trajectories).
            hidden_state: State at the start of the trajectories.

        Returns:
            State of the last layer, of shape (batch, rnn_hidden_dim), or (time, num_envs, rnn_hidden_dim).
        """
        leading = obs.batch_size
        images = [self.cnns[group](obs[group].flatten(0, len(leading) - 1)) for group in self.obs_groups_2d]
        features = torch.cat(images, dim=-1).unflatten(0, leading)
        if self.obs_groups:
            features = torch.cat([MLPModel.get_latent(self, obs), features], dim=-1)
        return self.rnn(features, masks, hidden_state).squeeze(0)

    def reset(self, dones: torch.Tensor | None = None, hidden_state: HiddenState = None) -> None:
        """Forget finished episodes."""
        self.rnn.reset(dones, hidden_state)

    def get_hidden_state(self) -> HiddenState:
        """Present state of the memory."""
        return self.rnn.hidden_state

    def detach_hidden_state(self, dones: torch.Tensor | None = None) -> None:
        """Cut the gradient through time."""
        self.rnn.detach_hidden_state(dones)

    def as_jit(self) -> nn.Module:
        """Version for TorchScript, of one robot: it keeps its state itself, until ``reset``."""
        return (_TorchLSTMCNNModel if isinstance(self.rnn.rnn, nn.LSTM) else _TorchGRUCNNModel)(self)

    def as_onnx(self, verbose: bool = False) -> nn.Module:
        """Version for ONNX export, with the state as inputs ``h_in`` (``c_in``) and outputs ``h_out`` (``c_out``)."""
        return _OnnxRecurrentCNNModel(self, verbose)

    def _get_latent_dim(self) -> int:
        return self.rnn_hidden_dim


class _ExportedParts(nn.Module):
    """Copies of a model's parts, which all exported forms have."""

    def __init__(self, model: RecurrentCNNModel) -> None:
        super().__init__()
        self.obs_normalizer = copy.deepcopy(model.obs_normalizer)
        self.cnns = nn.ModuleList([copy.deepcopy(model.cnns[group]) for group in model.obs_groups_2d])
        self.rnn = copy.deepcopy(model.rnn.rnn)
        self.mlp = copy.deepcopy(model.mlp)
        distribution = model.distribution
        self.output = nn.Identity() if distribution is None else distribution.as_deterministic_output_module()


class _TorchGRUCNNModel(_ExportedParts):
    """One robot's vectors and images to actions; the state is a buffer."""

    def __init__(self, model: RecurrentCNNModel) -> None:
        super().__init__(model)
        self.hidden_state: torch.Tensor  # not in the class body, where TorchScript cannot read it
        self.register_buffer("hidden_state", torch.zeros(self.rnn.num_layers, 1, self.rnn.hidden_size))

    def forward(self, obs_1d: torch.Tensor, obs_2d: list[torch.Tensor]) -> torch.Tensor:
        features = [self.obs_normalizer(obs_1d)]
        for index, cnn in enumerate(self.cnns):
            features.append(cnn(obs_2d[index]))
        latent = self.remember(torch.cat(features, dim=-1).unsqueeze(0))
        return self.output(self.mlp(latent.squeeze(0)))

    def remember(self, latent: torch.Tensor) -> torch.Tensor:
        latent, hidden = self.rnn(latent, self.hidden_state)
        self.hidden_state[:] = hidden
        return latent

    @torch.jit.export
    def reset(self) -> None:
        self.hidden_state[:] = 0.0


class _TorchLSTMCNNModel(_TorchGRUCNNModel):
    """The same with a cell state."""

    def __init__(self, model: RecurrentCNNModel) -> None:
        super().__init__(model)
        self.cell_state: torch.Tensor
        self.register_buffer("cell_state", torch.zeros_like(self.hidden_state))

    def remember(self, latent: torch.Tensor) -> torch.Tensor:
        latent, (hidden, cell) = self.rnn(latent, (self.hidden_state, self.cell_state))
        self.hidden_state[:] = hidden
        self.cell_state[:] = cell
        return latent

    @torch.jit.export
    def reset(self) -> None:
        self.hidden_state[:] = 0.0
        self.cell_state[:] = 0.0


class _OnnxRecurrentCNNModel(_ExportedParts):
    """Vectors, images and state to actions and state."""

    is_recurrent = True

    def __init__(self, model: RecurrentCNNModel, verbose: bool) -> None:
        super().__init__(model)
        self.verbose = verbose
        self.images = dict(
            zip(model.obs_groups_2d, zip(model.obs_channels_2d, model.obs_dims_2d, strict=True), strict=True)
        )
        self.obs_dim = model.obs_dim
        self.states = ["h", "c"] if isinstance(self.rnn, nn.LSTM) else ["h"]

    def forward(self, obs: torch.Tensor, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        images, states = inputs[: len(self.cnns)], inputs[len(self.cnns) :]
        features = [cnn(image) for cnn, image in zip(self.cnns, images, strict=True)]
        latent = torch.cat([self.obs_normalizer(obs), *features], dim=-1)
        latent, state = self.rnn(latent.unsqueeze(0), states if len(states) > 1 else states[0])
        outputs = state if isinstance(state, tuple) else (state,)
        return (self.output(self.mlp(latent.squeeze(0))), *outputs)

    def get_dummy_inputs(self) -> tuple[torch.Tensor, ...]:
        images = [torch.zeros(1, channels, *size) for channels, size in self.images.values()]
        states = [torch.zeros(self.rnn.num_layers, 1, self.rnn.hidden_size) for _ in self.states]
        return (torch.zeros(1, self.obs_dim), *images, *states)

    @property
    def input_names(self) -> list[str]:
        return ["obs", *self.images, *(f"{state}_in" for state in self.states)]

    @property
    def output_names(self) -> list[str]:
        return ["actions", *(f"{state}_out" for state in self.states)]
