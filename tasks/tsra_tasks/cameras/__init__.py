# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the tasks with onboard cameras share: the image as an observation term, its randomisation, and renderers."""

from .depth_image import DepthImage
from .image_noise import ImageNoiseCfg
from .renderer_cfg import CameraRendererCfg

__all__ = ["CameraRendererCfg", "DepthImage", "ImageNoiseCfg"]
