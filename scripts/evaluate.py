# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Evaluate the policies of a run: see tsra_lab/commands/evaluate.py."""

import sys

from tsra_lab.commands.evaluate import main

if __name__ == "__main__":
    sys.exit(main())
