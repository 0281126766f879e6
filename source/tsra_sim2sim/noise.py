# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Noise of the sensors, drawn as the task's configuration says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np


class SensorNoise:
    """Corrupts readings as Isaac Lab does in training: before the contract's clip and scale."""

    def __init__(self, contract: dict, env_cfg: dict, seed: int) -> None:
        """Read each term's noise.

        Args:
            contract: The policy's contract.
            env_cfg: Configuration of the task's environment.
            seed: Seed of the noise.

        Raises:
            ValueError: If a term's noise is of a kind that is not known here.
        """
        self._random = np.random.default_rng(seed)
        self.settings: dict[str, dict] = {}
        """Settings of the noise of each term that has any, by the term's name."""
        self._kinds: dict[str, Callable] = {}
        for term in (term for item in contract["inputs"] for term in item["terms"]):
            group = env_cfg["observations"][term["group"]]
            noise = group[term["name"]]["noise"]
            if noise is None or not group["enable_corruption"]:
                continue
            kind = noise["func"].rpartition(":")[2]
            if kind not in KINDS or noise["operation"] != "add":
                raise ValueError(
                    f"Noise '{kind}' ({noise['operation']}) of observation '{term['name']}' is not known here;"
                    f" those added by {', '.join(KINDS)} are."
                )
            self.settings[term["name"]], self._kinds[term["name"]] = noise, KINDS[kind]

    def __call__(self, readings: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Corrupt readings.

        Args:
            readings: Arrays by the term's name.

        Returns:
            New arrays of the same names and shapes.
        """
        noisy = dict(readings)
        for name, cfg in self.settings.items():
            noisy[name] = self._kinds[name](readings[name], cfg, self._random)
        return noisy


def gaussian_noise(reading: np.ndarray, cfg: dict, random: np.random.Generator) -> np.ndarray:
    """Add normal noise.

    Args:
        reading: Array of any shape.
        cfg: ``mean`` and ``std``, in the reading's units.
        random: Source of randomness.

    Returns:
        Array of the same shape.
    """
    return reading + random.normal(cfg["mean"], cfg["std"], reading.shape)


def uniform_noise(reading: np.ndarray, cfg: dict, random: np.random.Generator) -> np.ndarray:
    """Add uniform noise.

    Args:
        reading: Array of any shape.
        cfg: ``n_min`` and ``n_max``, in the reading's units.
        random: Source of randomness.

    Returns:
        Array of the same shape.
    """
    return reading + random.uniform(cfg["n_min"], cfg["n_max"], reading.shape)


def image_noise(image: np.ndarray, cfg: dict, random: np.random.Generator) -> np.ndarray:
    """Add noise that grows with depth, and take pixels away.

    Args:
        image: Depths over the camera's range, of any shape.
        cfg: ``relative_std``, a share of the depth, and ``dropout_probability`` and ``dropout_value`` of pixels without
            a reading.
        random: Source of randomness.

    Returns:
        Image of the same shape; may leave [0, 1].
    """
    noisy = image * (1.0 + random.normal(0.0, cfg["relative_std"], image.shape))
    return np.where(random.random(image.shape) < cfg["dropout_probability"], cfg["dropout_value"], noisy)


KINDS: dict[str, Callable[[np.ndarray, dict, np.random.Generator], np.ndarray]] = {
    "gaussian_noise": gaussian_noise,
    "image_noise": image_noise,
    "uniform_noise": uniform_noise,
}
"""Noise functions by the names that they have in the task's configuration."""
