# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The contract for people."""

from __future__ import annotations

from tsra_deploy.contract import JOINT_NUMBERS, LAST_ACTION


def contract_page(contract: dict) -> str:
    """Tell a contract in Markdown.

    Args:
        contract: As :func:`tsra_lab.export.isaac_lab.deployment_contract` gives it.

    Returns:
        The page.
    """
    run, timing = contract["run"], contract["timing"]
    states = [f"{item['repository']} at {item['commit']}{', changed' * item['changed']}" for item in run["git"]]
    lines = [
        f"# Student of {contract['task']}",
        "",
        f"- Format version: {contract['format_version']}",
        f"- Training run: `{run['name']}`, iteration {run['iteration']}",
        f"- Code: {'; '.join(states) or 'not recorded'}",
        f"- {_tell_evaluation(contract['evaluation'])}",
        f"- Control period: {timing['control_period_s']:g} s ({timing['decimation']} physics steps of"
        f" {timing['physics_dt_s']:g} s in training)",
        f"- Raw actions are bounded to {_tell_limit(contract['clip_actions'])} before scale and offset.",
        f"- Commands of training: {'; '.join(map(_tell_command, contract['commands'])) or 'none'}",
        "",
        "## Observations",
        "",
        "Clip comes first, then scale, delay and history (oldest sample first, the first of an episode repeated; by"
        " term, or by time: all terms of the group for each sample). Delays are in control periods: what a sensor"
        " reads may be that late when it is handed over, and is not delayed further; the last action is delayed by the"
        " runtime. The valid range is what the student saw while it was recorded for this file, after clip and scale.",
    ]
    for item in contract["inputs"]:
        lines += [
            "",
            f"Input `{item['name']}`, shape (batch, {', '.join(map(str, item['shape']))}):",
            "",
            "| term | shape | unit | frame | clip | scale | delay | history | noise in training | valid range |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        lines += [_tell_term(term) for term in item["terms"]]
    lines += [
        "",
        "## Targets",
        "",
        "`target = clip(scale * action + offset)`; a zero action is the safe one.",
        "",
        "| target | kind | scale | offset | clip |",
        "|---|---|---|---|---|",
    ]
    for action in contract["actions"]:
        clips = action["clip"] or [None] * len(action["targets"])
        for target, scale, offset, clip in zip(
            action["targets"], action["scale"], action["offset"], clips, strict=True
        ):
            lines.append(f"| {target} | {action['kind']} | {scale:g} | {offset:g} | {_tell_bounds(clip)} |")
    lines += ["", "## Memory", ""]
    if contract["memory"]:
        lines.append("Zero at the start of an episode; each output is the next step's input.")
        lines += [
            f"- `{item['input']}` from `{item['output']}`, shape ({item['shape'][0]}, batch, {item['shape'][1]})"
            for item in contract["memory"]
        ]
    else:
        lines.append("None.")
    joints = contract["joints"]
    if joints["names"]:
        order = ", ".join(name or "(none)" for name in joints["sdk_names"] or ["not known"])
        lines += [
            "",
            "## Joints",
            "",
            f"Order of the robot's SDK: {order}.",
            "",
            f"| joint | actuator in training | {' | '.join(name.replace('_', ' ') for name in JOINT_NUMBERS)} |",
            f"|---|---{'|---' * len(JOINT_NUMBERS)}|",
        ]
        for index, joint in enumerate(joints["names"]):
            numbers = (joints[name][index] for name in JOINT_NUMBERS)
            cells = [joint, joints["actuator"][index] or "-", *("-" if n is None else f"{n:g}" for n in numbers)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _tell_command(command: dict) -> str:
    ranges = [f"{name} {_tell_bounds(bounds)}" for name, bounds in (command["ranges"] or {}).items()]
    return f"{command['name']}{f' ({", ".join(ranges)})' if ranges else ''}"


def _tell_evaluation(evaluation: dict | None) -> str:
    if evaluation is None:
        return "Not measured"
    success = evaluation["success_rate"]
    if success is None:
        performance = f"return {evaluation['return_mean']:.3g}"
    else:
        low, high = evaluation["success_ci95"]
        performance = f"success {success:.3f} (95 %: {low:.3f} to {high:.3f})"
    episodes = f"{evaluation['episodes']} episodes, seed {evaluation['seed']}"
    return f"Measured in the training environments: {performance}, {episodes}"


def _tell_limit(limit: float | None) -> str:
    return "nothing" if limit is None else f"+-{limit:g}"


def _tell_bounds(bounds: list[float | None] | None) -> str:
    if bounds is None:
        return "-"
    low, high = ("open" if bound is None else f"{bound:g}" for bound in bounds)
    return f"{low} to {high}"


def _tell_term(term: dict) -> str:
    low, high = min(term["valid_range"]["low"]), max(term["valid_range"]["high"])
    shortest, longest = term["delay_periods"]
    provided = " (kept by the runtime)" if term["source"] == LAST_ACTION else ""
    cells = [
        f"{term['name']}{provided}",
        "x".join(map(str, term["shape"])),
        term["unit"],
        term["frame"],
        _tell_bounds(term["clip"]),
        ", ".join(f"{scale:g}" for scale in (term["scale"] if len(set(term["scale"])) > 1 else term["scale"][:1])),
        "-" if shortest == longest == 0 else str(longest) if shortest == longest else f"{shortest} to {longest}",
        f"{term['history_length']} by {term['history_order']}" if term["history_length"] else "-",
        "no" if term["noise_free"] else "yes",
        f"{low:.3g} to {high:.3g}",
    ]
    return f"| {' | '.join(cells)} |"
