# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Renderers of the onboard cameras."""

from isaaclab.utils import configclass
from isaaclab_newton.renderers import NewtonWarpRendererCfg
from isaaclab_tasks.utils.presets import MultiBackendRendererCfg

# a ray that meets nothing reads the far plane, not 0, which would be the nearest of all things
NEWTON_RENDERER_CFG = NewtonWarpRendererCfg(depth_clipping_behavior="max")


@configclass
class CameraRendererCfg(MultiBackendRendererCfg):
    """Isaac Lab's renderers by name (``renderer=``). Newton's is the default and the only one that was run here."""

    newton_renderer: NewtonWarpRendererCfg = NEWTON_RENDERER_CFG
    default: NewtonWarpRendererCfg = NEWTON_RENDERER_CFG
