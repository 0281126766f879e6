# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Policies that act on an embedding. Encoders are rsl_rl's own models: MLP, CNN, or a CNN beside vectors."""

from .encoded_policy import EMBEDDING, EncodedPolicy, build_head

__all__ = ["EMBEDDING", "EncodedPolicy", "build_head"]
