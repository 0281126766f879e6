# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Compare methods over tasks and seeds: see tsra_bench/command.py."""

import sys

from tsra_bench.command import main

if __name__ == "__main__":
    sys.exit(main())
