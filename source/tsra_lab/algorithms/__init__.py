# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Algorithms in rsl_rl's form: each owns its models, its losses and its state."""

from .aligned_ppo import AlignedPPO
from .distillation import AlignedDistillation, BehaviorCloning
from .observation_contract import check_contract, observation_contract

__all__ = ["AlignedDistillation", "AlignedPPO", "BehaviorCloning", "check_contract", "observation_contract"]
