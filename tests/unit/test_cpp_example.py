# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The C++ example gives the targets of the Python runtime and refuses what that refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from test_memory import Walk, describe_memory
from tiny_file import describe_action, describe_vector, metadata_of, save, vector_graph
from tiny_student import (
    EMBEDDING_DIM,
    HEAD,
    IMAGE_BETWEEN_VECTORS,
    NUM_ACTIONS,
    VECTORS,
    describe_student,
    describe_term,
    encoder_cfg,
    observations,
)

from tsra_deploy import FORMAT_VERSION, ContractError, Policy
from tsra_lab.export import export_student, record_inputs
from tsra_lab.models import EncodedPolicy, RecurrentCNNModel

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SOURCES = Path(__file__).parents[2] / "docs" / "robot" / "cpp"

MISUSE = """
#include <iostream>
#include "student.hpp"

int main(int, char** argv) {
  tsra::Student student(argv[1]);
  const tsra::Readings good{{"gyro", {1.0f, 2.0f}}};
  const auto try_to_act = [&student](const tsra::Readings& readings) {
    try {
      for (float target : student.act(readings)) std::cout << target << ' ';
      std::cout << '\\n';
    } catch (const tsra::ObservationError& error) {
      std::cout << error.what() << '\\n';
    }
  };
  try_to_act(good);
  try_to_act({});
  try_to_act({{"gyro", {1.0f}}});
  try_to_act({{"gyro", {1.0f, 2.0f}}, {"action", {0.0f, 0.0f}}});
  try_to_act({{"gyro", {1.0f, 0.0f / 0.0f}}});
  try_to_act(good);
}
"""
"""A program that goes on after each error."""


class Example:
    """The example, built."""

    def __init__(self, directory: Path, root: Path) -> None:
        """Compile against the ONNX Runtime in ``root``."""
        self.directory = directory
        self._library = root / "lib"
        self._compile = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-isystem", str(root / "include")]
        for name in ("json", "student"):
            self._call([*self._compile, "-c", str(SOURCES / f"{name}.cpp"), "-o", f"{name}.o"])
        self.program = self.build(SOURCES / "main.cpp")

    def build(self, main: Path) -> Path:
        """Build a program of the example's class."""
        objects = ["json.o", "student.o"]
        link = [f"-L{self._library}", "-lonnxruntime", f"-Wl,-rpath,{self._library}"]
        self._call([*self._compile, f"-I{SOURCES}", str(main), *objects, *link, "-o", main.stem])
        return self.directory / main.stem

    def run(self, path: Path, lines: list[str]) -> subprocess.CompletedProcess[str]:
        """Run the program on lines of readings."""
        text = "".join(line + "\n" for line in lines)
        return subprocess.run([self.program, path], input=text, capture_output=True, text=True, timeout=60)

    def _call(self, command: list[str]) -> None:
        built = subprocess.run(command, cwd=self.directory, capture_output=True, text=True)
        assert built.returncode == 0, built.stderr


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    root = os.environ.get("ONNXRUNTIME_ROOT")
    if root is None or shutil.which("g++") is None:
        pytest.skip("needs g++ and ONNXRUNTIME_ROOT, a folder with ONNX Runtime's include/ and lib/")
    return Example(tmp_path_factory.mktemp("cpp"), Path(root))


def assert_same_targets(example: Example, policy: Policy, path: Path, episodes: tuple[int, ...] = (5, 4)) -> None:
    """Compare the targets of both runtimes on random readings over episodes of so many steps."""
    rng = np.random.default_rng(0)
    shapes = {term["name"]: term["shape"] for item in policy.inputs for term in item["terms"]}
    lines, expected = [], []
    for steps in episodes:
        policy.reset()
        lines.append("")
        for _ in range(steps):
            readings = {name: rng.normal(size=shapes[name]).astype(np.float32) for name in policy.sensor_names}
            expected.append(policy.act(readings))
            lines.append(" ".join(f"{x:.9g}" for name in policy.sensor_names for x in readings[name].flat))
    done = example.run(path, lines)
    assert done.returncode == 0, done.stderr
    targets = np.array([line.split() for line in done.stdout.splitlines()], dtype=np.float32)
    np.testing.assert_allclose(targets, np.array(expected), atol=1e-5, rtol=0)


def mixing_graph(width: int, count: int) -> onnx.GraphProto:
    """A graph whose actions are mixtures of its vector, each element with a weight of its own."""
    weights = np.random.default_rng(1).normal(size=(width, count)).astype(np.float32)
    return helper.make_graph(
        [helper.make_node("MatMul", ["obs", "weights"], ["actions"])],
        "student",
        [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", width])],
        [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", count])],
        [numpy_helper.from_array(weights, "weights")],
    )


def test_order_clip_scale_history_and_last_action_are_those_of_python(example: Example, tmp_path: Path) -> None:
    terms = [
        describe_term("gyro", "imu", [2], [2.0, -0.3], [-0.5, None], history_length=3),
        describe_term("speed", "imu", [1], 0.1, delay_periods=[1, 4]),
        describe_term("action", "policy", [3], 0.7, [-0.6, 0.6], 2, "last_action", delay_periods=[2, 2]),
        describe_term("height", "imu", [1], -3.0, [None, 0.4], history_length=1),
        describe_term("slope", "ground", [2], history_length=2, history_order="time"),
        describe_term("before", "ground", [3], 0.5, None, 2, "last_action", history_order="time"),
    ]
    actions = [
        describe_action(["hip", "knee"], [2.0, 3.0], [0.5, -0.5], [[-1.0, None], [-100.0, 1.5]]),
        describe_action(["wheel"], [10.0], [0.1]),
    ]
    inputs = [{"name": "obs", "shape": [24], "terms": terms}]
    contract = describe_student(VECTORS) | {"inputs": inputs, "actions": actions, "clip_actions": 1.2}
    path = save(mixing_graph(24, 3), tmp_path / "policy.onnx", metadata_of(contract))
    assert_same_targets(example, Policy.load(path), path)


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_images_and_memory_are_those_of_python(example: Example, kind: str, tmp_path: Path) -> None:
    groups = IMAGE_BETWEEN_VECTORS
    memory = {"class_name": RecurrentCNNModel, "rnn_type": kind, "rnn_hidden_dim": 6, "rnn_num_layers": 2}
    encoder = encoder_cfg(groups) | memory
    torch.manual_seed(0)
    student = EncodedPolicy(observations(2), {"student": groups}, "student", NUM_ACTIONS, encoder, HEAD, EMBEDDING_DIM)
    contract = describe_student(groups) | {"memory": describe_memory(kind, 2, 6)}
    recorded = record_inputs(Walk(), student.eval(), groups, num_steps=200, seed=3)
    path = export_student(student, groups, contract, recorded, tmp_path)
    assert_same_targets(example, Policy.load(path), path)


def test_the_contract_is_printed_in_utf8(example: Example, tmp_path: Path) -> None:
    term = describe_term("gyro", "imu", [2]) | {"unit": "\u00b0/s \u2192 \U0001f916", "frame": 'the "body"'}
    path = save(vector_graph(2), tmp_path / "policy.onnx", metadata_of(describe_vector([term], 2)))
    printed = subprocess.run([example.program, path, "--contract"], capture_output=True, encoding="utf-8", check=True)
    assert printed.stdout.splitlines() == [
        "control period 0.02 s",
        'sensor gyro 2 \u00b0/s \u2192 \U0001f916, the "body"',
        "target joint_0 0",
        "target joint_1 0",
    ]


def test_what_must_not_be_acted_on_is_an_error_and_forgotten(example: Example, tmp_path: Path) -> None:
    contract = describe_vector([describe_term("gyro", "imu", [2], history_length=2)], 4)
    path = save(vector_graph(4), tmp_path / "policy.onnx", metadata_of(contract))
    source = tmp_path / "misuse.cpp"
    source.write_text(MISUSE)
    done = subprocess.run([example.build(source), path], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "1 2 1 2 ",
        "Observation 'gyro' is missing.",
        "Observation 'gyro' has 1 elements, not 2.",
        "Observation 'action' is unknown. The last action is the runtime's own.",
        "Observation 'gyro' is not finite.",
        "1 2 1 2 ",
    ]


@pytest.mark.parametrize(
    "line, problem",
    [
        ("1", "ends within 'gyro'"),
        ("1 2 3", "goes on after the last sensor"),
        ("1 x", "'x' of 'gyro' is no number"),
        ("1 nan", "'gyro' is not finite"),
        ("1 1e40", "'gyro' is not finite"),
    ],
)
def test_a_line_that_is_no_reading_ends_the_program(example: Example, line: str, problem: str, tmp_path: Path) -> None:
    contract = describe_vector([describe_term("gyro", "imu", [2])], 2)
    path = save(vector_graph(2), tmp_path / "policy.onnx", metadata_of(contract))
    done = example.run(path, ["1 2", line, "1 2"])
    assert done.returncode == 1 and problem in done.stderr
    assert done.stdout.splitlines() == ["1 2 "]


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"format_version": 2}, f"format version is 2, not {FORMAT_VERSION}"),
        ({"format_version": True}, "no number"),
        ({"output": "means"}, "output is not 'actions'"),
        ({"clip_actions": 0.0}, "clip_actions is not positive"),
        ({"clip_actions": 1e39}, "beyond a 32-bit float"),
        ({"inputs": []}, "there are no inputs"),
        ({"actions": [describe_action(["hip"], [1.0], [0.0])]}, "'actions' of the graph has another type or shape"),
        ({"actions": [describe_action(["hip", "knee"], [1.0], [0.0])]}, "not one for each target"),
        ({"memory": [{"input": "h_in", "output": "h_out", "shape": [1, 4]}]}, "the graph has other inputs"),
        ({"inputs": [{"name": "obs", "shape": [2], "terms": [describe_term("gyro", "imu", [3])]}]}, "do not fill"),
        ({"inputs": [{"name": "odd", "shape": [2], "terms": [describe_term("gyro", "imu", [2])]}]}, "has 'obs' where"),
    ],
)
def test_a_file_that_is_no_student_is_refused(example: Example, changes: dict, problem: str, tmp_path: Path) -> None:
    contract = describe_vector([describe_term("gyro", "imu", [2])], 2, **changes)
    path = save(vector_graph(2), tmp_path / "policy.onnx", metadata_of(contract))
    with pytest.raises(ContractError):
        Policy.load(path)
    done = example.run(path, [])
    assert done.returncode == 1 and problem in done.stderr


@pytest.mark.parametrize("text", ["", "[1", "[1 2]", "[] x", '"\\ud800"', "[" * 100, "1.5.2", "nul", '{"a" 1}'])
def test_metadata_that_are_no_json_are_refused(example: Example, text: str, tmp_path: Path) -> None:
    metadata = metadata_of(describe_vector([describe_term("gyro", "imu", [2])], 2)) | {"tsra.timing": text}
    done = example.run(save(vector_graph(2), tmp_path / "policy.onnx", metadata), [])
    assert done.returncode == 1 and "no JSON" in done.stderr


def test_other_files_are_refused(example: Example, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"this is no graph")
    for path in (broken, tmp_path / "missing.onnx", save(vector_graph(2), tmp_path / "bare.onnx", {})):
        done = example.run(path, [])
        assert done.returncode == 1 and str(path) in done.stderr
