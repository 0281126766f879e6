# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Watch a policy: see tsra_lab/commands/play.py."""

import sys

from tsra_lab.commands.play import main

if __name__ == "__main__":
    sys.exit(main())
