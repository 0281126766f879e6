# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A run directory with all that a report shows, of a few numbers, for tests of the report."""

from __future__ import annotations

import json
from pathlib import Path

import torch
import yaml
from test_trust import GOOD
from tiny_file import describe_vector, metadata_of, save, vector_graph
from tiny_student import describe_term
from torch.utils.tensorboard import SummaryWriter

from tsra_lab.runners import save_checkpoint

TASK = "TSRA-ColorMaze-Rover"

AGENT = GOOD | {
    "seed": 7,
    "max_iterations": 40,
    "num_steps_per_env": 24,
    "obs_groups": {"teacher": ["privileged"], "student": ["onboard"]},
}


def performance(success: float, return_mean: float = 2.0) -> dict:
    """Numbers of a policy, as an evaluation has them."""
    return {
        "return_mean": return_mean,
        "return_std": 0.5,
        "success_rate": success,
        "success_ci95": [max(0.0, success - 0.03), min(1.0, success + 0.03)],
        "episode_length_mean": 40.0,
        "outcomes": {"success": success, "lava": 1.0 - success},
        "metrics": {},
    }


def evaluation(**changes: object) -> dict:
    """What evaluate.py writes."""
    scores = {"metric": "r2", "z_teacher": 0.91, "z_student": 0.9, "state": 1.0, "permuted": None}
    return {
        "task": TASK,
        "seed": 1000,
        "episodes": 1024,
        "policies": {"teacher": performance(0.95), "student": performance(0.94)},
        "imitability": {
            "action_sensitivity": {"mean": 0.125, "to": "hidden state", "method": "task hook"},
            "leakage": {"cells": scores},
        },
    } | changes


def diagnosis(term: str = "cells") -> dict:
    """What diagnose.py writes."""
    rows = [
        {"term": name, "group": "privileged", "dependence": 1.0, "unpredictability": 0.5, "score": score}
        for name, score in ((term, 0.5), ("goal", 0.1))
    ]
    return {"terms": rows, "causes": [term], "threshold": 0.2, "returns": {"teacher": 2.0, "imitator": 1.0}}


def write_json(path: Path, value: object) -> Path:
    """Write a file, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def log_events(run: Path, iterations: int = 40, **values: float) -> None:
    """Write the curves of a training in which alignment is healthy."""
    known = {
        "Train/mean_reward": 1.5,
        "Train/mean_episode_length": 40.0,
        "Loss/value": 0.1,
        "Loss/alignment": 5.0,
        "Loss/retrieval_accuracy": 0.9,
        "Loss/embedding_std_mean": 0.8,
        "Loss/embedding_std_min": 0.4,
        "Loss/action_distance": 0.1,
        "Loss/remaining_drift": 0.001,
        "Policy/mean_std": 0.3,
    }
    with SummaryWriter(str(run)) as writer:
        for iteration in range(iterations):
            for tag, value in (known | values).items():
                writer.add_scalar(tag, value, iteration)


def write_student(run: Path, task: str = "TSRA-Tiny") -> None:
    """Export a student of one vector."""
    contract = describe_vector([describe_term("speed", "onboard", [2])], 2, task=task)
    folder = run / "student"
    folder.mkdir(exist_ok=True)
    save(vector_graph(2), folder / "policy.onnx", metadata_of(contract))


def write_run(run: Path) -> Path:
    """Write a run that was trained, and nothing beside."""
    run.mkdir(parents=True)
    manifest = {"version": 1, "library": "rsl_rl", "task": TASK, "created_at": "2026-01-02T03:04:05+00:00"}
    origin = {"command": "python scripts/train.py --task TSRA-Tiny agent.seed=3", "versions": {"torch": "2.11.0"}}
    write_json(run / "run.json", manifest | {"metadata": {"agent": "rsl_rl_cfg_entry_point"} | origin})
    (run / "params").mkdir()
    (run / "params" / "agent.yaml").write_text(yaml.safe_dump(AGENT))
    env = {"scene": {"num_envs": 64}, "decimation": 2, "sim": {"dt": 0.05}, "episode_length_s": 8.0}
    (run / "params" / "env.yaml").write_text(yaml.safe_dump(env))
    rates = {10: (0.6, 0.3), 20: (0.9, 0.89), 30: (0.93, 0.93), 40: (0.95, 0.94)}
    evaluations = [
        {"iteration": iteration, "env_steps": iteration * 24 * 64}
        | evaluation(policies={"teacher": performance(teacher), "student": performance(student)})
        for iteration, (teacher, student) in rates.items()
    ]
    write_json(run / "evaluations.json", evaluations)
    log_events(run)
    for name, iteration in (("model_40.pt", 40), ("model_best.pt", 30)):
        save_checkpoint({"iter": iteration, "rendered_frames": 1234, "weights": torch.zeros(2)}, run / name)
    return run


def write_all(run: Path) -> Path:
    """Write a run with all that a report can show."""
    write_run(run)
    write_student(run)
    write_json(run / "evaluation.json", evaluation())
    write_json(run / "diagnosis" / "diagnosis.json", diagnosis())
    (run / "figures").mkdir()
    for iteration in (10, 40):
        (run / "figures" / f"alignment_{iteration}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(iteration))
    (run / "videos" / "play").mkdir(parents=True)
    (run / "videos" / "play" / "film.gif").write_bytes(b"GIF89a" + bytes(100))
    return run
