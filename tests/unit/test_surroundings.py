# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What TSRA's teacher encodes is a part of what is privileged: whoever changes one of the two must change both."""

from __future__ import annotations

from typing import Any

import pytest

from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

GROUPS = ("surroundings", "privileged")
CHANGES = {
    "TSRA-ObstacleFlight-Quadrotor": "posts_ahead.params.max_range=2.0",
    "TSRA-Velocity-Curbs-Quadruped": "height_profile.params.nominal_height=0.5",
    "TSRA-Velocity-Flat-Go2": "base_lin_vel.scale=2.0",
}
"""An override of a term, by task."""


def resolved(task: str, *overrides: str) -> Any:
    """Configuration of a task's environment, validated."""
    cfg, _ = resolve_task_config(task, None, overrides=[f"env.observations.{override}" for override in overrides])
    cfg.validate()
    return cfg


@pytest.mark.parametrize("task", CHANGES)
@pytest.mark.parametrize("group", GROUPS)
def test_a_term_that_is_changed_in_one_group_alone_is_refused(task: str, group: str) -> None:
    term = CHANGES[task].partition(".")[0]
    message = f"'{term}' of 'surroundings' is not that of 'privileged'.* env.observations.privileged.{term} alike"
    with pytest.raises(ValueError, match=message):
        resolved(task, f"{group}.{CHANGES[task]}")


@pytest.mark.parametrize("task", CHANGES)
def test_a_term_that_is_changed_in_both_is_the_same_in_both(task: str) -> None:
    observations = resolved(task, *(f"{group}.{CHANGES[task]}" for group in GROUPS)).observations
    term = CHANGES[task].partition(".")[0]
    changed, plain = getattr(observations.surroundings, term), getattr(resolved(task).observations.privileged, term)
    assert changed == getattr(observations.privileged, term) != plain
