# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Letting a policy act for somebody to watch."""

from __future__ import annotations

import argparse
from typing import Any

from isaaclab_rl.entrypoints.common import run_playback

from .opening import OpenRun


def play(run: OpenRun, policy: Any, args: argparse.Namespace) -> None:
    """Let a policy act until it is interrupted, or the video is complete.

    Args:
        run: The run.
        policy: One of its policies.
        args: Arguments of the command.
    """
    obs = run.env.get_observations()

    def step() -> None:
        nonlocal obs
        obs, _, dones, _ = run.env.step(policy(obs).to(run.env.device))
        if hasattr(policy, "reset"):
            policy.reset(dones)

    run_playback(step, dt=run.env.unwrapped.step_dt, args_cli=args, env_cfg=run.env_cfg)
