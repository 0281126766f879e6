# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A report on a run, of what it recorded: one HTML file, with a verdict that a newcomer can read."""

from .events import read_events
from .page import MAX_BYTES, make_page, write_page
from .record import Record, read_run
from .verdict import Verdict, judge

__all__ = ["MAX_BYTES", "Record", "Verdict", "judge", "make_page", "read_events", "read_run", "write_page"]
