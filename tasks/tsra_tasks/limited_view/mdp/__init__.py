# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Terms of the limited view's Markov decision process, beside those of Isaac Lab and those that all rovers share."""

from .actions import BodyVelocityAction
from .actions_cfg import BodyVelocityActionCfg
from .events import reset_rover_in_corridor
from .field import FieldCommand
from .field_cfg import FieldCommandCfg
from .observations import body_velocity, heading

__all__ = [
    "BodyVelocityAction",
    "BodyVelocityActionCfg",
    "FieldCommand",
    "FieldCommandCfg",
    "body_velocity",
    "heading",
    "reset_rover_in_corridor",
]
