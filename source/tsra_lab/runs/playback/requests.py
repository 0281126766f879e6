# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What is asked for, checked before the simulator starts."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from typing import Any

from tsra_lab.hooks import TaskHooks, hooks_of

EPISODES_SHOWN = 2
"""Environments of each policy where several act, unless the command line says otherwise."""

VISUALIZERS = {"viser": "viser", "rerun": "rerun"}
"""Packages of the visualizers that not every installation has."""


def check_playback(args: argparse.Namespace, env_cfg: Any) -> int | None:
    """Check who is to act, in how many environments, and to be seen how.

    Args:
        args: Arguments of the command.
        env_cfg: Configuration of the environment.

    Returns:
        Number of environments, unless the command line says it; None for the task's own.

    Raises:
        ValueError: If the environments cannot be split into equal parts, the task does not tell its initial states,
            or a visualizer is not installed.
    """
    for name in args.visualizer or ():
        if name in VISUALIZERS and find_spec(VISUALIZERS[name]) is None:
            raise ValueError(f"--viz {name} needs a package that is not installed: pip install -e .[viz]")
    count = len(args.policy)
    if count == 1:
        return None
    if type(hooks_of(env_cfg)).initial_state is TaskHooks.initial_state:
        raise ValueError(
            f"--policy: {type(env_cfg).__name__} does not tell its initial states, so nobody could know that several"
            " policies begin alike. Play one at a time, or give the task the hook 'initial_state'"
            " (tsra_lab.hooks.TaskHooks)."
        )
    if args.num_envs is not None and args.num_envs % count:
        raise ValueError(
            f"--num_envs {args.num_envs}: {count} policies side by side need a multiple of {count}, such as"
            f" {count * (args.num_envs // count + 1)}."
        )
    return count * EPISODES_SHOWN
