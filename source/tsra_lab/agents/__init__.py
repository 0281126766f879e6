# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of tasks: one row for each trainable method, and one suite for each task, which has an agent of every row."""

from .methods import METHODS, PLAIN, Method
from .suite import AgentSuite, add_method

__all__ = ["METHODS", "PLAIN", "AgentSuite", "Method", "add_method"]
