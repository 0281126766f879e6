# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Run an exported student in plain MuJoCo: see tsra_sim2sim/command.py."""

import sys

from tsra_sim2sim.command import main

if __name__ == "__main__":
    sys.exit(main())
