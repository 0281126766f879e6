# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Time the updates of several agents: see tsra_bench/update.py."""

import sys

from tsra_bench.update import main

if __name__ == "__main__":
    sys.exit(main())
