# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A robot with legs lies, stands up, walks and stops, in MuJoCo, at the pace of a clock, and how late each step was.

The robot is that of ``TSRA-Velocity-Curbs-Quadruped`` or, with ``--robot``, a model that others made. On a real robot,
:class:`Robot` is what its SDK gives, and the rest stays.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from state_machine import Mode, MotorCommand, StateMachine

from tsra_deploy import Policy, Safety
from tsra_results import read_initial_states
from tsra_sim2sim import Curbs, OtherRobot

SCHEDULE = {0.0: "off", 1.0: "stand", 3.0: "run"}
"""What is asked for, by time [s]; ``stop`` comes after what the command line says."""

REST = 3.0
"""Time after ``stop`` [s]."""


class Robot:
    """A robot whose motors take positions and gains: here one in MuJoCo."""

    def __init__(self, world: Curbs, state: dict[str, np.ndarray]) -> None:
        """Put it somewhere.

        Args:
            world: The world.
            state: Where an episode begins.
        """
        self.world = world
        self._drives = [world.model.actuator(name).id for name in world.targets]
        world.reset(state)

    def read(self) -> tuple[dict[str, np.ndarray], float]:
        """Read the sensors: readings by name, and when they were made, by ``time.monotonic`` [s]."""
        return self.world.observe(), time.monotonic()

    def command(self, command: MotorCommand) -> None:
        """Tell the motors, and let a control period pass."""
        model = self.world.model
        model.actuator_gainprm[self._drives, 0] = command.stiffness
        model.actuator_biasprm[self._drives, 1] = -command.stiffness
        model.actuator_biasprm[self._drives, 2] = -command.damping
        self.world.step(command.positions)


def run(
    robot: Robot,
    machine: StateMachine,
    requests: dict[float, str],
    duration: float,
    watch: Callable[[float], None] = lambda now: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Run the loop at the student's rate.

    Args:
        robot: The robot.
        machine: Its state machine.
        requests: What is asked for, by time [s].
        duration: Until when [s].
        watch: Called after each step with its time [s].

    Returns:
        How late each step began [s], and how long its work took [s].
    """
    period = machine.policy.control_period
    steps = round(duration / period)
    lateness, work = np.zeros(steps), np.zeros(steps)
    waiting = sorted(requests.items())
    due = time.monotonic()
    for step in range(steps):
        time.sleep(max(due - time.monotonic(), 0.0))
        begin, before = time.monotonic(), machine.mode
        if waiting and waiting[0][0] <= (step + 0.5) * period:
            _, what = waiting.pop(0)
            try:
                machine.request(what)
            except ValueError as error:
                print(f"{step * period:5.2f} s  {error}")
        robot.command(machine.step(*robot.read()))
        if machine.mode is not before:
            print(f"{step * period:5.2f} s  {machine.mode.value}{machine.reason and f': {machine.reason}'}")
        watch(step * period)
        lateness[step], work[step] = begin - due, time.monotonic() - begin
        due += period
    return lateness, work


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("policy", help="The student's file, policy.onnx.")
    parser.add_argument("initial_states", help="Recorded episodes (evaluate.py --initial_states): the task's settings.")
    parser.add_argument("--seconds", type=float, default=10.0, help="How long the student acts.")
    parser.add_argument("--episode", type=int, default=0, help="Which recorded episode's curbs and command.")
    parser.add_argument("--robot", type=Path, default=None, help="Model (MJCF) of another robot.")
    parser.add_argument("--motor_rotors", action="store_true", help="Give its joints our motors' armature.")
    parser.add_argument("--substeps", type=int, default=1, help="Physics steps for each one in training.")
    args = parser.parse_args()
    policy = Policy.load(args.policy, Safety(out_of_range="ignore"))
    states = read_initial_states(args.initial_states, policy.contract["task"], policy.contract["run"]["name"])
    other = None if args.robot is None else OtherRobot(args.robot, {}, args.motor_rotors)
    robot = Robot(Curbs(policy.contract, states.env_cfg, args.substeps, other), states.state(args.episode))
    machine = StateMachine(policy)
    walked, falls = [], []

    def watch(_now: float) -> None:
        falls.append(machine.mode is Mode.FALLEN)
        if machine.mode is Mode.RUNNING:
            walked.append(robot.world.state()["position"][:2])

    stop = max(SCHEDULE) + args.seconds
    lateness, work = run(robot, machine, SCHEDULE | {stop: "stop"}, stop + REST, watch)
    distance = np.linalg.norm(walked[-1] - walked[0]) if walked else 0.0
    print(f"walked {distance:.2f} m in {len(walked) * policy.control_period:.2f} s; fell: {any(falls)}")
    for name, values in (("late by", lateness), ("work of a step", work)):
        middle, most = np.percentile(values, [50, 99]) * 1e3
        print(f"{name}: median {middle:.2f} ms, 99 % {most:.2f} ms, largest {values.max() * 1e3:.2f} ms")
    print(f"steps that took more than a period: {(work > policy.control_period).sum()} of {len(work)}")


if __name__ == "__main__":
    main()
