# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Algorithms in rsl_rl's form: each owns its models, its losses and its state."""

from .aligned_ppo import AlignedPPO

__all__ = ["AlignedPPO"]
