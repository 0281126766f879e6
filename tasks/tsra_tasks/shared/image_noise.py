# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Randomisation of depth images, as a noise configuration of an observation term."""

from __future__ import annotations

import torch

from isaaclab.utils import configclass
from isaaclab.utils.noise import NoiseCfg


def image_noise(image: torch.Tensor, cfg: ImageNoiseCfg) -> torch.Tensor:
    """Corrupt normalised depth images.

    Args:
        image: Depths over the camera's range, of shape (num_envs, 1, height, width).
        cfg: Configuration.

    Returns:
        Corrupted images of the same shape; may leave [0, 1], which the term's ``clip`` mends.
    """
    noisy = image * (1.0 + cfg.relative_std * torch.randn_like(image))
    if cfg.dropout_probability > 0.0:
        noisy = torch.where(torch.rand_like(image) < cfg.dropout_probability, cfg.dropout_value, noisy)
    return noisy


@configclass
class ImageNoiseCfg(NoiseCfg):
    """Noise that grows with distance, and pixels without a reading, as stereo depth cameras have them."""

    func = image_noise

    relative_std: float = 0.02
    """Standard deviation of a pixel, as a share of its depth."""

    dropout_probability: float = 0.0
    """Probability that a pixel has no reading."""

    dropout_value: float = 1.0
    """What a pixel without a reading shows: 1 is the far end of the range."""
