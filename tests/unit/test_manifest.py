# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The manifests agree with each other and with what lies in the repository."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import tomllib
from pathlib import Path

import gymnasium as gym
import pytest
from packaging.requirements import Requirement

from isaaclab_tasks.utils import load_cfg_from_registry
from isaaclab_tasks.utils.preset_cli import enumerate_task_presets
from isaaclab_tasks.utils.preset_target import PresetTarget

import tsra_tasks  # noqa: F401

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]


def read(name: str) -> dict:
    """A TOML file of the repository."""
    return tomllib.loads((ROOT / name).read_text())


def test_extension_manifest_is_complete_and_agrees_with_the_distribution() -> None:
    manifest, project = read("extension.toml"), read("pyproject.toml")["project"]
    package = manifest["package"]
    required = {"version", "category", "readme", "title", "author", "maintainer", "description", "repository"}
    assert required | {"keywords"} <= package.keys()
    assert package["version"] == project["version"]
    assert package["description"] == project["description"]
    for file in (package["readme"], package["changelog"]):
        assert (ROOT / file).is_file()
    assert "dependencies" in manifest and "isaac_lab_settings" in manifest


def test_the_extension_lists_every_package_that_kit_can_import() -> None:
    listed = {(module["path"], module["name"]) for module in read("extension.toml")["python"]["module"]}
    packages = {
        (path, file.parent.name)
        for path in read("pyproject.toml")["tool"]["setuptools"]["packages"]["find"]["where"]
        for file in (ROOT / path).glob("*/__init__.py")
    }
    # their MuJoCo is not in Kit
    assert packages - listed == {("source", "tsra_sim2sim"), ("source", "tsra_browser")}
    assert listed <= packages


def test_every_command_has_an_entry_point_and_every_entry_point_a_main() -> None:
    scripts = read("pyproject.toml")["project"]["scripts"]
    for name, target in scripts.items():
        module, function = target.split(":")
        file = (ROOT / "source" / Path(*module.split("."))).with_suffix(".py")
        assert file.is_file(), f"{name}: {file} is missing"
        definitions = [node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)]
        assert function in definitions, f"{name}: {file} has no function '{function}'"
    commands = {file.stem.replace("_", "-") for file in (ROOT / "source" / "tsra_lab" / "commands").glob("[!_]*.py")}
    commands |= {"benchmark", "sim2sim", "sweep", "browse", "export-teacher"}
    assert {f"tsra-{name}" for name in commands} == scripts.keys()
    installed = importlib.metadata.distribution("tsra-lab").entry_points.select(group="console_scripts")
    assert {item.name: item.value for item in installed} == scripts


def test_isaac_lab_finds_the_tasks() -> None:
    (entry_point,) = (e for e in importlib.metadata.entry_points(group="isaaclab.tasks") if e.name == "tsra_tasks")
    assert entry_point.load() is tsra_tasks


def test_dependencies_are_ranges_from_what_is_locked_and_the_lock_has_no_addresses() -> None:
    project = read("pyproject.toml")["project"]
    lock = (ROOT / "requirements.lock").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.+!]+", line) for line in lock)
    assert lock == sorted(lock)
    locked = {name.lower().replace("_", "-"): version for name, version in (line.split("==") for line in lock)}
    makefile = (ROOT / "Makefile").read_text()
    apart = dict(item.split("==") for item in re.findall(r"leapp==[\d.]+", makefile))  # beside the environment
    locked |= apart
    requirements = project["dependencies"] + sum(project["optional-dependencies"].values(), [])
    for text in requirements:
        requirement = Requirement(text)
        version = locked[requirement.name]
        assert f">={version}" in text, f"{text} does not begin with what is tested, {version}"
        assert any(bound.operator == "<" for bound in requirement.specifier), f"{text} has no upper bound"
        assert requirement.specifier.contains(version)


def test_every_agent_configuration_of_every_task_loads() -> None:
    ours = [spec for name, spec in gym.registry.items() if name.startswith("TSRA-")]
    assert ours
    for spec in ours:
        assert not re.search(r"-v\d+$|-Play", spec.id)
        for key in spec.kwargs:
            if key.endswith("_cfg_entry_point"):
                config = load_cfg_from_registry(spec.id, key)
                assert key == "env_cfg_entry_point" or config.experiment_name


def test_physics_presets_are_declared_as_isaac_labs_own_tasks_do() -> None:
    names = enumerate_task_presets("TSRA-ColorMaze-Rover")[PresetTarget.PHYSICS]
    assert {"newton_mjwarp", "isaacsim_physx", "ovphysx", "physx"} <= set(names)
