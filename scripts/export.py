# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Export the student of a run to one ONNX file: see tsra_lab/commands/export.py."""

import sys

from tsra_lab.commands.export import main

if __name__ == "__main__":
    sys.exit(main())
