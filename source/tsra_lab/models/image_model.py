# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""rsl_rl's model of images and vectors, with statistics of the images too."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn as nn
from rsl_rl.models import CNNModel
from rsl_rl.modules import EmpiricalNormalization
from tensordict import TensorDict


class NormalizedCNN(nn.Module):
    """A CNN on images whose every pixel is normalised by its own running statistics."""

    def __init__(self, shape: tuple[int, int, int], cnn: nn.Module) -> None:
        """Put the statistics before a CNN.

        Args:
            shape: Channels, height and width of the images.
            cnn: What sees the normalised images.
        """
        super().__init__()
        self.normalizer = EmpiricalNormalization(shape)
        self.cnn = cnn

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Features of images of shape (batch, channels, height, width)."""
        return self.cnn(self.normalizer(images))


class ImageModel(CNNModel):
    """rsl_rl's :class:`~rsl_rl.models.CNNModel`, which may normalise each pixel as others normalise vectors.

    What matters in a depth image is often a difference of centimetres in a picture of metres, which a CNN learns slowly
    from raw values. The statistics move with the model's other ones, and are part of its ONNX form.
    """

    def __init__(self, *cnn_model: Any, image_normalization: bool = False, **settings: Any) -> None:
        """Build the model.

        Args:
            cnn_model: Arguments of :class:`rsl_rl.models.CNNModel`.
            image_normalization: Whether to normalise each pixel.
            settings: Settings of :class:`rsl_rl.models.CNNModel`.
        """
        super().__init__(*cnn_model, **settings)
        if image_normalization:
            shapes = zip(self.obs_groups_2d, self.obs_channels_2d, self.obs_dims_2d, strict=True)
            for group, channels, (height, width) in shapes:
                self.cnns[group] = NormalizedCNN((channels, height, width), self.cnns[group])

    def update_normalization(self, obs: TensorDict) -> None:
        """Update the statistics of vectors and images.

        Args:
            obs: Observations, one tensor per group. Shapes are (batch, ...).
        """
        if self.obs_groups:
            super().update_normalization(obs)
        for group, cnn in self.cnns.items():
            if isinstance(cnn, NormalizedCNN):
                cnn.normalizer.update(obs[group].float())
