# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract in the form that Unitree's C++ deployment reads (``deploy.yaml`` of unitree_rl_lab)."""

from __future__ import annotations

import yaml

from tsra_deploy.contract import width_of


def unitree_yaml(contract: dict) -> str:
    """Lay a contract out as ``deploy.yaml``.

    Joints keep the order of training, so ``joint_ids_map`` is the identity: whoever runs it on a robot whose SDK
    orders joints differently changes that one list.

    Args:
        contract: As :func:`tsra_lab.export.isaac_lab.deployment_contract` gives it.

    Returns:
        Text of the file.

    Raises:
        ValueError: If that deployment cannot run the student: it has one vector input, no memory, and joint position
            targets only.
    """
    inputs, joints = contract["inputs"], contract["joints"]
    problems = [
        problem
        for problem, present in (
            ("images or several inputs", len(inputs) != 1 or len(inputs[0]["shape"]) != 1),
            ("a memory", bool(contract["memory"])),
            ("targets other than joint positions", any(a["kind"] != "joint position" for a in contract["actions"])),
        )
        if present
    ]
    if problems:
        raise ValueError(f"Unitree's deployment cannot run this student, for it has {' and '.join(problems)}.")
    actions = {}
    for action in contract["actions"]:
        ids = [joints["names"].index(target) for target in action["targets"]]
        actions[action["type"]] = {
            "clip": action["clip"],
            "joint_names": action["targets"],
            "scale": action["scale"],
            "offset": action["offset"],
            "joint_ids": None if ids == list(range(len(joints["names"]))) else ids,
        }
    observations = {
        term["name"]: {
            "params": {},
            "clip": term["clip"],
            "scale": [term["scale"]] * width_of(term),
            "history_length": max(term["history_length"], 1),
        }
        for term in inputs[0]["terms"]
    }
    return yaml.safe_dump(
        {
            "joint_ids_map": list(range(len(joints["names"]))),
            "step_dt": contract["timing"]["control_period_s"],
            "stiffness": joints["stiffness"],
            "damping": joints["damping"],
            "default_joint_pos": joints["default_position"],
            "commands": {name: {} for name in contract["commands"]},
            "actions": actions,
            "observations": observations,
        },
        sort_keys=False,
        default_flow_style=None,
    )
