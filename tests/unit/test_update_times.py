# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How durations of updates are compared."""

import pytest

from tsra_bench.update import compare

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def test_updates_are_compared_turn_by_turn() -> None:
    # a machine that slows down changes durations, but not their ratios
    ppo = [1.0, 2.0, 3.0, 4.0, 5.0]
    report = compare({"ppo": ppo, "tsra": [1.1, 2.2, 3.3, 4.8, 5.0]})
    assert report["ppo"] == {"median_s": 3.0, "ratio": 1.0, "ratio_quartiles": [1.0, 1.0]}
    assert report["tsra"]["median_s"] == 3.3 and report["tsra"]["ratio"] == pytest.approx(1.1)
    assert report["tsra"]["ratio_quartiles"] == pytest.approx([1.1, 1.1])
