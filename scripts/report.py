# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Make one HTML file of a run: see tsra_lab/commands/report.py."""

import sys

from tsra_lab.commands.report import main

if __name__ == "__main__":
    sys.exit(main())
