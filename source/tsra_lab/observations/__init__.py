# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What teacher, student and critic see: observation sets, and the contract that a checkpoint holds of them."""

from .contract import check_contract, observation_contract
from .latest import latest_sample
from .sets import SHARED, ObservationSets, check_observation_sets
from .shapes import check_shapes

__all__ = [
    "SHARED",
    "ObservationSets",
    "check_contract",
    "check_observation_sets",
    "check_shapes",
    "latest_sample",
    "observation_contract",
]
