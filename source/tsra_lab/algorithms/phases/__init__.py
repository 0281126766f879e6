# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What happens in an iteration beside PPO, as parts that methods compose."""

from .consistency import Consistency
from .following import Following
from .imitation import action_mismatch

__all__ = ["Consistency", "Following", "action_mismatch"]
