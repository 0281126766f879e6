# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Files of results and the uncertainty of a success rate, for all packages: needs neither torch nor a simulator."""

from .files import whole_file, writable_file, writable_folder, write_report
from .initial_states import (
    InitialStates,
    InitialStatesError,
    read_initial_states,
    recording_command,
    write_initial_states,
)
from .intervals import success_interval

__all__ = [
    "InitialStates",
    "InitialStatesError",
    "read_initial_states",
    "recording_command",
    "success_interval",
    "whole_file",
    "writable_file",
    "writable_folder",
    "write_initial_states",
    "write_report",
]
