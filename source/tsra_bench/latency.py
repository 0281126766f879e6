# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""How long an exported student takes on one CPU core, beside the same network in PyTorch.

For each file, at batch 1: ``Policy.act``, from sensor readings to targets, and the same in eager PyTorch without the
runtime's checks; and the network alone: in ONNX Runtime, eager PyTorch and TorchScript. The networks of PyTorch are
built from the configuration of the run that the file lies in, with fresh weights: time does not depend on them.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from tensordict import TensorDict

from tsra_deploy import Policy
from tsra_deploy.contract import BY_TIME
from tsra_lab.models import EncodedPolicy
from tsra_lab.runners import load_checkpoint
from tsra_lab.runs import agent_of_run, aligned_models, find_checkpoint
from tsra_results import write_report

WARMUP, CALLS = 500, 5000
"""Calls before measuring, and measured calls."""


def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("files", nargs="+", type=Path, help="Exported TSRA students (student/policy.onnx of a run).")
    parser.add_argument("--json", default=None, help="File for the results.")
    args = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core
    torch.set_num_threads(1)
    results = {}
    for file in args.files:
        policy = Policy.load(file)
        result = measure(policy, file)
        results[policy.contract["task"]] = result
        print(f"{policy.contract['task']} ({file}):")
        for name, numbers in result.items():
            print(f"  {name:<24}" + ", ".join(f"{key} {value:.1f}" for key, value in numbers.items()))
    if args.json is not None:
        write_report(results, args.json)
    return 0


def measure(policy: Policy, file: Path) -> dict[str, dict[str, float]]:
    """Measure one student; returns ``p50_us`` and ``p99_us`` [us] for each way to run it."""
    terms = {term["name"]: term for item in policy.inputs for term in item["terms"]}
    sensors = {name: middle_of(terms[name]) for name in policy.sensor_names}
    feed = {item["name"]: np.zeros((1, *item["shape"]), np.float32) for item in policy.inputs}
    for item in policy.contract["memory"]:
        layers, features = item["shape"]
        feed[item["input"]] = np.zeros((layers, 1, features), np.float32)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    outputs = [node.name for node in session.get_outputs()]
    student, obs = torch_student(file.parent.parent, policy)
    tensors = [torch.from_numpy(feed[item["name"]]) for item in policy.inputs]
    images = [tensor for tensor in tensors if tensor.dim() > 2]
    arguments = [tensor for tensor in tensors if tensor.dim() == 2] + ([images] if images else [])
    with torch.inference_mode():
        ways = {
            "Policy.act": durations(lambda: policy.act(sensors)),
            "the same in PyTorch": durations(torch_act(student, policy, sensors)),
            "network, ONNX Runtime": durations(lambda: session.run(outputs, feed)),
            "network, PyTorch eager": durations(lambda: student(obs)),
        }
        if student.shared is None:  # else it has no such form
            scripted = torch.jit.script(student.as_jit())
            ways["network, TorchScript"] = durations(lambda: scripted(*arguments))
    return ways


def middle_of(term: dict) -> np.ndarray:
    """An observation in the middle of what the student saw, before scale, of the term's shape."""
    low, high = (np.array(term["valid_range"][bound]) for bound in ("low", "high"))
    scale = np.where(np.equal(term["scale"], 0.0), 1.0, term["scale"])  # where the scale is 0, any reading does
    return np.broadcast_to(0.5 * (low + high) / scale, term["shape"]).astype(np.float32)


def torch_student(run: Path, policy: Policy) -> tuple[EncodedPolicy, TensorDict]:
    """Build the student's network in PyTorch; returns it and an observation of one robot."""
    checkpoint = find_checkpoint(policy.contract["task"], str(run))
    agent, contract = agent_of_run(checkpoint), load_checkpoint(checkpoint, "cpu")["observation_contract"]
    groups, settings = agent["obs_groups"]["student"], aligned_models(agent, contract)["student"]
    widths = {item["name"]: tuple(item["shape"]) for item in policy.inputs if len(item["shape"]) > 1}
    for group in groups:
        terms = [term for item in policy.inputs for term in item["terms"] if term["group"] == group]
        if group not in widths:
            widths[group] = (sum(term["shape"][0] * max(term["history_length"], 1) for term in terms),)
    obs = TensorDict({group: torch.zeros(1, *widths[group]) for group in groups}, batch_size=[1])
    models = [settings[name] for name in ("encoder", "head", "embedding_dim", "shared")]
    return EncodedPolicy(obs, {"student": groups}, "student", len(policy.target_names), *models).eval(), obs


def torch_act(student: EncodedPolicy, policy: Policy, sensors: dict[str, np.ndarray]) -> Callable[[], np.ndarray]:
    """What a robot's loop in eager PyTorch does: assemble, clip and scale, run the student, scale, shift and clip.

    Args:
        student: The network.
        policy: The exported student, whose contract is followed.
        sensors: Sensor readings by term.

    Returns:
        A function that gives targets of shape (num_targets,).
    """
    terms = [term for item in policy.inputs for term in item["terms"]]
    groups = list(dict.fromkeys(term["group"] for term in terms))
    actions = policy.contract["actions"]
    scale, offset = (torch.tensor([x for action in actions for x in action[name]]) for name in ("scale", "offset"))
    bounds = [bound for item in actions for bound in (item["clip"] or [[None, None]] * len(item["targets"]))]
    low = torch.tensor([-torch.inf if bound is None else bound for bound, _ in bounds])
    high = torch.tensor([torch.inf if bound is None else bound for _, bound in bounds])
    last_action = torch.zeros(1, len(scale))
    scales = {term["name"]: torch.tensor(term["scale"]) for term in terms}

    past: dict[tuple[str, str], torch.Tensor] = {}

    def prepare(term: dict) -> torch.Tensor:
        value = torch.from_numpy(sensors[term["name"]])[None] if term["name"] in sensors else last_action
        value = value if term["clip"] is None else value.clamp(*term["clip"])
        value = value if set(term["scale"]) == {1.0} else value * scales[term["name"]]
        if term["history_length"] == 0:
            return value
        key, value = (term["group"], term["name"]), value[:, None]
        samples = past.get(key, value.expand(-1, term["history_length"], -1))
        past[key] = torch.cat([samples[:, 1:], value], dim=1)
        return past[key] if term["history_order"] == BY_TIME else past[key].flatten(1)

    def act() -> np.ndarray:
        parts = {group: [prepare(term) for term in terms if term["group"] == group] for group in groups}
        joined = {group: torch.cat(tensors, dim=-1) for group, tensors in parts.items()}
        # a history by time is flat only once its terms are side by side; images stay as they are
        obs = TensorDict({name: x.flatten(1) if x.dim() == 3 else x for name, x in joined.items()}, batch_size=[1])
        return (student(obs)[0] * scale + offset).clamp(low, high).numpy()

    return act


def durations(call: Callable[[], object]) -> dict[str, float]:
    """Time a call; returns ``p50_us`` and ``p99_us`` [us]."""
    for _ in range(WARMUP):
        call()
    times = np.empty(CALLS)
    for index in range(CALLS):
        begin = time.perf_counter()
        call()
        times[index] = time.perf_counter() - begin
    p50, p99 = 1.0e6 * np.quantile(times, (0.5, 0.99))
    return {"p50_us": float(p50), "p99_us": float(p99)}
