# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Numbers of an environment that no simulation can be made of, refused before one is tried."""

from __future__ import annotations

import math
from typing import Any

POSITIVE = ("decimation", "episode_length_s", "sim.dt", "scene.num_envs")
"""Options that must be positive, by their path."""

WHOLE = ("decimation", "scene.num_envs")
"""Those that count something."""


def check_environment(env_cfg: Any) -> None:
    """Refuse an environment that cannot be simulated.

    Args:
        env_cfg: Configuration of the environment.

    Raises:
        ValueError: If a number is not positive, or no number.
    """
    for path in POSITIVE:
        value = env_cfg
        for name in path.split("."):
            value = getattr(value, name)
        kind = int if path in WHOLE else (int, float)
        if not isinstance(value, kind) or isinstance(value, bool) or not 0 < value < math.inf:
            raise ValueError(
                f"env.{path} is {value!r}; it must be a {'whole' if kind is int else 'finite'} number above 0."
            )
