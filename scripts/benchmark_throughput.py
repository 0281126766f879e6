# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Time a task's environment steps: see tsra_bench/throughput.py."""

import sys

from tsra_bench.throughput import main

if __name__ == "__main__":
    sys.exit(main())
