# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The robot's side: runs an exported student with numpy and ONNX Runtime alone."""

from .contract import FORMAT_VERSION, read_metadata, write_metadata
from .errors import ActionError, ContractError, ObservationError, StaleObservationError
from .latency import Latency
from .policy import Policy
from .safety import Safety, SafetyWarning

__all__ = [
    "FORMAT_VERSION",
    "ActionError",
    "ContractError",
    "Latency",
    "ObservationError",
    "Policy",
    "Safety",
    "SafetyWarning",
    "StaleObservationError",
    "read_metadata",
    "write_metadata",
]
