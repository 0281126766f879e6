# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Late sensors: each reading is some control periods old, as the task's configuration says."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tsra_deploy.contract import SENSOR


class SensorDelays:
    """Gives readings of some control periods before, as Isaac Lab does in training.

    How late a sensor is, is drawn for each episode and holds through it. Until an episode is old enough, its first
    reading is given. The delay of the last action is the runtime's own.
    """

    def __init__(self, contract: dict, env_cfg: dict, seed: int) -> None:
        """Read each sensor's delays.

        Args:
            contract: The policy's contract.
            env_cfg: Configuration of the task's environment: it may delay otherwise than training did.
            seed: Seed of the delays.

        Raises:
            ValueError: If a sensor's delay changes within an episode.
        """
        self._random = np.random.default_rng(seed)
        self.ranges: dict[str, tuple[int, int]] = {}
        """Least and most control periods by which each sensor that is late at all is late."""
        for term in (term for item in contract["inputs"] for term in item["terms"] if term["source"] == SENSOR):
            cfg = env_cfg["observations"][term["group"]][term["name"]]
            if cfg["delay_max_lag"] == 0:
                continue
            if cfg["delay_hold_prob"] != 1.0:
                raise ValueError(
                    f"The delay of observation '{term['name']}' changes within an episode (delay_hold_prob"
                    f" {cfg['delay_hold_prob']}), which is not known here; one that holds is."
                )
            self.ranges[term["name"]] = cfg["delay_min_lag"], cfg["delay_max_lag"]
        self._lags: dict[str, int] = {}
        self._past: dict[str, list[np.ndarray]] = {}

    def reset(self) -> None:
        """Forget the episode before, and draw how late each sensor is in the next."""
        self._past = {name: [] for name in self.ranges}
        self._lags = {name: int(self._random.integers(low, high + 1)) for name, (low, high) in self.ranges.items()}

    def __call__(self, readings: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Keep readings, and give those that have arrived.

        Args:
            readings: Arrays by the term's name, noise included; those of the present control step.

        Returns:
            Arrays of the same names and shapes.
        """
        arrived = dict(readings)
        for name, past in self._past.items():
            past.append(readings[name])
            if len(past) > self._lags[name] + 1:
                past.pop(0)
            arrived[name] = past[0]
        return arrived
