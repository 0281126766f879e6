# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Rewards of the drawer task that need no simulator."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from tsra_tasks.open_drawer.mdp import excess_command

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def test_only_what_exceeds_the_bounds_of_an_action_costs() -> None:
    actions = torch.tensor([[0.9, -1.0, 0.0, 1.0], [1.5, -3.0, 0.5, 0.0]])
    env = SimpleNamespace(action_manager=SimpleNamespace(action=actions))
    assert excess_command(env).tolist() == [0.0, 4.25]
