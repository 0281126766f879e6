# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Find out why a teacher cannot be imitated: see tsra_lab/commands/diagnose.py."""

import sys

from tsra_lab.commands.diagnose import main

if __name__ == "__main__":
    sys.exit(main())
