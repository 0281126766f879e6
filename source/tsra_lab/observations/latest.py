# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Where the latest sample lies in the vector of an observation group, which may hold a history."""

from __future__ import annotations


def latest_sample(group: dict) -> list[int]:
    """Columns of the latest sample: one of each term, in the order of the terms.

    Isaac Lab lays a history out with the oldest sample first, term after term, or, where the group's ``history_order``
    is ``time``, sample after sample.

    Args:
        group: A group of the contract (:func:`tsra_lab.observations.observation_contract`), a vector.

    Returns:
        Columns of the group's vector; all of them where nothing has a history, or the environment does not tell.
    """
    (width,) = group["shape"]
    terms: list[tuple[str, list[int]]] = group["terms"] or [("", [width])]
    settings = group["settings"] or {}
    of_all = settings.get("history_length")
    if of_all and settings.get("history_order") == "time":
        return list(range(width - width // of_all, width))
    columns, end = [], 0
    for name, (size,) in terms:
        history = of_all if of_all is not None else (settings.get(name) or {}).get("history_length", 0)
        end += size
        columns += range(end - size // max(history, 1), end)
    return columns
