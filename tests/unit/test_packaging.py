# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What is built: the robot's side works alone in a bare environment, and the project's wheel holds all of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tiny_file import describe_vector, metadata_of, save, vector_graph
from tiny_student import describe_term

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")

ROBOT = """
import json, sys
from importlib import metadata
from tsra_deploy import Policy
policy = Policy.load("policy.onnx")
targets = [policy.act({"speed": [1.0, 2.0], "height": [step]}).tolist() for step in (3.0, 4.0)]
modules = {name.partition(".")[0] for name in sys.modules}
packages = sorted(item.name.lower() for item in metadata.distributions())
print(json.dumps({"targets": targets, "modules": sorted(modules), "packages": packages}))
"""


def run(*command: object, **settings: object) -> subprocess.CompletedProcess:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120, **settings)


def build_wheel(project: Path, directory: Path) -> Path:
    """The wheel of a copy of a project, for a build leaves files behind."""
    command = ("build", "--wheel", "--offline", "--no-build-isolation", "--python", sys.executable)
    done = run(UV, *command, "--out-dir", directory, project)
    assert done.returncode == 0, done.stderr
    (wheel,) = directory.glob("*.whl")
    return wheel


def locked(name: str) -> str:
    """The pinned version of a package, as a requirement."""
    lock = (ROOT / "requirements.lock").read_text().splitlines()
    (line,) = (line for line in lock if line.partition("==")[0] == name)
    return line


def test_a_student_runs_where_only_the_robot_s_side_is_installed(tmp_path: Path) -> None:
    copy = shutil.copytree(
        ROOT / "source" / "tsra_deploy", tmp_path / "project", ignore=shutil.ignore_patterns("build", "*.egg-info")
    )
    wheel = build_wheel(copy, tmp_path / "wheels")
    run(UV, "venv", "--python", sys.executable, tmp_path / "venv", check=True)
    python = tmp_path / "venv" / "bin" / "python"
    packages = (wheel, locked("numpy"), locked("onnxruntime"))
    for source in (["--offline"], []):  # what `make install` fetched is still there, as a rule
        done = run(UV, "pip", "install", *source, "--python", python, *packages)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    terms = [describe_term("speed", "onboard", [2], scale=2.0), describe_term("height", "onboard", [1])]
    terms[1]["history_length"] = 2
    save(vector_graph(4), tmp_path / "policy.onnx", metadata_of(describe_vector(terms, 4)))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = run(python, "-c", ROBOT, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert np.allclose(report["targets"], [[2.0, 4.0, 3.0, 3.0], [2.0, 4.0, 3.0, 4.0]])
    assert not {"torch", "tsra_lab", "isaaclab", "scipy", "onnx"} & set(report["modules"])
    # beside them only what ONNX Runtime itself needs
    assert report["packages"] == ["flatbuffers", "numpy", "onnxruntime", "packaging", "protobuf", "tsra-deploy"]


def test_the_wheel_holds_every_module_and_data_file(tmp_path: Path) -> None:
    copy = tmp_path / "project"
    for folder in ("source", "tasks"):
        shutil.copytree(
            ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
        )
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    # what an installation of the robot's side leaves in its folder must not count as a package of this one
    stale = copy / "source" / "tsra_deploy" / "build" / "lib" / "tsra_deploy"
    stale.mkdir(parents=True)
    (stale / "__init__.py").touch()
    with zipfile.ZipFile(build_wheel(copy, tmp_path / "wheels")) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = [file for folder in ("source", "tasks") for file in (copy / folder).rglob("*") if file.is_file()]
    kept = {".py", ".usda", ".xml", ".html", ".css", ".ts", ".json"}
    expected = {
        str(file.relative_to(copy / file.relative_to(copy).parts[0]))
        for file in files
        if file.suffix in kept and "build" not in file.parts
    }
    assert {name for name in names if name.endswith((".usda", ".xml"))}
    assert names == expected


def test_the_robot_s_side_has_the_project_s_version_and_needs_two_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    robot = tomllib.loads((ROOT / "source" / "tsra_deploy" / "pyproject.toml").read_text())["project"]
    for entry in ("version", "license", "authors"):
        assert robot[entry] == project[entry]
    assert [requirement.partition(">=")[0] for requirement in robot["dependencies"]] == ["numpy", "onnxruntime"]
