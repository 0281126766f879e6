# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Export a teacher for the page in the browser: see tsra_browser/teacher.py."""

import sys

from tsra_browser.teacher import main

if __name__ == "__main__":
    sys.exit(main())
