# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The colour maze: hidden information that looks alike to the student."""

from dataclasses import replace

from ..shared.suites import ROVER_SUITE, SITT

SUITE = replace(
    ROVER_SUITE,
    experiment="color_maze",
    # with 24 steps and 512 environments, 3.07 million environment steps
    max_iterations=250,
    settings=ROVER_SUITE.settings | {"sitt": SITT | {"penalty_weight": 0.05, "gradient_weight": 0.1}},
)
"""Agents of the colour maze."""

SUITE.register("TSRA-ColorMaze-Rover", f"{__name__}.color_maze_env_cfg:ColorMazeEnvCfg")
