# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Export the student of a run as a LEAPP pipeline: see tsra_lab/commands/export_leapp.py."""

import sys

from tsra_lab.commands.export_leapp import main

if __name__ == "__main__":
    sys.exit(main())
