# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Time an exported student on one CPU core: see tsra_bench/latency.py."""

import sys

from tsra_bench.latency import main

if __name__ == "__main__":
    sys.exit(main())
