# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Policies that act on an embedding. Encoders are rsl_rl's own models, and two of images: normalised, with memory."""

from .encoded_policy import EMBEDDING, EncodedPolicy, build_head
from .image_model import ImageModel
from .recurrent_cnn_model import RecurrentCNNModel
from .shared_observation import SharedObservation

__all__ = ["EMBEDDING", "EncodedPolicy", "ImageModel", "RecurrentCNNModel", "SharedObservation", "build_head"]
