# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Policies that act on an embedding. Encoders are rsl_rl's own models, and one of images with memory."""

from .encoded_policy import EMBEDDING, EncodedPolicy, build_head
from .recurrent_cnn_model import RecurrentCNNModel

__all__ = ["EMBEDDING", "EncodedPolicy", "RecurrentCNNModel", "build_head"]
