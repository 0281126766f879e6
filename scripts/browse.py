# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Build and serve a page that runs exported policies in the browser: see tsra_browser/command.py."""

import sys

from tsra_browser.command import main

if __name__ == "__main__":
    sys.exit(main())
