# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Train an agent on a task: see tsra_lab/commands/train.py."""

import sys

from tsra_lab.commands.train import main

if __name__ == "__main__":
    sys.exit(main())
