# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configurations of rsl_rl's models that refuse unknown options."""

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlCNNModelCfg, RslRlMLPModelCfg, RslRlRNNModelCfg

from .strict import OutOfRange, StrictCfg


@configclass
class MLPModelCfg(StrictCfg, RslRlMLPModelCfg):
    """Multi-layer perceptron on vector observations: an encoder, a critic or a policy without an embedding."""

    obs_normalization: bool = True
    """Whether observations are normalised by their running statistics. Terms whose variance is small, such as rays that
    seldom meet anything, hardly enter an embedding without it."""


@configclass
class PolicyHeadCfg(StrictCfg, RslRlMLPModelCfg):
    """Multi-layer perceptron on the embedding: the policy that teacher and student share."""

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field.

        Args:
            name: Name of the field.
            value: Its value.

        Raises:
            OutOfRange: If it asks for normalisation; the loss of alignment sets the embedding's scale.
        """
        if name == "obs_normalization" and value:
            raise OutOfRange("A policy head takes the embedding as it is: leave its 'obs_normalization' False.")
        super().__setattr__(name, value)


@configclass
class CNNModelCfg(StrictCfg, RslRlCNNModelCfg):
    """Convolutions on image observations, joined by vector observations: an encoder or a critic."""

    class_name: str = "tsra_lab.models:ImageModel"
    """The model, resolved by rsl_rl."""

    obs_normalization: bool = True
    """Whether vector observations are normalised by their running statistics."""

    image_normalization: bool = False
    """Whether each pixel is normalised by its running statistics, as ``obs_normalization`` does with vectors."""


@configclass
class RNNModelCfg(StrictCfg, RslRlRNNModelCfg):
    """Memory of vector observations, before a multi-layer perceptron."""

    obs_normalization: bool = True
    """Whether observations are normalised by their running statistics."""


@configclass
class RecurrentCNNModelCfg(CNNModelCfg):
    """Convolutions on image observations, joined by vector observations, with memory."""

    class_name: str = "tsra_lab.models:RecurrentCNNModel"
    """The model, resolved by rsl_rl."""

    rnn_type: str = "gru"
    """``gru`` or ``lstm``."""

    rnn_hidden_dim: int = 128
    """Dimension of the memory."""

    rnn_num_layers: int = 1
    """Number of layers of the memory."""
