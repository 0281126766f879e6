# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Opening a drawer: hidden information that the robot's own arm covers."""

from dataclasses import replace

import isaaclab.utils as isaac_utils

from tsra_lab.configs import CNNModelCfg, FollowingCfg, PairsCfg

from ..shared.suites import CAMERA_SUITE

# the handle's place must be told to a centimetre: features keep the image's resolution, and pixels are normalised
IMAGES = {
    "cnn_cfg": CNNModelCfg.CNNCfg(
        output_channels=[16, 32, 32], kernel_size=3, stride=2, padding="zeros", activation="elu"
    ),
    "image_normalization": True,
}
"""Changes of all students' models."""

FOLLOWERS = {
    "following": FollowingCfg(steps_per_iteration=64),
    "embedding_dim": 16,
    # those of 63 rollouts
    "pairs": PairsCfg(kept_pairs=63 * 512 * 6),
}
"""Settings of methods whose student follows the teacher."""

SUITE = replace(
    CAMERA_SUITE,
    experiment="open_drawer",
    student_encoder=isaac_utils.replace(CAMERA_SUITE.student_encoder, **IMAGES),
    student_encoder_with_memory=isaac_utils.replace(CAMERA_SUITE.student_encoder_with_memory, **IMAGES),
    ppo={"entropy_coef": 0.02, "desired_kl": 0.01},
    settings={key: FOLLOWERS for key in ("sitt", "dwbc")},
    # with 24 steps and 512 environments, 1.23 million environment steps
    max_iterations=100,
)
"""Agents of the drawer task, whatever the arm and the cabinet."""

SUITE.register("TSRA-OpenDrawer-Arm", f"{__name__}.open_drawer_env_cfg:OpenDrawerEnvCfg")
SUITE.register("TSRA-OpenDrawer-Franka", f"{__name__}.franka_env_cfg:FrankaDrawerEnvCfg")
