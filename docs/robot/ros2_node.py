# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A ROS 2 node around a student. Written against rclpy's documented interface; it was not run.

Topics: each sensor term NAME is read from ``~/NAME`` (``std_msgs/Float32MultiArray``: the term's elements in the order
and units of the contract; an image row by row), targets go out on ``~/targets`` (the same type, in the order of
``policy.target_names``). A bridge from the robot's own messages belongs in front. Episodes begin with the service
``~/reset`` (``std_srvs/Empty``). Until every sensor has spoken, and whenever the student must not act, the safe targets
are sent.
"""

from __future__ import annotations

import time

import numpy as np
import rclpy
from rclpy.node import Node
from std_msgs.msg import Float32MultiArray
from std_srvs.srv import Empty

from tsra_deploy import ActionError, ObservationError, Policy


class StudentNode(Node):
    """Acts at the student's control rate on the latest message of each sensor."""

    def __init__(self) -> None:
        """Load the file that the parameter ``policy`` names, and subscribe to what it needs."""
        super().__init__("student")
        self.policy = Policy.load(self.declare_parameter("policy", "policy.onnx").value)
        shapes = {term["name"]: term["shape"] for item in self.policy.inputs for term in item["terms"]}
        self.readings: dict[str, np.ndarray] = {}
        self.times: dict[str, float] = {}
        for name in self.policy.sensor_names:
            self.create_subscription(
                Float32MultiArray, f"~/{name}", lambda message, n=name: self.listen(n, shapes[n], message), 1
            )
        self.publisher = self.create_publisher(Float32MultiArray, "~/targets", 1)
        self.create_service(Empty, "~/reset", self.reset)
        self.create_timer(self.policy.control_period, self.step)

    def listen(self, name: str, shape: list[int], message: Float32MultiArray) -> None:
        """Keep a sensor's latest message, or drop one of the wrong size, so that the last good one grows stale."""
        values = np.array(message.data, np.float32)
        if values.size != np.prod(shape):
            self.get_logger().error(f"'{name}' has {values.size} elements, not {shape}.")
            return
        self.readings[name], self.times[name] = values.reshape(shape), time.monotonic()

    def reset(self, _request: Empty.Request, response: Empty.Response) -> Empty.Response:
        """Begin an episode."""
        self.policy.reset()
        return response

    def step(self) -> None:
        """Act once."""
        targets = self.policy.safe_targets
        if self.readings.keys() == set(self.policy.sensor_names):
            try:
                targets = self.policy.act(self.readings, min(self.times.values()))
            except (ObservationError, ActionError) as error:
                self.get_logger().error(str(error))
                self.policy.reset()
        self.publisher.publish(Float32MultiArray(data=targets.tolist()))


if __name__ == "__main__":
    rclpy.init()
    rclpy.spin(StudentNode())
