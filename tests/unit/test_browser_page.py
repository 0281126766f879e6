# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a page in the browser is made of, and what it is not made of: all that needs neither Node nor a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import mujoco
import numpy as np
import pytest
from browser_files import FIELD, MAZE, contract_of, write_network, write_reacting, write_states
from sim2sim_files import make_contract, make_env_cfg, write_maze_initial_states
from tiny_file import metadata_of, save, vector_graph

from tsra_browser import WORLDS, PageError, build_page, check_page, page
from tsra_browser.bundle import WEB, mujoco_version
from tsra_browser.command import main
from tsra_results import read_initial_states
from tsra_sim2sim import WORLDS as ROBOT_WORLDS
from tsra_sim2sim import WorldError

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


@pytest.fixture
def unbuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without script, which needs Node."""
    monkeypatch.setattr(page, "build_script", lambda folder: None)


@pytest.mark.usefixtures("unbuilt")
def test_a_page_holds_policies_models_and_states(tmp_path: Path) -> None:
    policies = [
        ("student", str(write_reacting(tmp_path / "student.onnx", MAZE))),
        ("teacher", str(write_reacting(tmp_path / "teacher.onnx", MAZE, "privileged"))),
        ("other", str(write_reacting(tmp_path / "other.onnx", FIELD))),
    ]
    recorded = [read_initial_states(write_states(tmp_path / f"{task}.npz", task)) for task in (MAZE, FIELD)]
    build_page(tmp_path / "page", policies, recorded, 2)
    data = json.loads((tmp_path / "page" / "page.json").read_text())
    assert [task["task"] for task in data["tasks"]] == [MAZE, FIELD]
    maze, field = data["tasks"]
    assert [policy["name"] for policy in maze["policies"]] == ["student", "teacher"]
    assert maze["policies"][0]["noise"]["occupancy"] == {"mean": 0.0, "std": 0.05}
    assert maze["policies"][1]["noise"] == {}
    assert len(maze["initial_states"]) == 2
    assert maze["initial_states"][0]["lava"] == recorded[0].states["lava"][0].tolist()
    assert (maze["world"]["max_steps"], maze["world"]["arena"]) == (80, [5.2, 4.8])
    assert {name: len(rays["angles"]) for name, rays in field["world"]["rays"].items()} == {
        "rays": 9,
        "rays_in_fan": 9,
        "rays_outside_fan": 21,
    }
    for task in data["tasks"]:
        for policy in task["policies"]:
            source = tmp_path / f"{policy['name']}.onnx"
            assert (tmp_path / "page" / policy["file"]).read_bytes() == source.read_bytes()
        model = mujoco.MjModel.from_binary_path(str(tmp_path / "page" / task["model"]))
        assert model.opt.timestep == task["control_period_s"] / task["world"]["decimation"]


@pytest.mark.usefixtures("unbuilt")
def test_what_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    student = str(write_reacting(tmp_path / "student.onnx", MAZE))
    maze = read_initial_states(write_states(tmp_path / "maze.npz", MAZE))
    field = read_initial_states(write_states(tmp_path / "field.npz", FIELD))
    with pytest.raises(PageError, match="share a name: twin, twin"):
        build_page(tmp_path / "page", [("twin", student), ("twin", student)], [maze], 1)
    with pytest.raises(PageError, match=f"no initial states of {MAZE}: give them with --initial_states"):
        build_page(tmp_path / "page", [("student", student)], [field], 1)
    with pytest.raises(PageError, match="one file of initial states for each task"):
        build_page(tmp_path / "page", [("student", student)], [maze, maze], 1)
    flight = "TSRA-ObstacleFlight-Quadrotor"
    contract = contract_of(MAZE) | {"task": flight}
    save(vector_graph(31, sums=True), tmp_path / "flight.onnx", metadata_of(contract | {"actions": [one_action()]}))
    with pytest.raises(PageError, match=f"no world for {flight}; it has {MAZE}, {FIELD}"):
        build_page(tmp_path / "page", [("pilot", str(tmp_path / "flight.onnx"))], [maze], 1)
    slow = contract_of(MAZE)
    slow["timing"] = slow["timing"] | {"control_period_s": 0.2, "decimation": 2}
    write_network(tmp_path / "slow.onnx", slow, np.zeros((31, 2)), np.zeros(2))
    with pytest.raises(PageError, match="different control periods"):
        build_page(tmp_path / "page", [("a", student), ("b", str(tmp_path / "slow.onnx"))], [maze], 1)
    maze.env_cfg["observations"]["onboard"]["goal"]["delay_max_lag"] = 1
    with pytest.raises(PageError, match="The task delays goal; on the page"):
        build_page(tmp_path / "page", [("student", student)], [maze], 1)
    maze.env_cfg["observations"]["onboard"]["goal"]["delay_max_lag"] = 0
    maze.env_cfg["observations"]["onboard"]["occupancy"]["params"]["size"] = 3
    with pytest.raises(ValueError, match="'occupancy' has shape"):
        build_page(tmp_path / "page", [("student", student)], [maze], 1)
    assert not (tmp_path / "page").exists()


def one_action() -> dict:
    action = make_contract(MAZE)["actions"][0]
    return action | {"targets": ["thrust"], "scale": [1.0], "offset": [0.0]}


def test_another_version_of_mujoco_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mujoco.__version__ == mujoco_version()
    monkeypatch.setattr(mujoco, "__version__", "3.0.0")
    with pytest.raises(PageError, match=r"The page runs MuJoCo .*, and cannot load models of 3\.0\.0\."):
        build_page(tmp_path / "page", [], [], 1)


@pytest.mark.parametrize("task", [MAZE, FIELD])
def test_only_the_page_s_worlds_take_a_teacher(task: str) -> None:
    contract, env_cfg = contract_of(task, "privileged"), make_env_cfg(task)
    with pytest.raises(WorldError, match="A student is needed"):
        ROBOT_WORLDS[task](contract, env_cfg)
    assert WORLDS[task](contract, env_cfg).observe().keys() == {term["name"] for term in contract["inputs"][0]["terms"]}


@pytest.mark.usefixtures("unbuilt")
def test_the_command_names_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    student = write_reacting(tmp_path / "student.onnx", MAZE)
    states = write_maze_initial_states(tmp_path / "states.npz", [True])
    folder = str(tmp_path / "page")

    def refusal(*arguments: object) -> str:
        monkeypatch.setattr("sys.argv", ["browse.py", "--page", folder, *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 2
        return capsys.readouterr().err

    assert "there is nothing to do" in refusal()
    assert "holds no page (page.json)" in refusal("--serve")
    assert "'student.onnx' is not NAME=FILE" in refusal("--policies", "student.onnx")
    assert "--episodes must be positive" in refusal("--policies", f"a={student}", "--episodes", 0)
    assert "There is no such file" in refusal("--policies", "a=missing.onnx", "--initial_states", states)
    assert "no file of initial states" in refusal("--policies", f"a={student}", "--initial_states", student)
    monkeypatch.setattr(
        "sys.argv", ["browse.py", "--page", folder, "--policies", f"a={student}", "--initial_states", str(states)]
    )
    assert main() == 0
    check_page(folder)


def test_packages_are_pinned_and_the_lock_has_no_addresses() -> None:
    package = json.loads((WEB / "package.json").read_text())
    lock = json.loads((WEB / "package-lock.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    assert all(re.fullmatch(r"[\d.]+", version) for version in wanted.values())
    assert wanted == {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted}
    assert "://" not in (WEB / "package-lock.json").read_text()
    assert all("integrity" in item for name, item in lock["packages"].items() if name)
