# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The manifests agree with each other and with what lies in the repository."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import gymnasium as gym
import pytest

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
    for module in manifest["python"]["module"]:
        assert (ROOT / module["path"] / module["name"] / "__init__.py").is_file()


def test_isaac_lab_finds_the_tasks() -> None:
    (entry_point,) = (e for e in importlib.metadata.entry_points(group="isaaclab.tasks") if e.name == "tsra_tasks")
    assert entry_point.load() is tsra_tasks


def test_dependencies_are_pinned_and_locked_without_addresses() -> None:
    project = read("pyproject.toml")["project"]
    lock = (ROOT / "requirements.lock").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[\w.+!]+", line) for line in lock)
    locked = {name.lower().replace("_", "-"): version for name, version in (line.split("==") for line in lock)}
    optional = project["optional-dependencies"]
    for requirement in project["dependencies"] + optional["test"] + optional["video"] + optional["sim2sim"]:
        name, version = requirement.split("==")
        assert locked[name] == version


def test_every_agent_configuration_of_every_task_loads() -> None:
    ours = [spec for name, spec in gym.registry.items() if name.startswith("TSRA-")]
    assert ours
    for spec in ours:
        assert not re.search(r"-v\d+$|-Play", spec.id)
        for key, path in spec.kwargs.items():
            if key.endswith("_cfg_entry_point"):
                module, name = path.split(":")
                config = getattr(__import__(module, fromlist=[name]), name)()
                assert key == "env_cfg_entry_point" or config.experiment_name


def test_physics_presets_are_declared_as_isaac_labs_own_tasks_do() -> None:
    names = enumerate_task_presets("TSRA-ColorMaze-Rover")[PresetTarget.PHYSICS]
    assert {"newton_mjwarp", "isaacsim_physx", "ovphysx", "physx"} <= set(names)
