# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A robot's loop at a fixed rate: sensors, student, actuators, and how late each step was.

Replace :func:`read_sensors` and :func:`command` by the robot's own; as they stand, the sensors read the middle of what
the student saw in training, and nothing moves. Needs numpy and onnxruntime alone: ``python robot_loop.py policy.onnx``.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from tsra_deploy import ActionError, ObservationError, Policy, Safety


def read_sensors(policy: Policy) -> tuple[dict[str, np.ndarray], float]:
    """Read every sensor that the student needs.

    Args:
        policy: The student.

    Returns:
        Reading of each term, in the units of the contract, and when the oldest was made, by ``time.monotonic`` [s].
    """
    terms = {term["name"]: term for item in policy.inputs for term in item["terms"]}
    readings = {}
    for name in policy.sensor_names:
        term = terms[name]
        low, high = (np.array(term["valid_range"][bound]) for bound in ("low", "high"))
        readings[name] = np.broadcast_to(0.5 * (low + high) / term["scale"], term["shape"])
    return readings, time.monotonic()


def command(targets: np.ndarray) -> None:
    """Hand the targets to the robot's controllers.

    Args:
        targets: Targets of ``policy.target_names``, in physical units.
    """


def run(policy: Policy, steps: int) -> np.ndarray:
    """Run the loop.

    Args:
        policy: The student.
        steps: Number of control steps.

    Returns:
        How late each step began [s].
    """
    lateness = np.zeros(steps)
    policy.reset()  # an episode begins
    due = time.monotonic()
    for step in range(steps):
        time.sleep(max(due - time.monotonic(), 0.0))
        lateness[step] = time.monotonic() - due
        try:
            readings, observed_at = read_sensors(policy)
            targets = policy.act(readings, observed_at)
        except (ObservationError, ActionError) as error:
            print(f"step {step}: {error}", file=sys.stderr)
            targets = policy.safe_targets
            policy.reset()  # the history has a hole
        command(targets)
        due += policy.control_period
    return lateness


if __name__ == "__main__":
    student = Policy.load(sys.argv[1], Safety(out_of_range="stop"))
    late = run(student, steps=100)
    latency = student.latency.summary()
    print(
        f"{1.0 / student.control_period:.0f} Hz; late by {np.median(late) * 1e6:.0f} us, at most {late.max() * 1e6:.0f}"
    )
    print(f"act(): {latency['p50_s'] * 1e6:.0f} us, p99 {latency['p99_s'] * 1e6:.0f} us")
