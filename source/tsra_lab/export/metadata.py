# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Metadata keys that robots' runtimes already read."""

from __future__ import annotations

from tsra_deploy.contract import BY_TERM, LAST_ACTION


def standard_metadata(contract: dict) -> dict[str, str]:
    """Write the keys that whole_body_tracking and mjlab write, in their spelling.

    Lists are comma-separated. Numbers keep the full precision of a 32-bit float. What their readers would take for
    something else is left out: gains where a joint has none, scales where a term has several, and histories by time or
    of a last action that is delayed.

    Args:
        contract: As :func:`tsra_lab.export.isaac_lab.deployment_contract` gives it.

    Returns:
        Metadata by key.
    """
    terms = [term for item in contract["inputs"] for term in item["terms"]]
    scale_of = {
        joint: scale
        for action in contract["actions"]
        for joint, scale in zip(action["targets"], action["scale"], strict=True)
    }
    joints = contract["joints"]
    metadata = {
        "run_path": contract["run"]["name"],
        "joint_names": ",".join(joints["names"]),
        "default_joint_pos": _csv(joints["default_position"]),
        "command_names": ",".join(command["name"] for command in contract["commands"]),
        "observation_names": ",".join(term["name"] for term in terms),
        "action_scale": _csv(list(scale_of.values())),
        "observation_terms_clip": ",".join(
            "-inf;inf" if term["clip"] is None else _csv_bounds(*term["clip"]) for term in terms
        ),
    }
    if None not in joints["stiffness"] + joints["damping"]:
        metadata |= {"joint_stiffness": _csv(joints["stiffness"]), "joint_damping": _csv(joints["damping"])}
    if all(len(set(term["scale"])) == 1 for term in terms):
        metadata["observation_terms_scale"] = _csv([term["scale"][0] for term in terms])
    prompt = all(term["source"] != LAST_ACTION or term["delay_periods"] == [0, 0] for term in terms)
    if prompt and all(term["history_order"] == BY_TERM for term in terms):
        metadata |= {
            "observation_terms_history_length": ",".join(str(term["history_length"]) for term in terms),
            "observation_terms_flatten_history_dim": ",".join("True" for _ in terms),
        }
    return metadata


def _csv(values: list[float]) -> str:
    return ",".join(f"{value:.9g}" for value in values)


def _csv_bounds(low: float | None, high: float | None) -> str:
    return f"{'-inf' if low is None else format(low, '.9g')};{'inf' if high is None else format(high, '.9g')}"
