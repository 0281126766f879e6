# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What an exported student does with raw readings is what it did in the simulator, or it is refused.

The robot is tiny, and its observations and actions are changed without starting the simulator again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from tiny_layouts import Layout, layouts
from tiny_robot import NUM_ENVS, LinearStudent, change, contract_of, tiny_robot

from isaaclab.envs import ManagerBasedRLEnv, mdp
from isaaclab.managers import ObservationGroupCfg

from tsra_deploy import Policy, Safety
from tsra_lab.configs import OnboardTermCfg
from tsra_lab.export.isaac_lab import actions as known_actions
from tsra_lab.export.isaac_lab import record_run
from tsra_lab.export.replay import check_replay

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

LAYOUTS, STEPS = 220, 12


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManagerBasedRLEnv]:
    """The robot in the simulator."""
    with tiny_robot(tmp_path_factory.mktemp("robot")) as env:
        yield env


def targets_of(path: Path, recorded: dict[str, np.ndarray]) -> tuple[list[str], np.ndarray]:
    """What a robot's runtime commands when it is given what the sensors read."""
    policy = Policy.load(path, Safety(out_of_range="ignore"))
    steps, robots = recorded["first"].shape
    targets = []
    for step in range(steps):
        policy.reset(recorded["first"][step])
        rows = slice(step * robots, (step + 1) * robots)
        targets.append(policy.act({name: recorded[f"reading/{name}"][rows] for name in policy.sensor_names}))
    return policy.target_names, np.concatenate(targets)


def test_layouts_are_run_as_in_the_simulator_or_refused(env: ManagerBasedRLEnv, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=LAYOUTS, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(layouts())
    def run(layout: Layout) -> None:
        wrapped, groups = (
            change(env, layout.observations, layout.actions, layout.clip_actions),
            list(layout.observations),
        )
        student = LinearStudent(wrapped, groups)
        recorded = record_run(wrapped, student, groups, STEPS, NUM_ENVS)
        try:
            contract = contract_of(wrapped, groups, recorded)
        except ValueError as refusal:
            assert str(refusal).startswith(("Action term", "Observation term")), refusal
            outcomes["refused"] += 1
            return
        path = student.save(tmp_path / "policy.onnx", contract)
        names, targets = targets_of(path, recorded)
        kinds = {target: action["kind"] for action in contract["actions"] for target in action["targets"]}
        joints = list(env.scene["robot"].joint_names)
        for index, name in enumerate(names):
            commanded = recorded[f"commanded/{kinds[name].removeprefix('joint ')}"][:, joints.index(name)]
            assert np.abs(targets[:, index] - commanded).max() <= 1.0e-5 * max(1.0, np.abs(commanded).max())
        assert recorded["first"][1:].any()
        check_replay(path, recorded)
        outcomes["run"] += 1

    run()
    assert outcomes["run"] >= 100 and outcomes["refused"] >= 30 and outcomes.total() >= 200, outcomes


PREPARED, ACTED, COMMANDED = "does not form the observations", "ONNX Runtime and PyTorch differ", "not those that the"


def rich_layout() -> Layout:
    """Something of everything."""
    group = ObservationGroupCfg(history_length=3, history_order="time")
    common = {"unit": "1", "frame": "any"}
    group.positions = OnboardTermCfg(func=mdp.joint_pos_rel, scale=(1.0, 2.0, 3.0, 4.0), clip=(-0.4, 0.6), **common)
    group.velocities = OnboardTermCfg(func=mdp.joint_vel, delay_min_lag=1, delay_max_lag=2, **common)
    group.action = OnboardTermCfg(func=mdp.last_action, delay_min_lag=2, delay_max_lag=2, **common)
    actions = {
        "left": mdp.JointPositionActionCfg(
            asset_name="robot",
            joint_names=["left_knee", "left_hip"],
            preserve_order=True,
            clip={"left_hip": (-0.2, 0.4)},
        ),
        "right": mdp.JointVelocityActionCfg(asset_name="robot", joint_names=["right_.*"], scale={"right_hip": 0.5}),
    }
    return Layout({"onboard": group}, actions, 0.8)


class Recorded:
    """A student of the rich layout, and what was recorded of it."""

    def __init__(self, env: ManagerBasedRLEnv, layout: Layout, steps: int = 40) -> None:
        self.wrapped = change(env, layout.observations, layout.actions, layout.clip_actions)
        self.student = LinearStudent(self.wrapped, list(layout.observations))
        self.arrays = record_run(self.wrapped, self.student, self.student.groups, steps, NUM_ENVS)

    def check(self, folder: Path, change_contract: Callable[[dict], None] = lambda contract: None) -> None:
        """Replay it with a contract that was changed."""
        contract = contract_of(self.wrapped, self.student.groups, self.arrays)
        change_contract(contract)
        check_replay(self.student.save(folder / "policy.onnx", contract), self.arrays)


@pytest.fixture(scope="module")
def rich(env: ManagerBasedRLEnv) -> Recorded:
    """A recording of the rich layout."""
    return Recorded(env, rich_layout())


def test_a_true_contract_passes(rich: Recorded, tmp_path: Path) -> None:
    rich.check(tmp_path)
    assert rich.arrays["first"][1:].any()
    assert np.isfinite(rich.arrays["live/stiffness"]).all()


def term_of(contract: dict, index: int) -> dict:
    """One of the terms: positions, velocities, the last action."""
    return contract["inputs"][0]["terms"][index]


def swap(values: list, i: int = 0, j: int = 1) -> None:
    """Exchange two elements."""
    values[i], values[j] = values[j], values[i]


LIES: dict[str, tuple[Callable[[dict], object], str]] = {
    "history by term": (
        lambda c: [term.update(history_order="term") for term in c["inputs"][0]["terms"]],
        PREPARED,
    ),
    "prompt last action": (lambda c: term_of(c, 2).update(delay_periods=[0, 0]), PREPARED),
    "later last action": (lambda c: term_of(c, 2).update(delay_periods=[3, 3]), PREPARED),
    "prompt sensor": (lambda c: term_of(c, 1).update(delay_periods=[0, 0]), "delayed by 1 to 2 .* tells 0 to 0"),
    "one scale": (lambda c: term_of(c, 0)["scale"].__setitem__(2, 3.001), PREPARED),
    "no clip": (lambda c: term_of(c, 0).update(clip=None), PREPARED),
    "order of terms": (lambda c: swap(c["inputs"][0]["terms"], 0, 1), PREPARED),
    "a sensor's last action": (lambda c: term_of(c, 2).update(source="sensor"), r"no readings of \['action'\]"),
    "unbounded actions": (lambda c: c.update(clip_actions=None), PREPARED),
    "order of joints": (lambda c: swap(c["actions"][0]["targets"]), COMMANDED),
    "order of action terms": (lambda c: swap(c["actions"]), COMMANDED),
    "scale of an action": (lambda c: c["actions"][1]["scale"].__setitem__(0, 0.501), COMMANDED),
    "offset of an action": (lambda c: c["actions"][0]["offset"].__setitem__(1, 0.101), COMMANDED),
    "no bounds": (lambda c: c["actions"][0].update(clip=None), COMMANDED),
    "kind of an action": (lambda c: c["actions"][0].update(kind="joint effort"), COMMANDED),
    "no joint": (lambda c: c["actions"][0]["targets"].__setitem__(0, "tail"), r"\['tail'\] .* no joints"),
    "order of the robot": (lambda c: swap(c["joints"]["names"], 1, 2), "tells the joints"),
    "gains of the solver": (lambda c: c["joints"]["stiffness"].__setitem__(0, 4.1), "stiffness of joint 'left_hip'"),
    "gains of a model": (lambda c: c["joints"]["damping"].__setitem__(1, 0.2), "damping of joint 'left_knee'"),
    "default pose": (lambda c: c["joints"]["default_position"].__setitem__(0, 0.2), "default position of joint"),
}
"""Ways to lie about the rich layout, and what the replay says to them."""


@pytest.mark.parametrize("lie", LIES)
def test_the_replay_finds_each_lie_by_itself(rich: Recorded, lie: str, tmp_path: Path) -> None:
    tell, message = LIES[lie]
    with pytest.raises(ValueError, match=message):
        rich.check(tmp_path, tell)


class HalvingAction(mdp.JointPositionAction):
    """Derives from a known term and acts otherwise."""

    def process_actions(self, actions: torch.Tensor) -> None:
        """Halve the actions."""
        super().process_actions(0.5 * actions)


LEGS = {"asset_name": "robot", "joint_names": [".*"]}


@pytest.mark.parametrize(
    "cfg, term_class",
    [
        (mdp.JointPositionActionCfg(**LEGS, class_type=HalvingAction), HalvingAction),
        (mdp.RelativeJointPositionActionCfg(**LEGS), mdp.RelativeJointPositionAction),
        (mdp.EMAJointPositionToLimitsActionCfg(**LEGS, alpha=0.5), mdp.EMAJointPositionToLimitsAction),
    ],
    ids=["subclass", "relative", "average"],
)
def test_the_replay_finds_action_terms_that_do_something_else(
    env: ManagerBasedRLEnv, cfg: object, term_class: type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of classes that are not known the description takes what it knows of the class that they derive from."""
    layout = rich_layout()
    recorded = Recorded(env, Layout(layout.observations, {"legs": cfg}, None), STEPS)
    with pytest.raises(ValueError, match="'legs' is a"):
        recorded.check(tmp_path)
    monkeypatch.setitem(known_actions.KNOWN, type(cfg), (term_class, "joint position"))
    with pytest.raises(ValueError, match=COMMANDED):
        recorded.check(tmp_path)


def test_the_replay_finds_what_events_change(env: ManagerBasedRLEnv, tmp_path: Path) -> None:
    """Offsets are the configuration's, but a start-up event of others' tasks changes those of the term."""
    layout = rich_layout()
    recorded = Recorded(env, layout, steps=1)
    env.action_manager.get_term("left")._offset += torch.linspace(0.0, 0.1, NUM_ENVS)[:, None]
    recorded.arrays = record_run(recorded.wrapped, recorded.student, recorded.student.groups, STEPS, NUM_ENVS)
    with pytest.raises(ValueError, match=f"{COMMANDED}.*env.events.<name>=null"):
        recorded.check(tmp_path)
