# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The limited view: hidden information that lies where the student does not look."""

from dataclasses import replace

from ..shared.suites import ROVER_SUITE

SUITE = replace(ROVER_SUITE, experiment="limited_view")
"""Agents of the limited view."""

SUITE.register("TSRA-LimitedView-Rover", f"{__name__}.limited_view_env_cfg:LimitedViewEnvCfg")
