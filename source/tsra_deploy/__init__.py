# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The robot's side: runs an exported student with numpy and ONNX Runtime alone."""

from .policy import ContractError, ObservationError, Policy

__all__ = ["ContractError", "ObservationError", "Policy"]
