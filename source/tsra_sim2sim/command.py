# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Run an exported student in plain MuJoCo, through the episodes that Isaac Lab recorded, and compare its success."""

from __future__ import annotations

import argparse
import sys

from tsra_deploy import Policy
from tsra_results import read_initial_states, recording_command, writable_file, write_report

from . import WORLDS
from .episodes import run_episodes
from .noise import SensorNoise
from .report import comparison, format_comparison

ABSENT = ("torch", "isaaclab", "newton", "warp", "rsl_rl", "tsra_lab", "tsra_tasks")
"""What must not have a part in this: the other simulator and what trained there."""


def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--policy", required=True, help="The student's file, policy.onnx.")
    parser.add_argument("--task", required=True, choices=WORLDS, help="Name of the task.")
    parser.add_argument(
        "--initial_states", default=None, help="Recorded episodes, which evaluate.py --initial_states writes."
    )
    parser.add_argument("--episodes", type=int, default=None, help="Number of episodes; all recorded ones if omitted.")
    parser.add_argument("--seed", type=int, default=0, help="Seed of the sensors' noise.")
    parser.add_argument(
        "--substeps", type=int, default=1, help="Physics steps for each one in Isaac Lab; more integrate more finely."
    )
    parser.add_argument("--json", type=writable_file, default=None, help="File for the results.")
    args = parser.parse_args()
    if args.initial_states is None:
        parser.error(f"--initial_states is missing. Record it with: {recording_command(args.task)}")
    if args.substeps < 1:
        parser.error(f"--substeps must be positive, not {args.substeps}")
    try:
        policy = Policy.load(args.policy)
        contract = policy.contract
        recorded = read_initial_states(args.initial_states, contract["task"], contract["run"]["name"])
        if args.episodes is not None:
            recorded = recorded.first(args.episodes)
        world = WORLDS[args.task](contract, recorded.env_cfg, args.substeps)
        noise = SensorNoise(contract, recorded.env_cfg, args.seed)
    except ValueError as error:  # of the contract, the recorded episodes, the world or the noise
        parser.error(str(error))
    episodes = run_episodes(world, policy, noise, recorded)
    report = comparison(recorded, episodes, args.seed, args.substeps)
    print(format_comparison(report))
    if args.json is not None:
        write_report(report, args.json)
    present = [name for name in ABSENT if name in sys.modules]
    assert not present, f"{', '.join(present)} had a part in this"
    return 0
