# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Run an exported student in plain MuJoCo, through the episodes that Isaac Lab recorded, and compare its success."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from tsra_deploy import Policy
from tsra_results import read_initial_states, recording_command, writable_file, write_report

from . import WORLDS
from .curbs import Curbs
from .delays import SensorDelays
from .episodes import run_episodes
from .noise import SensorNoise
from .other_robot import OtherRobot
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
    parser.add_argument(
        "--seed", type=int, default=0, help="Seed of what is drawn anew: noise and delays of sensors, pushes, commands."
    )
    parser.add_argument(
        "--substeps", type=int, default=1, help="Physics steps for each one in Isaac Lab; more integrate more finely."
    )
    parser.add_argument(
        "--robot",
        type=Path,
        default=None,
        metavar="FILE",
        help=f"Model (MJCF) of a robot in the place of our own: {Curbs.task} alone. It keeps its masses, armature,"
        " friction and shapes; gains and limits of torque are the task's.",
    )
    parser.add_argument(
        "--robot_joints",
        nargs="+",
        default=[],
        metavar="OURS=ITS",
        help="Names of its joints, where they are not ours.",
    )
    parser.add_argument(
        "--motor_rotors", action="store_true", help="Give its joints the armature and friction of the task's motors."
    )
    parser.add_argument("--json", type=writable_file, default=None, help="File for the results.")
    args = parser.parse_args()
    if args.initial_states is None:
        parser.error(f"--initial_states is missing. Record it with: {recording_command(args.task)}")
    if args.substeps < 1:
        parser.error(f"--substeps must be positive, not {args.substeps}")
    try:
        robot = other_robot(args)
        policy = Policy.load(args.policy)
        contract = policy.contract
        recorded = read_initial_states(args.initial_states, contract["task"], contract["run"]["name"])
        if args.episodes is not None:
            recorded = recorded.first(args.episodes)
        world = WORLDS[args.task](contract, recorded.env_cfg, args.substeps, **({"robot": robot} if robot else {}))
        noise = SensorNoise(contract, recorded.env_cfg, args.seed)
        # what is drawn for one purpose tells nothing of what is drawn for another
        of_delays, of_world = (int(seed) for seed in np.random.SeedSequence(args.seed).generate_state(2))
        delays = SensorDelays(contract, recorded.env_cfg, of_delays)
    except ValueError as error:  # of the robot, the contract, the recorded episodes, the world or the noise
        parser.error(str(error))
    episodes = run_episodes(world, policy, noise, delays, recorded, of_world)
    report = comparison(recorded, episodes, args.seed, args.substeps)
    if args.robot is not None:
        report["robot"] = {"file": args.robot.name, "motor_rotors": args.motor_rotors}
    print(format_comparison(report))
    if args.json is not None:
        write_report(report, args.json)
    present = [name for name in ABSENT if name in sys.modules]
    assert not present, f"{', '.join(present)} had a part in this"
    return 0


def other_robot(args: argparse.Namespace) -> OtherRobot | None:
    """The robot's model that takes the place of our own.

    Args:
        args: Arguments of the command.

    Returns:
        The model; None for our own.

    Raises:
        ValueError: If what is said of it does not go together.
    """
    if args.robot is None:
        if args.robot_joints or args.motor_rotors:
            raise ValueError("--robot_joints and --motor_rotors are about another robot's model: name it by --robot")
        return None
    if args.task != Curbs.task:
        raise ValueError(f"--robot: {args.task} has its own robot alone; {Curbs.task} takes another")
    if wrong := [item for item in args.robot_joints if not all(item.partition("="))]:
        raise ValueError(f"--robot_joints: '{wrong[0]}' is not of the form OURS=ITS")
    return OtherRobot(args.robot, dict(item.split("=", 1) for item in args.robot_joints), args.motor_rotors)
