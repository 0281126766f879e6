# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A run directory of a stranger's makes nothing happen."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tsra_lab.configs import SmoothedPPOCfg
from tsra_lab.runs import agent_of_run
from tsra_lab.runs import trust as trust_module
from tsra_lab.runs.plain_yaml import read_plain_yaml
from tsra_lab.runs.trust import check_names

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

GOOD = {
    "class_name": "OnPolicyRunner",
    "actor": {"class_name": "MLPModel", "distribution_cfg": {"class_name": "GaussianDistribution", "init_std": 1.0}},
    "critic": {"class_name": "rsl_rl.models:MLPModel"},
    "student": {"class_name": "tsra_lab.models:EncodedPolicy", "encoder": {"class_name": "tsra_lab.models.ImageModel"}},
    "algorithm": SmoothedPPOCfg().to_dict(),
    "obs_groups": {"teacher": ["privileged"]},
}


def write(run: Path, text: str) -> Path:
    """A run directory with this configuration of an agent; gives the path of a checkpoint in it."""
    (run / "params").mkdir(parents=True, exist_ok=True)
    (run / "params" / "agent.yaml").write_text(text)
    return run / "model_1.pt"


def test_what_our_packages_are_known_for_is_read(tmp_path: Path):
    assert agent_of_run(write(tmp_path, yaml.safe_dump(GOOD))) == GOOD


def test_tuples_are_read_as_isaac_lab_writes_them(tmp_path: Path):
    agent = GOOD | {"std_range": (0.1, 2.0), "nested": {"sizes": (1, (2, 3))}}
    text = yaml.dump(agent)
    assert "python/tuple" in text
    assert agent_of_run(write(tmp_path, text)) == agent


MARKER = "{marker}"
CALLS = {
    "of a distribution": {"actor": {"distribution_cfg": {"class_name": "os:mkdir", "path": MARKER}}},
    "of a process": {"actor": {"class_name": "os:spawnvp", "mode": 0, "file": "touch", "args": ["touch", MARKER]}},
    "of the algorithm": {"algorithm": {"class_name": "subprocess:run"}},
    "with a dot": {"critic": {"class_name": "subprocess.run"}},
    "of another runner": {"class_name": "somebody.runner:Runner"},
    "in a list": {"models": [{"class_name": "os:system"}]},
    "of symmetry": {"algorithm": {"symmetry_cfg": {"data_augmentation_func": "os:system"}}},
    "through a known package": {"actor": {"class_name": "tsra_lab.runs.directory:os.mkdir"}},
    "through rsl_rl": {"actor": {"class_name": "rsl_rl.utils.logger:os.mkdir"}},
    "of a function": {"actor": {"class_name": "rsl_rl.utils:check_nan"}},
    "of a class of another kind": {"actor": {"class_name": "tsra_lab.export:OnnxPolicy"}},
    "of no text": {"actor": {"class_name": ["os", "mkdir"]}},
    "of nothing that exists": {"actor": {"class_name": "tsra_lab.models:NoSuchModel"}},
    "of a simple name": {"actor": {"class_name": "check_nan"}},
}


@pytest.mark.parametrize("what", CALLS)
def test_names_of_anything_else_are_refused_and_nothing_is_done(tmp_path: Path, what: str):
    marker = tmp_path / "something_ran"
    text = yaml.safe_dump(GOOD | CALLS[what]).replace(MARKER, str(marker))
    start = time.monotonic()
    with pytest.raises(ValueError, match="agent.yaml' names"):
        agent_of_run(write(tmp_path / "run", text))
    assert time.monotonic() - start < 1.0
    assert not marker.exists()


def test_a_module_of_an_unknown_package_is_not_even_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    marker = tmp_path / "imported"
    (tmp_path / "strangers_module.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass Model: ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    run = write(tmp_path / "run", yaml.safe_dump(GOOD | {"actor": {"class_name": "strangers_module:Model"}}))
    with pytest.raises(ValueError, match="no known package.*--trust strangers_module"):
        agent_of_run(run)
    assert not marker.exists() and "strangers_module" not in sys.modules
    # the user's word is enough
    assert agent_of_run(run, ["strangers_module"])["actor"]["class_name"] == "strangers_module:Model"


def test_packages_of_installed_tasks_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Isaac Lab imports them at every start, so their classes are no news."""
    (tmp_path / "their_tasks.py").write_text("from rsl_rl.models import MLPModel\nclass TheirModel(MLPModel): ...\n")
    monkeypatch.syspath_prepend(tmp_path)

    class EntryPoint:
        value = "their_tasks"

    monkeypatch.setattr(trust_module, "entry_points", lambda group: [EntryPoint] if group == "isaaclab.tasks" else [])
    check_names({"actor": {"class_name": "their_tasks:TheirModel"}}, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.mkdir [MARKER]",
        "a: !!python/object/apply:subprocess.check_call [[touch, MARKER]]",
        "a: !!python/name:os.system",
        "a: !!python/module:os",
        "a: !!python/object/new:os.mkdir [MARKER]",
        "a: !something 3",
        "- a list",
        "just text",
        "",
        "a: [1, 2",
        "a: &a [*a]",
        "a: &a {b: *a}",
        "b: {<<: 3}",
        "\x00\x01",
        "a: " + "[" * 5000,
        "a: 1\nb: 2\na: 3",
        "? [a]\n: 1",
        "a: 2026-01-01",
        "a: !!set {b}",
        "a: !!binary aGVsbG8=",
        "a: 1\n---\nb: 2",
        "a: {b: 1}\nc: {<<: *a}",
        "a: &a {b: 1}\nc: {<<: *a}",
        "a: 1" + ":59" * 5000,
        "a: 0x" + "f" * 5000,
    ],
)
def test_yaml_that_is_no_mapping_of_plain_values_is_refused(tmp_path: Path, text: str):
    marker = tmp_path / "something_ran"
    checkpoint = write(tmp_path / "run", text.replace("MARKER", str(marker)))
    with pytest.raises(ValueError, match="agent.yaml' is not a configuration"):
        agent_of_run(checkpoint)
    assert not marker.exists()


LETTERS = "abcdefghijkl"
BOMBS = {
    "of references": "a: &a ["
    + "1," * 9
    + "]\n"
    # each names the one before nine times
    + "".join(
        f"{now}: &{now} [{', '.join([f'*{before}'] * 9)}]\n" for before, now in zip(LETTERS, LETTERS[1:], strict=False)
    ),
    "of merged mappings": "a: &a {x: 1}\n"
    + "".join(
        f"{now}: &{now} {{<<: [{', '.join([f'*{before}'] * 9)}]}}\n"
        for before, now in zip(LETTERS, LETTERS[1:], strict=False)
    ),
    "of references one in the other": "a0: &a0 [1]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}]\n" for i in range(500)),
    "of many values": "a: [" + "1," * 40000 + "]",
    "of nested mappings": "".join(" " * depth + f"a{depth}:\n" for depth in range(200)),
    "of one huge text": "a: " + "x" * 2**20,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_that_unfolds_to_more_than_a_configuration_is_refused(tmp_path: Path, bomb: str):
    start = time.process_time()
    with pytest.raises(ValueError, match="agent.yaml' is not a configuration of plain values: it "):
        agent_of_run(write(tmp_path, BOMBS[bomb]))
    assert time.process_time() - start < 5.0


@pytest.mark.parametrize(
    "change",
    [
        {"obs_groups": None},
        {"obs_groups": []},
        {"obs_groups": {}},
        {"obs_groups": {"teacher": "privileged"}},
        {"obs_groups": {"teacher": [3]}},
        {"obs_groups": {3: ["privileged"]}},
        {"clip_actions": "much"},
        {"clip_actions": True},
        {"clip_actions": -1.0},
        {"clip_actions": float("inf")},
        {"clip_actions": float("nan")},
        {"clip_actions": [1.0]},
        {"algorithm": None},
        {"algorithm": "PPO"},
        {"actor": 3},
        {"critic": ["MLPModel"]},
        {"teacher": 1.0},
        {"student": None},
    ],
    ids=str,
)
def test_an_agent_of_other_kinds_of_values_is_refused(tmp_path: Path, change: dict):
    with pytest.raises(ValueError, match=f"agent.yaml' is damaged: {next(iter(change))}.* must be"):
        agent_of_run(write(tmp_path, yaml.dump(GOOD | change)))


def test_a_missing_configuration_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="agent.yaml' is missing"):
        agent_of_run(tmp_path / "model_1.pt")
    (tmp_path / "params" / "agent.yaml").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="agent.yaml' is missing"):
        agent_of_run(tmp_path / "model_1.pt")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    config=st.dictionaries(st.sampled_from(["actor", "class_name", "x_func", "algorithm"]) | st.text(max_size=5), PLAIN)
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_configuration_is_read_or_refused_by_a_value_error(tmp_path: Path, config: dict):
    checkpoint = write(tmp_path, yaml.safe_dump(config))
    try:
        agent_of_run(checkpoint)
    except ValueError as error:
        assert "agent.yaml" in str(error)


@given(content=st.binary(max_size=200))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_read_or_refused_by_a_value_error(tmp_path: Path, content: bytes):
    path = tmp_path / "agent.yaml"
    path.write_bytes(content)
    try:
        assert isinstance(read_plain_yaml(path), dict)
    except ValueError as error:
        assert "agent.yaml" in str(error)
