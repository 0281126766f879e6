# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configurations of rsl_rl's models that refuse unknown options."""

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlCNNModelCfg, RslRlMLPModelCfg, RslRlRNNModelCfg

from .strict import StrictCfg


@configclass
class MLPModelCfg(StrictCfg, RslRlMLPModelCfg):
    """Multi-layer perceptron on vector observations: an encoder, a policy head or a critic."""


@configclass
class CNNModelCfg(StrictCfg, RslRlCNNModelCfg):
    """Convolutions on image observations, joined by vector observations: an encoder or a critic."""

    class_name: str = "tsra_lab.models:ImageModel"
    """The model, resolved by rsl_rl."""

    image_normalization: bool = False
    """Whether each pixel is normalised by its running statistics, as ``obs_normalization`` does with vectors."""


@configclass
class RNNModelCfg(StrictCfg, RslRlRNNModelCfg):
    """Memory of vector observations, before a multi-layer perceptron."""


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
