# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Distil a teacher into a student and export the student: see tsra_lab/commands/distill.py."""

import sys

from tsra_lab.commands.distill import main

if __name__ == "__main__":
    sys.exit(main())
