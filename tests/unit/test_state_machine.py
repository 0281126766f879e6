# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The example of a controller for robots with legs: its modes, and a robot in MuJoCo that lies, stands up and falls."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sim2sim_files import make_contract, write_steady_policy
from sim2sim_walks import MJLAB_GO1, STANDING, curbs_state, make_curbs
from tiny_file import describe_action

from tsra_deploy import Policy, Safety
from tsra_sim2sim import Curbs, OtherRobot
from tsra_tasks.robots import QUADRUPED_JOINTS, go1

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

EXAMPLES = Path(__file__).parents[2] / "docs" / "robot"
STIFFNESS, DAMPING = (
    [values[name.split("_")[1]] for name in QUADRUPED_JOINTS] for values in (go1.STIFFNESS, go1.DAMPING)
)


def load_example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look for their module, and one example for the other
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def machines() -> Iterator[ModuleType]:
    """The state machine's module."""
    yield load_example("state_machine")
    del sys.modules["state_machine"]


def describe_quadruped() -> dict:
    """Contract of a student of the curbs whose zero action is the default pose."""
    contract = make_contract(Curbs.task)
    contract["actions"] = [describe_action(QUADRUPED_JOINTS, [0.25] * 12, STANDING.tolist())]
    ranges = {"lin_vel_x": [0.3, 0.8], "lin_vel_y": [-0.15, 0.15], "ang_vel_z": [None, -0.1]}
    contract["commands"] = [{"name": "base_velocity", "ranges": ranges}]
    nothing = [None] * 12
    # the robot's order is not that of the actions
    contract["joints"] = {
        "names": QUADRUPED_JOINTS[::-1],
        "stiffness": STIFFNESS[::-1],
        "damping": DAMPING[::-1],
        "default_position": STANDING[::-1].tolist(),
        **dict.fromkeys(("effort_limit", "velocity_limit", "actuator"), nothing),
        "sdk_names": None,
    }
    for term in contract["inputs"][0]["terms"]:
        if term["name"] in ("joint_pos_rel", "joint_vel_rel"):
            term["joints"] = QUADRUPED_JOINTS
    return contract


def load(tmp_path: Path, action: list[float], contract: dict | None = None) -> Policy:
    """A student that always acts alike."""
    file = write_steady_policy(tmp_path / "policy.onnx", action, contract or describe_quadruped())
    return Policy.load(file, Safety(out_of_range="ignore"))


def commanded(machine: Any) -> list[float]:
    """The velocity that the student was last told to walk at."""
    return machine.policy.last_inputs["obs"][0, 6:9].tolist()


def readings(tilt: float = 0.0, bent: float = 0.0) -> dict[str, np.ndarray]:
    """What a robot reads that leans to a side, with all joints as far from the default pose."""
    gravity = np.array([0.0, np.sin(tilt), -np.cos(tilt)])
    still = {name: np.zeros(3) for name in ("base_ang_vel", "velocity_commands")}
    return still | {"projected_gravity": gravity, "joint_pos_rel": np.full(12, bent), "joint_vel_rel": np.zeros(12)}


def test_it_lies_stands_up_runs_and_stops(machines: ModuleType, tmp_path: Path) -> None:
    machine = machines.StateMachine(load(tmp_path, [1.0] * 12), stand_up_time=0.1, slow_down_time=0.06, halt_time=0.04)
    off = machine.step(readings(bent=0.5))
    assert machine.mode is machines.Mode.OFF and not off.stiffness.any()
    np.testing.assert_allclose(off.positions, STANDING + 0.5)
    np.testing.assert_allclose(off.damping, DAMPING)
    machine.request("stand")
    rising = [machine.step(readings(bent=0.5)) for _ in range(5)]
    np.testing.assert_allclose([item.positions[0] for item in rising], 0.1 + 0.5 - 0.1 * np.arange(1, 6), atol=1e-6)
    np.testing.assert_allclose(rising[0].stiffness, STIFFNESS)
    assert machine.mode is machines.Mode.STANDING
    machine.request("run")
    np.testing.assert_allclose(machine.step(readings()).positions, STANDING + 0.25, atol=1e-6)
    assert commanded(machine) == [0.0, 0.0, 0.0]
    machine.request("stop")
    stopping = []
    for _ in range(3):
        stopping.append(machine.step(readings()).positions[0])
        assert commanded(machine) == pytest.approx([0.3, 0.0, -0.1])  # the slowest walk of training
    stopping += [machine.step(readings()).positions[0] for _ in range(2)]
    np.testing.assert_allclose(stopping, [0.35, 0.35, 0.35, 0.225, 0.1], atol=1e-6)
    assert machine.mode is machines.Mode.STANDING


def test_what_may_be_asked_depends_on_the_mode(machines: ModuleType, tmp_path: Path) -> None:
    machine = machines.StateMachine(load(tmp_path, [0.0] * 12))
    with pytest.raises(ValueError, match="'run' is for a robot that is standing; it is off"):
        machine.request("run")
    with pytest.raises(ValueError, match="no request 'jump': stand, run, stop, off"):
        machine.request("jump")
    machine.request("stand")
    with pytest.raises(ValueError, match="'run' is for a robot that is standing; it is standing up"):
        machine.request("run")
    machine.request("off")
    assert machine.mode is machines.Mode.OFF


def test_a_fall_damps_and_only_off_leads_out(machines: ModuleType, tmp_path: Path) -> None:
    machine = machines.StateMachine(load(tmp_path, [1.0] * 12), stand_up_time=0.02)
    machine.step(readings(tilt=2.0))
    assert machine.mode is machines.Mode.OFF  # it may lie on its back before it stands
    machine.request("stand")
    machine.step(readings())
    machine.request("run")
    machine.step(readings(tilt=0.9))
    assert machine.mode is machines.Mode.RUNNING
    assert not machine.step(readings(tilt=1.1)).stiffness.any()
    assert machine.mode is machines.Mode.FALLEN and "tilted by more than 1.0 rad" in machine.reason
    machine.step(readings())
    with pytest.raises(ValueError, match="it is fallen"):
        machine.request("stand")
    machine.request("off")
    machine.request("stand")
    assert machine.reason == ""


@pytest.mark.parametrize(
    "broken",
    [{"joint_pos_rel": np.full(12, np.nan)}, {"projected_gravity": np.zeros(2)}, {"joint_vel_rel": np.zeros(11)}],
)
def test_without_its_sensors_the_student_stops_and_the_robot_stands(
    machines: ModuleType, tmp_path: Path, broken: dict
) -> None:
    machine = machines.StateMachine(load(tmp_path, [1.0] * 12), halt_time=0.1)
    machine.mode = machines.Mode.RUNNING
    machine.step(readings())
    command = machine.step(readings() | broken)
    assert machine.mode is machines.Mode.STANDING_UP and next(iter(broken)) in machine.reason
    np.testing.assert_allclose(command.positions, STANDING + 0.8 * 0.25, atol=1e-6)
    np.testing.assert_allclose(command.stiffness, STIFFNESS)


def test_a_student_that_it_cannot_serve_is_refused(machines: ModuleType, tmp_path: Path) -> None:
    contract = describe_quadruped()
    contract["joints"]["stiffness"][3] = None
    with pytest.raises(ValueError, match="no gains of some of the joints"):
        machines.StateMachine(load(tmp_path, [0.0] * 12, contract))
    contract = describe_quadruped() | {"commands": []}
    with pytest.raises(ValueError, match="ranges of 0 velocities, so 'velocity_commands' cannot be slowed"):
        machines.StateMachine(load(tmp_path, [0.0] * 12, contract))
    policy = load(tmp_path, [0.0] * 12)
    with pytest.raises(ValueError, match=r"does not observe \['gravity'\]: it observes \['base_ang_vel'"):
        machines.StateMachine(policy, gravity="gravity")
    with pytest.raises(ValueError, match=r"moves \['FL_calf_joint', .* not among the observation 'base_ang_vel'"):
        machines.StateMachine(policy, joints="base_ang_vel")


@pytest.mark.parametrize("menagerie", [False, True])
def test_a_robot_in_mujoco_stands_up_and_falls_when_it_is_tipped(
    machines: ModuleType, tmp_path: Path, menagerie: bool
) -> None:
    if menagerie and not MJLAB_GO1.is_file():
        pytest.skip("make install puts mjlab's models beside Python")
    other = OtherRobot(MJLAB_GO1, {}, motor_rotors=True) if menagerie else None
    world = make_curbs(substeps=2, robot=other)
    robot = load_example("walk_in_mujoco").Robot(world, curbs_state())
    machine = machines.StateMachine(load(tmp_path, [0.0] * 12))

    def simulate(seconds: float) -> float:
        """Returns the height of the trunk at the end [m]."""
        for _ in range(round(seconds / world.control_period)):
            robot.command(machine.step(*robot.read()))
        return world.state()["position"][2]

    assert simulate(1.5) < 0.13  # it lies
    machine.request("stand")
    assert 0.24 < simulate(2.0) < 0.30 and machine.mode is machines.Mode.STANDING
    machine.request("run")
    assert 0.24 < simulate(1.0) < 0.30 and machine.mode is machines.Mode.RUNNING
    world.data.qpos[3:7] = np.cos(0.75), np.sin(0.75), 0.0, 0.0  # onto its side
    assert simulate(2.0) < 0.2 and machine.mode is machines.Mode.FALLEN


def test_the_loop_asks_in_time_and_keeps_its_rate(
    machines: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    walk = load_example("walk_in_mujoco")
    machine = machines.StateMachine(load(tmp_path, [0.0] * 12), stand_up_time=0.1)
    requests = {0.1: "stand", 0.12: "run", 0.3: "run"}
    lateness, work = walk.run(walk.Robot(make_curbs(), curbs_state()), machine, requests, 0.5)
    assert len(lateness) == len(work) == 25
    assert (lateness > -1e-6).all() and np.median(work) < 0.02
    printed = [line for line in capsys.readouterr().out.splitlines() if " s  " in line]
    assert [line.split()[0] for line in printed] == ["0.10", "0.12", "0.18", "0.30"]
    assert printed[1].startswith(" 0.12 s  'run' is for a robot that is standing")
    assert printed[2:] == [" 0.18 s  standing", " 0.30 s  running"]
    assert machine.mode is machines.Mode.RUNNING
