# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Success over the values of one option: see tsra_bench/sweep.py."""

import sys

from tsra_bench.sweep import main

if __name__ == "__main__":
    sys.exit(main())
