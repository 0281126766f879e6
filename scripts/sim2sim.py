# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Run an exported student in plain MuJoCo, through the episodes that Isaac Lab recorded, and compare its success."""

from __future__ import annotations

import argparse
import sys

from tsra_deploy import Policy
from tsra_results import write_report
from tsra_sim2sim import (
    WORLDS,
    SensorNoise,
    comparison,
    format_comparison,
    load_starts,
    recording_command,
    run_episodes,
)

ABSENT = ("torch", "isaaclab", "newton", "warp", "rsl_rl", "tsra_lab", "tsra_tasks")
"""What must not have a part in this: the other simulator and what trained there."""


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--policy", required=True, help="The student's file, policy.onnx.")
    parser.add_argument("--task", required=True, choices=WORLDS, help="Name of the task.")
    parser.add_argument("--starts", default=None, help="Recorded episodes, which evaluate.py --starts writes.")
    parser.add_argument("--episodes", type=int, default=None, help="Number of episodes; all recorded ones if omitted.")
    parser.add_argument("--seed", type=int, default=0, help="Seed of the sensors' noise.")
    parser.add_argument(
        "--substeps", type=int, default=1, help="Physics steps for each one in Isaac Lab; more integrate more finely."
    )
    parser.add_argument("--json", default=None, help="File for the results.")
    args = parser.parse_args()
    if args.starts is None:
        parser.error(f"--starts is missing. Record it with: {recording_command(args.task)}")
    if args.substeps < 1:
        parser.error(f"--substeps must be positive, not {args.substeps}")
    try:
        policy = Policy.load(args.policy)
        starts = load_starts(args.starts, policy.contract)
        if args.episodes is not None:
            starts = starts.first(args.episodes)
        world = WORLDS[args.task](policy.contract, starts.env_cfg, args.substeps)
        noise = SensorNoise(policy.contract, starts.env_cfg, args.seed)
    except ValueError as error:  # of the contract, the starts, the world or the noise
        parser.error(str(error))
    episodes = run_episodes(world, policy, noise, starts)
    report = comparison(starts, episodes, args.seed, args.substeps)
    print(format_comparison(report))
    if args.json is not None:
        write_report(report, args.json)
    present = [name for name in ABSENT if name in sys.modules]
    assert not present, f"{', '.join(present)} had a part in this"
    return 0


if __name__ == "__main__":
    sys.exit(main())
