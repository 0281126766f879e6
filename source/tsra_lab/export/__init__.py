# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The student as one ONNX file that carries all a robot needs to know."""

from .contract import deployment_contract, describe_memory_of, standard_metadata
from .onnx_policy import OnnxPolicy
from .parity import assemble_inputs, check_parity, record_inputs
from .student import OPSET, export_student

__all__ = [
    "describe_memory_of",
    "OPSET",
    "OnnxPolicy",
    "assemble_inputs",
    "check_parity",
    "deployment_contract",
    "export_student",
    "record_inputs",
    "standard_metadata",
]
