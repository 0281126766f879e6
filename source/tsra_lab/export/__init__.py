# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The student as one ONNX file that carries all a robot needs to know."""

from .inputs import assemble_inputs
from .memory import describe_memory_of
from .metadata import standard_metadata
from .onnx_policy import OnnxPolicy
from .page import contract_page
from .parity import check_parity, record_inputs
from .student import STUDENT_FILE, export_student
from .unitree import unitree_yaml
from .verification import verify_student

__all__ = [
    "STUDENT_FILE",
    "OnnxPolicy",
    "assemble_inputs",
    "check_parity",
    "contract_page",
    "describe_memory_of",
    "export_student",
    "record_inputs",
    "standard_metadata",
    "unitree_yaml",
    "verify_student",
]
