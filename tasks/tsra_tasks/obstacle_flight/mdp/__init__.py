# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Terms of the obstacle flight's Markov decision process, beside those of Isaac Lab."""

from .actions import ThrustAndRatesAction
from .actions_cfg import ThrustAndRatesActionCfg
from .course import CourseCommand
from .course_cfg import CourseCommandCfg
from .events import reset_quadrotor
from .observations import altitude, lateral_position
from .rewards import body_rates_squared, closeness_to_posts, excess_speed
from .terminations import left_corridor

__all__ = [
    "CourseCommand",
    "CourseCommandCfg",
    "ThrustAndRatesAction",
    "ThrustAndRatesActionCfg",
    "altitude",
    "body_rates_squared",
    "closeness_to_posts",
    "excess_speed",
    "lateral_position",
    "left_corridor",
    "reset_quadrotor",
]
