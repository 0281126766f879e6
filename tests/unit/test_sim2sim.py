# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Recorded episodes run again in MuJoCo: files, worlds, the loop, the comparison and the script."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sim2sim_files import (
    RUN,
    make_contract,
    make_env_cfg,
    maze_episodes,
    write_maze_initial_states,
    write_steady_policy,
)
from sim2sim_walks import curbs_state
from tiny_student import describe_term

from tsra_deploy import Policy
from tsra_lab.evaluation import write_initial_states
from tsra_results import InitialStatesError, read_initial_states
from tsra_sim2sim import WORLDS, SensorDelays, SensorNoise, WorldError, comparison, run_episodes

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SCRIPT = Path(__file__).parents[2] / "scripts" / "sim2sim.py"
MAZE, FIELD, FLIGHT, DRAWER, CURBS = WORLDS


def make_world(task: str):
    return WORLDS[task](make_contract(task), make_env_cfg(task))


def maze_state(**changes: object) -> dict[str, np.ndarray]:
    state = {name: values[0].numpy() for name, values in maze_episodes([True]).initial_state.items()}
    return state | {name: np.array(value) for name, value in changes.items()}


def field_state(**changes: object) -> dict[str, np.ndarray]:
    state = {"position": [0.0, 0.0], "velocity": [0.0, 0.0], "heading": 0.0, "turn_rate": 0.0, "goal": [2.3, 0.0]}
    state["posts"] = [[9.0, 9.0]] * 6
    return {name: np.array(value) for name, value in (state | changes).items()}


def flight_state(**changes: object) -> dict[str, np.ndarray]:
    state = {"position": [0.0, 0.0, 1.0], "orientation": [0.0, 0.0, 0.0, 1.0], "velocity": [0.0] * 3}
    state |= {"body_rates": [0.0] * 3, "motor_thrusts": [0.25 * 0.028 * 9.81] * 4, "goal": [4.0, 0.0, 1.0]}
    state["posts"] = [[9.0, 9.0]] * 8
    return {name: np.array(value) for name, value in (state | changes).items()}


def drawer_state(**changes: object) -> dict[str, np.ndarray]:
    ready = [-0.7, -math.pi / 4, 0.0, -3 * math.pi / 4, 0.0, math.pi / 2, -math.pi / 4 - 0.7, 0.04, 0.04]
    state = {
        "joint_pos": ready,
        "joint_vel": [0.0] * 9,
        "cabinet_joint_pos": [0.0, 0.1],
        "cabinet_joint_vel": [0.0] * 2,
    }
    state |= {"cabinet_position": [0.65, 0.0, 0.0], "cabinet_orientation": [0.0, 0.0, 1.0, 0.0]}
    return {name: np.array(value) for name, value in (state | changes).items()}


def test_initial_states_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = write_maze_initial_states(tmp_path / "new" / "file", [True, False, True])
    assert [file.name for file in path.parent.iterdir()] == ["file"]
    recorded = read_initial_states(path, MAZE, RUN)
    assert (len(recorded), recorded.task, recorded.run, recorded.seed) == (3, MAZE, RUN, 1000)
    assert recorded.outcomes["success"].tolist() == [True, False, True]
    assert recorded.outcomes.keys() == {"success", "lava", "time_out"}
    assert recorded.state(1)["lava"].all() and not recorded.state(2)["lava"].any()
    assert recorded.env_cfg["commands"]["maze"] == make_env_cfg(MAZE)["commands"]["maze"]


def test_the_exported_file_s_own_episodes_come_first(tmp_path: Path) -> None:
    onnx, student = maze_episodes([True, True]), maze_episodes([False, False])
    student.initial_state = onnx.initial_state
    write_initial_states(tmp_path / "initial_states.npz", MAZE, RUN, 0, {}, {"student": student, "onnx": onnx})
    assert read_initial_states(tmp_path / "initial_states.npz", MAZE, RUN).outcomes["success"].all()


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_a_file_that_is_none_names_the_remedy(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "initial_states.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InitialStatesError, match="initial_states.npz.*evaluate.py --task TSRA-ColorMaze-Rover"):
        read_initial_states(path, MAZE, RUN)


def test_other_runs_tasks_policies_and_arrays_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "initial_states.npz"
    write_maze_initial_states(path, [True], run="another")
    with pytest.raises(InitialStatesError, match="holds episodes of another"):
        read_initial_states(path, MAZE, RUN)
    write_maze_initial_states(path, [True])
    with pytest.raises(InitialStatesError, match="on TSRA-LimitedView-Rover"):
        read_initial_states(path, FIELD, RUN)
    write_maze_initial_states(path, [True], policy="teacher")
    with pytest.raises(InitialStatesError, match="no episodes of onnx or student"):
        read_initial_states(path, MAZE, RUN)
    np.savez(path, positions=np.zeros(3))
    with pytest.raises(InitialStatesError, match="no file of initial states"):
        read_initial_states(path, MAZE, RUN)
    for description in ("3", "[1]", "null", '"text"', "{", "[" * 10000):
        np.savez(path, description=np.array(description))
        with pytest.raises(InitialStatesError, match="no file of initial states"):
            read_initial_states(path, MAZE, RUN)
    np.savez(path, description=np.array(json.dumps({"format_version": 1, "task": MAZE, "run": RUN})))
    with pytest.raises(InitialStatesError, match="is damaged: it lacks env, seed"):
        read_initial_states(path, MAZE, RUN)


def write_first_layout(path: Path, format_version: int) -> Path:
    """The layout as it was first written, key by key."""
    description = {"format_version": format_version, "task": MAZE, "run": RUN, "seed": 7, "env": {"decimation": 4}}
    arrays = {"state/goal": np.ones((2, 2)), "length/onnx": np.array([3, 4]), "outcome/onnx/success": np.ones(2, bool)}
    np.savez(path, description=np.array(json.dumps(description)), **arrays)
    return path


def test_the_first_layout_is_read_and_later_ones_are_refused(tmp_path: Path) -> None:
    recorded = read_initial_states(write_first_layout(tmp_path / "old.npz", 1), MAZE, RUN)
    assert (recorded.seed, recorded.env_cfg, recorded.lengths.tolist()) == (7, {"decimation": 4}, [3, 4])
    assert recorded.outcomes["success"].all() and recorded.state(1)["goal"].tolist() == [1.0, 1.0]
    with pytest.raises(InitialStatesError, match="has format 2, not 1.*evaluate.py --task TSRA-ColorMaze-Rover"):
        read_initial_states(write_first_layout(tmp_path / "new.npz", 2), MAZE, RUN)


def test_a_task_without_initial_states_and_unequal_ones_are_refused(tmp_path: Path) -> None:
    episodes = maze_episodes([True])
    other = maze_episodes([False])
    with pytest.raises(ValueError, match="'student' began in other states"):
        write_initial_states(tmp_path / "a.npz", MAZE, RUN, 0, {}, {"onnx": episodes, "student": other})
    episodes.initial_state = {}
    with pytest.raises(ValueError, match="tells no initial states"):
        write_initial_states(tmp_path / "a.npz", MAZE, RUN, 0, {}, {"onnx": episodes})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("task", WORLDS)
def test_a_policy_for_something_else_is_refused(task: str) -> None:
    env_cfg, contract = make_env_cfg(task), make_contract(task)
    with pytest.raises(WorldError, match="trained on TSRA-Other"):
        WORLDS[task](contract | {"task": "TSRA-Other"}, env_cfg)
    with pytest.raises(WorldError, match="commands"):
        WORLDS[task](contract | {"actions": [{"targets": ["knee"]}]}, env_cfg)
    contract["inputs"][0]["terms"].append(describe_term("cells", "privileged", [20]))
    with pytest.raises(WorldError, match="observes cells"):
        WORLDS[task](contract, env_cfg)


def test_latency_is_refused() -> None:
    for late in ("depth", "flight"):
        env_cfg = make_env_cfg(FLIGHT)
        if late == "flight":
            env_cfg["actions"]["flight"]["latency_steps"] = 1
        else:
            env_cfg["observations"]["image"]["depth"]["params"]["latency_steps"] = [0, 2]
        with pytest.raises(WorldError, match=f"delays {late}"):
            WORLDS[FLIGHT](make_contract(FLIGHT), env_cfg)


@pytest.mark.parametrize(
    "task, state",
    [
        (MAZE, maze_state()),
        (FIELD, field_state()),
        (FLIGHT, flight_state()),
        (DRAWER, drawer_state()),
        (CURBS, curbs_state()),
    ],
)
def test_observations_have_the_contract_s_names_and_shapes(task: str, state: dict) -> None:
    world = make_world(task)
    world.reset(state)
    shapes = {term["name"]: term["shape"] for item in make_contract(task)["inputs"] for term in item["terms"]}
    shapes.pop("last_action", None)
    assert {name: list(reading.shape) for name, reading in world.observe().items()} == shapes
    before = world.observe()
    world.step(np.ones(len(world.targets)) * 0.01)
    assert any(np.abs(before[name] - reading).max() > 1e-6 for name, reading in world.observe().items())
    world.reset(state)  # nothing is left of the episode before
    assert all((before[name] == reading).all() for name, reading in world.observe().items())


def test_the_rover_approaches_a_commanded_velocity_as_its_drive_says() -> None:
    world = make_world(MAZE)
    world.reset(maze_state())
    speed, mass = 0.0, 4.5
    for _ in range(5):
        world.step(np.array([0.5, 0.0]))
        speed = (speed + 0.1 * 25.0 * 0.5 / mass) / (1.0 + 0.1 * 25.0 / mass)  # implicit in the drive's damping
        assert world.observe()["velocity"] == pytest.approx([speed, 0.0])


def test_substeps_integrate_the_drive_more_finely() -> None:
    world = WORLDS[MAZE](make_contract(MAZE), make_env_cfg(MAZE), substeps=100)
    world.reset(maze_state())
    for _ in range(3):
        world.step(np.array([0.5, 0.0]))
    exact = 0.5 * (1.0 - math.exp(-0.3 * 25.0 / 4.5))
    assert world.observe()["velocity"] == pytest.approx([exact, 0.0], rel=0.01)
    assert world.max_steps == 80


def test_the_maze_is_seen_and_ends_the_episode() -> None:
    world = make_world(MAZE)
    world.reset(maze_state(position=[-1.2, 0.0], lava=np.ones((5, 4), dtype=bool)))
    occupancy = world.observe()["occupancy"].reshape(5, 5)
    assert not occupancy[:, :3].any() and occupancy[:, 3:].all()
    assert world.outcome() is None
    lava = np.zeros((5, 4), dtype=bool)
    lava[4, 0] = True  # the corner at negative x and positive y
    world.reset(maze_state(position=[-1.1, 1.4], lava=lava))
    assert world.outcome() == "lava"
    world.reset(maze_state(position=[-1.1, -1.4], lava=lava))
    assert world.outcome() is None
    world.reset(maze_state(position=[1.85, 0.1]))
    assert world.outcome() == "success"


def test_the_field_s_rays_and_frames_turn_with_the_rover() -> None:
    world = make_world(FIELD)
    posts = [[0.0, 1.0]] + [[9.0, 9.0]] * 5
    world.reset(field_state(heading=math.pi / 2, posts=posts, goal=[0.0, 2.0], velocity=[0.0, 0.3]))
    readings = world.observe()
    assert readings["rays"][4] == pytest.approx(0.8 / 1.2)
    assert readings["rays"][0] == 1.0
    assert readings["goal"] == pytest.approx([2.0, 0.0])
    assert readings["velocity"] == pytest.approx([0.3, 0.0, 0.0])
    for _ in range(3):
        world.step(np.array([1.0, 0.5, 0.0]))
    x, y = world.state()["position"]  # facing y, its left is at negative x
    assert y > 0.1 and x == pytest.approx(-0.5 * (y - 0.3 * 0.1), abs=0.02)
    world.reset(field_state(position=[0.0, 0.69], posts=posts))
    assert world.outcome() == "collision"


def test_the_quadrotor_hovers_and_leaves_the_corridor() -> None:
    world = make_world(FLIGHT)
    world.reset(flight_state())
    for _ in range(20):
        world.step(np.array([1.0, 0.0, 0.0, 0.0]))
    assert world.state()["position"] == pytest.approx([0.0, 0.0, 1.0], abs=1e-6)
    for _ in range(20):  # a pitch forward accelerates ahead
        world.step(np.array([1.0, 0.0, 0.2, 0.0]))
    assert world.state()["velocity"][0] > 0.3 and world.observe()["attitude"][0] > 0.1
    for changes, outcome in (
        ({}, None),
        ({"position": [3.7, 0.0, 1.0]}, "success"),
        ({"posts": [[0.29, 0.0]] + [[9.0, 9.0]] * 7}, "collision"),
        ({"position": [0.0, 2.5, 1.0]}, "left_corridor"),
        ({"position": [0.0, 0.0, 0.1]}, "left_corridor"),
        ({"position": [-5.1, 0.0, 1.0]}, "left_corridor"),
        ({"orientation": [1.0, 0.0, 0.0, 0.0]}, "left_corridor"),
    ):
        world.reset(flight_state(**changes))
        assert world.outcome() == outcome, changes


def test_the_gripper_moves_along_the_axes_and_an_open_drawer_is_success() -> None:
    world = make_world(DRAWER)
    for axis in range(3):
        world.reset(drawer_state(cabinet_position=[0.65, 0.0, -5.0]))
        start, increment = world.gripper, np.zeros(4)
        increment[axis] = -0.015 if axis == 0 else 0.015
        for _ in range(8):
            world.step(increment)
        motion = (world.gripper - start) * np.sign(increment[axis])
        assert motion[axis] > 0.03 and np.abs(np.delete(motion, axis)).max() < 0.012
    assert world.outcome() is None
    world.reset(drawer_state(cabinet_joint_pos=[0.21, 0.0]))
    assert world.outcome() == "success"


def test_episodes_end_as_the_world_says_or_in_time_out(tmp_path: Path) -> None:
    recorded = read_initial_states(write_maze_initial_states(tmp_path / "initial_states.npz", [True, False]), MAZE, RUN)

    def run(action: list[float]):
        policy = Policy.load(write_steady_policy(tmp_path / "policy.onnx", action))
        noise = SensorNoise(policy.contract, recorded.env_cfg, 0)
        delays = SensorDelays(policy.contract, recorded.env_cfg, 0)
        return run_episodes(make_world(MAZE), policy, noise, delays, recorded, seed=0)

    ahead = run([1.0, 0.0])
    assert ahead.outcomes.tolist() == ["success", "lava"]
    assert 38 < ahead.lengths[0] < 44 and 8 < ahead.lengths[1] < 14
    resting = run([0.0, 0.0])
    assert resting.outcomes.tolist() == ["time_out"] * 2 and resting.lengths.tolist() == [80, 80]
    assert resting.timed_out.all() and not ahead.timed_out.any()
    report = comparison(recorded, resting, seed=3)
    assert report["mujoco"]["success_rate"] == 0.0 and report["isaac_lab"]["success_rate"] == 0.5
    assert report["difference"] == -0.5 and report["agreement"] == 0.5
    assert len(recorded.first(1)) == 1 and recorded.first(1).outcomes["success"].tolist() == [True]
    for count in (0, 3):
        with pytest.raises(
            InitialStatesError, match=f"{count} episodes were asked for; the file of initial states holds 2"
        ):
            recorded.first(count)


def run_script(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True)


def test_the_script_compares_without_torch_or_isaac_lab(tmp_path: Path) -> None:
    policy = write_steady_policy(tmp_path / "policy.onnx", [1.0, 0.0])
    recorded = write_maze_initial_states(tmp_path / "initial_states.npz", [True, False, True])
    done = run_script(
        "--task", MAZE, "--policy", policy, "--initial_states", recorded, "--json", tmp_path / "result.json"
    )
    assert done.returncode == 0, done.stderr  # it asserts at its end what was not imported
    report = json.loads((tmp_path / "result.json").read_text())
    assert report["episodes"] == 3 and report["difference"] == 0.0 and report["agreement"] == 1.0
    assert "difference +0.000" in done.stdout and "Isaac Lab" in done.stdout


def test_the_script_names_what_is_wrong(tmp_path: Path) -> None:
    policy = write_steady_policy(tmp_path / "policy.onnx", [1.0, 0.0])
    missing = run_script("--task", MAZE, "--policy", policy)
    assert (
        missing.returncode == 2
        and "--initial_states is missing. Record it with: python scripts/evaluate.py" in missing.stderr
    )
    recorded = write_maze_initial_states(tmp_path / "initial_states.npz", [True])
    other = run_script("--task", FIELD, "--policy", policy, "--initial_states", recorded)
    assert other.returncode == 2 and f"trained on {MAZE}" in other.stderr
    unwritable = run_script("--task", MAZE, "--policy", policy, "--initial_states", recorded, "--json", tmp_path)
    assert unwritable.returncode == 2 and "cannot be written" in unwritable.stderr
    nothing = run_script("--task", MAZE, "--policy", tmp_path / "none.onnx", "--initial_states", recorded)
    assert nothing.returncode == 2 and "none.onnx" in nothing.stderr
    many = run_script("--task", MAZE, "--policy", policy, "--initial_states", recorded, "--episodes", 2)
    assert many.returncode == 2 and "holds 1" in many.stderr
    none = run_script("--task", MAZE, "--policy", policy, "--initial_states", recorded, "--substeps", 0)
    assert none.returncode == 2 and "--substeps must be positive" in none.stderr
