# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configurations of rsl_rl's models that refuse unknown options."""

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlCNNModelCfg, RslRlMLPModelCfg

from .strict import StrictCfg


@configclass
class MLPModelCfg(StrictCfg, RslRlMLPModelCfg):
    """Multi-layer perceptron on vector observations: an encoder, a policy head or a critic."""


@configclass
class CNNModelCfg(StrictCfg, RslRlCNNModelCfg):
    """Convolutions on image observations, joined by vector observations: an encoder or a critic."""
