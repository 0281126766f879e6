# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The imitation gap in the browser: a page that runs exported policies in the tasks' worlds."""

from .bundle import BuildError
from .heartbeat import heartbeat
from .page import PageError, build_page, check_page
from .serving import page_server
from .worlds import WORLDS

__all__ = ["WORLDS", "BuildError", "PageError", "build_page", "check_page", "heartbeat", "page_server"]
