# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of an observation term that a robot has to provide."""

import dataclasses
from typing import Any

from isaaclab.managers import ObservationTermCfg
from isaaclab.utils import configclass

MISSING: Any = dataclasses.MISSING
"""Marks a field that must be given, of whatever type."""


@configclass
class OnboardTermCfg(ObservationTermCfg):
    """An observation term, and what the engineer who provides it on the robot must know; the exported file tells it."""

    unit: str = MISSING
    """Unit of the elements: ``m``, ``rad/s``; ``1`` where they have none."""

    frame: str = MISSING
    """Frame that they are given in, or what else tells their meaning: ``body``, ``joints in the robot's order``."""
