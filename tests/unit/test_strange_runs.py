# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A run directory that somebody sent: every command reads it or refuses it in one line, and nothing else happens."""

from __future__ import annotations

import copy
import functools
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from test_environment_of_run import TASK, record
from test_refusals import refused  # noqa: F401 - a fixture
from test_trust import GOOD
from tiny_file import describe_vector, metadata_of, save, vector_graph
from tiny_student import describe_term

from tsra_lab.commands.export import verify
from tsra_lab.export.metadata import standard_metadata
from tsra_lab.runs import (
    DEFAULT_AGENT,
    environment,
    find_checkpoint,
    find_run,
    log_root,
    new_run,
    opening,
    resolve_configs,
)

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

AGENT = GOOD | {"obs_groups": {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]}}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory with nothing wrong but its checkpoint, which holds no models."""
    run = record(tmp_path_factory.mktemp("strange") / "run")
    (run / "params" / "agent.yaml").write_text(yaml.safe_dump(AGENT))
    torch.save({"iter": 1}, run / "model_1.pt")
    return run


@pytest.fixture
def run(sound: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(sound, tmp_path / "their run"))


COMMANDS = {
    "evaluate": ["--checkpoint"],
    "play": ["--checkpoint"],
    "export": ["--checkpoint"],
    "diagnose": ["--checkpoint"],
    "distill": ["--teacher"],
}


def put(name: str, text: str | bytes) -> Callable[[Path], None]:
    def spoil(run: Path) -> None:
        (run / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    return spoil


def replace(name: str, by: Callable[[Path], object]) -> Callable[[Path], None]:
    def spoil(run: Path) -> None:
        (run / name).unlink()
        by(run / name)

    return spoil


def agent(**changes: object) -> Callable[[Path], None]:
    return put("params/agent.yaml", yaml.safe_dump(AGENT | changes))


def env(*path: str, value: object) -> Callable[[Path], None]:
    def spoil(run: Path) -> None:
        file = run / "params" / "env.yaml"
        config = part = yaml.load(file.read_text(), yaml.UnsafeLoader)
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = value
        file.write_text(yaml.dump(config))

    return spoil


SPOILED = {
    "a call in the agent": (put("params/agent.yaml", "a: !!python/object/apply:os.mkdir [ran]"), "plain values"),
    "a call by name": (agent(actor={"class_name": "os:mkdir", "path": "ran"}), "of no known package"),
    "an empty agent": (put("params/agent.yaml", ""), "is not a configuration"),
    "no agent": (replace("params/agent.yaml", lambda _: None), "agent.yaml' is missing"),
    "an agent that is a folder": (replace("params/agent.yaml", Path.mkdir), "agent.yaml' is missing"),
    "an agent in a circle": (
        replace("params/agent.yaml", lambda path: path.symlink_to(path)),
        "agent.yaml' is missing",
    ),
    "an agent that is a pipe": (replace("params/agent.yaml", os.mkfifo), "agent.yaml' is missing"),
    "an endless agent": (replace("params/agent.yaml", lambda path: path.symlink_to("/dev/zero")), "is missing"),
    "no observation sets": (agent(obs_groups=None), "obs_groups must be observation sets"),
    "unknown groups": (agent(obs_groups={"student": ["lidar"]}), "unknown groups ['lidar']"),
    "bytes as environment": (put("params/env.yaml", b"\xff\xfe\x00"), "plain values"),
    "no environment": (replace("params/env.yaml", lambda _: None), "env.yaml' is missing"),
    "a list as environment": (put("params/env.yaml", "[1, 2]"), "it holds a list"),
    "an environment of nothing": (put("params/env.yaml", "{}"), "cannot be rebuilt"),
    "a call in the environment": (put("params/env.yaml", "sim: !!python/name:os.system"), "plain values"),
    "a function of the environment": (env("rewards", "lava", "func", value="os:system"), "env.rewards.lava.func was"),
    "a class of the environment": (env("scene", "class_type", value="os:system"), "env.scene.class_type was"),
    "a simulation of nothing": (env("sim", value=None), "env.sim was a configuration of another kind"),
    "presets that are none": (put("params/presets.yaml", "presets: 3"), "no preset selectors"),
    "presets that are code": (put("params/presets.yaml", "presets: ['physics=${oc.env:HOME}']"), "no preset selectors"),
    "an unknown preset": (put("params/presets.yaml", "presets: ['physics=nothing']"), "nothing"),
    "a checkpoint of nothing": (put("model_1.pt", b""), "not a readable checkpoint"),
    "a checkpoint that is text": (put("model_1.pt", "weights"), "not a readable checkpoint"),
    "a checkpoint of a time before": (lambda run: torch.save({"iter": -3}, run / "model_1.pt"), "its iteration is -3"),
    "a checkpoint that is a list": (lambda run: torch.save([1], run / "model_1.pt"), "it holds a list"),
    "a checkpoint that is a folder": (replace("model_1.pt", Path.mkdir), "holds no checkpoint"),
    "a checkpoint in a circle": (replace("model_1.pt", lambda path: path.symlink_to(path)), "holds no checkpoint"),
    "a checkpoint that is a pipe": (replace("model_1.pt", os.mkfifo), "holds no checkpoint"),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_run_is_refused_in_one_line(refused, run: Path, what: str, tmp_path: Path) -> None:  # noqa: F811
    """By evaluate; that nothing is written, and that the simulator does not start, the fixture looks after."""
    spoil, message = SPOILED[what]
    spoil(run)
    assert message in refused("evaluate", "--checkpoint", str(run))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "evaluate"])
def test_every_command_that_takes_a_run_refuses_it(refused, run: Path, command: str) -> None:  # noqa: F811
    for what in ("a call by name", "a function of the environment"):
        spoil, message = SPOILED[what]
        spoil(run)
        assert message in refused(command, *COMMANDS[command], str(run))
        (run / "params" / "agent.yaml").write_text(yaml.safe_dump(AGENT))
    put("model_1.pt", b"")(run)
    assert "not a readable checkpoint" in refused("train", "--checkpoint", str(run))


@pytest.mark.parametrize("error", [KeyError("scene"), AttributeError("no scene"), TypeError("unhashable")], ids=repr)
def test_what_nobody_foresaw_is_refused_in_one_line_too(
    refused,  # noqa: F811
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(opening, "environment_of_run", fail)
    line = refused("evaluate", "--checkpoint", str(run))
    assert "their run' cannot be opened" in line and type(error).__name__ in line


def test_names_of_any_letters_are_only_names(run: Path, tmp_path: Path) -> None:
    strange = run.rename(tmp_path / "; touch ran; $(touch ran) \n\u202e%s{0}")
    assert find_run(TASK, str(strange)).checkpoint == strange / "model_1.pt"
    assert not (tmp_path / "ran").exists()


RECORDINGS = {
    "that are bytes": lambda path: path.write_bytes(b"PK\x03\x04 and so on"),
    "that is empty": lambda path: path.write_bytes(b""),
    "of nothing": lambda path: np.savez(path),
    "of something else": lambda path: np.savez(path, obs=np.zeros(3)),
    "of texts": lambda path: np.savez(path, obs=np.array(["a", "b"]), actions=np.array(["a", "b"])),
    "of objects": lambda path: np.savez(path, obs=np.array([{}], dtype=object), allow_pickle=True),
    "that is one array": lambda path: np.save(path.open("wb"), np.zeros(3)),
}


@pytest.mark.parametrize("what", RECORDINGS)
def test_an_exported_file_with_a_strange_recording_is_not_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture, what: str
) -> None:
    contract = describe_vector([describe_term("speed", "imu", [2])], 2)
    path = save(vector_graph(2), tmp_path / "policy.onnx", metadata_of(contract) | standard_metadata(contract))
    RECORDINGS[what](tmp_path / "parity.npz")
    assert verify(str(path)) == 1
    assert capsys.readouterr().err.startswith("[ERROR] ")


# the search for the newest run

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
EXPERIMENT = "color_maze_aligned"


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkpoint of a run of ours."""
    monkeypatch.chdir(tmp_path)
    checkpoint = new_run(TASK, DEFAULT_AGENT, EXPERIMENT, "ours") / "model_1.pt"
    checkpoint.touch()
    return checkpoint


def manifest(**changes: object) -> str:
    """A manifest as Isaac Lab writes it, newer than any, with changes."""
    content = {
        "version": 1,
        "library": "rsl_rl",
        "task": TASK,
        "created_at": "2999-01-01T00:00:00+00:00",
        "metadata": {"agent": DEFAULT_AGENT},
    }
    return json.dumps(content | changes)


MANIFESTS = {
    "without time zone": lambda path: path.write_text(manifest(created_at="2999-01-01T00:00:00")),
    "without time": lambda path: path.write_text(manifest(created_at=None)),
    "with a number as time": lambda path: path.write_text(manifest(created_at=3)),
    "with another time": lambda path: path.write_text(manifest(created_at="yesterday")),
    "that is a list": lambda path: path.write_text("[1]"),
    "that is a text": lambda path: path.write_text('"created_at"'),
    "that is nothing": lambda path: path.write_text(""),
    "that is nested": lambda path: path.write_text("[" * 10000),
    "that is huge": lambda path: path.write_text(manifest(more="x" * 10**6)),
    "that are bytes": lambda path: path.write_bytes(b"\xff\x00"),
    "that is a folder": Path.mkdir,
    "in a circle": lambda path: path.symlink_to(path),
    "that is nowhere": lambda path: path.symlink_to("nowhere"),
    "that is a pipe": os.mkfifo,
    "that is endless": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("what", MANIFESTS)
@pytest.mark.parametrize("name", ["latest", "best"])
def test_a_damaged_manifest_is_passed_over_and_told(
    ours: Path, capsys: pytest.CaptureFixture, what: str, name: str
) -> None:
    """Isaac Lab's own search ends with an error at some of them, and none of the other runs is found."""
    ours.with_name("model_best.pt").touch()
    theirs = ours.parent.with_name("theirs")
    theirs.mkdir()
    (theirs / "model_9.pt").touch()
    (theirs / "model_best.pt").touch()
    MANIFESTS[what](theirs / "run.json")
    assert find_checkpoint(TASK, name).parent == ours.parent
    assert f"[WARNING] Passing over the run '{theirs}': its run.json is damaged" in capsys.readouterr().out


@example(change={"version": True})
@example(change={"version": 1.0})
@given(
    change=st.dictionaries(st.sampled_from(["version", "library", "task", "created_at", "metadata"]), JSON, min_size=1)
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_manifest_is_used_or_passed_over(ours: Path, change: dict) -> None:
    assume(manifest(**change) != manifest())
    theirs = log_root(EXPERIMENT) / "theirs"
    theirs.mkdir(exist_ok=True)
    (theirs / "model_9.pt").touch()
    (theirs / "run.json").write_text(manifest(**change))
    assert find_checkpoint(TASK, "latest") == ours


def test_a_sound_manifest_of_somebody_else_s_is_found(ours: Path) -> None:
    theirs = ours.parent.with_name("theirs")
    theirs.mkdir()
    (theirs / "model_9.pt").touch()
    (theirs / "run.json").write_text(manifest())
    assert find_checkpoint(TASK, "latest") == theirs / "model_9.pt"


# any change of what was recorded


def places(config: object, above: tuple = ()) -> list[tuple]:
    """Where there is a value, at any depth."""
    members = config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    return [above] * bool(above) + [place for key, value in members for place in places(value, (*above, key))]


STRANGE = JSON | st.sampled_from(
    ["os:system", "lambda: 1", "../../x", {"func": "os:system"}, ["os:system"], [{"a": 1}]]
)


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_environment_is_rebuilt_or_refused(
    sound: Path, recorded: dict, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    """One or two recorded values are others; nothing of what a stranger names is taken for code."""
    config = copy.deepcopy(recorded)
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(places(config)))
        part = config
        for key in place[:-1]:
            part = part[key]
        part[place[-1]] = data.draw(STRANGE)
    monkeypatch.setattr(
        environment, "read_plain_yaml", lambda path: {"env.yaml": config}.get(path.name, {"presets": []})
    )
    monkeypatch.setattr(environment, "resolve_configs", lambda *_: (copy.deepcopy(fresh()), None))
    try:
        rebuilt = str(find_run(TASK, str(sound), mode="training").env_cfg.to_dict())
        assert "os:system" not in rebuilt and "lambda" not in rebuilt
    except ValueError:
        pass


@pytest.fixture(scope="module")
def recorded(sound: Path) -> dict:
    """What the sound run recorded of its environment."""
    return environment.read_plain_yaml(sound / "params" / "env.yaml")


@functools.cache
def fresh() -> object:
    """Configuration of the task, resolved once: it takes a moment."""
    return resolve_configs(TASK, None, [])[0]
