# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a robot must know to run a student: read from Isaac Lab's configurations and managers, never typed twice.

The one room of this package that knows Isaac Lab's classes; the package itself does not import it.
"""

from .contract import deployment_contract
from .recording import record_run

__all__ = ["deployment_contract", "record_run"]
