# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The command lines: what ``scripts/`` and the entry points ``tsra-...`` call."""

import warnings

# compiling other packages for the first time, Python finds fault with their string literals
warnings.filterwarnings("ignore", category=SyntaxWarning)
