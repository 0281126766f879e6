# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Uncertainty of a success rate."""

from scipy.stats import binomtest


def success_interval(successes: int, trials: int) -> list[float]:
    """95 % confidence interval of a success rate (Wilson, 1927).

    Args:
        successes: Number of successes.
        trials: Number of trials, at least 1.

    Returns:
        Lower and upper bound.
    """
    interval = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    return [float(interval.low), float(interval.high)]
