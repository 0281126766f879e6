# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Unitree's deployment, as far as it is read: what its reader makes of ``deploy.yaml``, and the network."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

READER = Path(__file__).parents[1] / "assets" / "unitree_reader.cpp"


def compile_reader(folder: Path) -> Path:
    """Make a program that reads with yaml-cpp by the deployment's rules; skips the test where that cannot be done."""
    compiler = shutil.which("g++")
    prefixes = [Path(sysconfig.get_path("purelib"), "cmeel.prefix"), Path("/usr")]
    found = [prefix for prefix in prefixes if (prefix / "include" / "yaml-cpp" / "yaml.h").is_file()]
    if compiler is None or not found:
        pytest.skip("needs g++ and yaml-cpp (requirements.lock has it)")
    program, library = folder / "unitree_reader", found[0] / "lib"
    places = [f"-I{found[0] / 'include'}", f"-L{library}", f"-Wl,-rpath,{library}"]
    command = [compiler, "-std=c++17", "-Wall", "-Wextra", str(READER), *places, "-lyaml-cpp", "-o", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return program


class Deployment:
    """Unitree's deployment of an exported student: the reader, and the network on tensors of its declared shapes."""

    def __init__(self, reader: Path, student: Path, deploy: Path) -> None:
        self.session = onnxruntime.InferenceSession(student, providers=["CPUExecutionProvider"])
        self.process = subprocess.Popen([reader, deploy], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Deployment:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=20)

    def ask(self, order: str, numbers: np.ndarray | tuple = (), answered: bool = True) -> np.ndarray | None:
        """Give an order and read the answer."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(order, *(f"{number:.9g}" for number in numbers), file=self.process.stdin, flush=True)
        return np.array(self.process.stdout.readline().split(), np.float32) if answered else None

    def act(self, measured: np.ndarray) -> np.ndarray:
        """Position of each motor."""
        observed = self.ask("observe", measured).reshape(self.session.get_inputs()[0].shape)
        (actions,) = self.session.run(["actions"], {"obs": observed})
        return self.ask("act", actions[0])
