# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Another robot's model in the place of ours: MuJoCo Menagerie's Go1 as mjlab's wheel has it, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import mujoco
import numpy as np
import pytest
from sim2sim_walks import MJLAB_GO1, STANDING, curbs_state, make_curbs, stand

from tsra_sim2sim import OtherRobot, WorldError
from tsra_sim2sim.model_differences import difference_table
from tsra_sim2sim.world import MODELS

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

PAGE = Path(__file__).parents[2] / "docs" / "go1.md"
OWN = (MODELS / "quadruped.xml").read_text()

needs_mjlab = pytest.mark.skipif(not MJLAB_GO1.is_file(), reason="make install puts mjlab's models beside Python")


def other(tmp_path: Path, text: str = OWN, **settings: object) -> OtherRobot:
    """Our own model, changed, as somebody else's."""
    file = tmp_path / "other.xml"
    file.write_text(text)
    return OtherRobot(file, **settings)


def test_our_own_model_as_another_moves_alike(tmp_path: Path) -> None:
    renamed = re.sub(r"\b(F[RL]|R[RL])_(hip|thigh|calf)_joint", r"\1.\2", OWN).replace('"trunk"', '"base"')
    joints = {
        f"{leg}_{part}_joint": f"{leg}.{part}" for leg in ("FR", "FL", "RR", "RL") for part in ("hip", "thigh", "calf")
    }
    renamed = renamed.replace('impratio="10"', 'impratio="1"')  # settings of the solver are the world's
    worlds = [make_curbs(), make_curbs(robot=other(tmp_path, renamed, joints=joints))]
    for world in worlds:
        world.reset(curbs_state(trunk_mass=1.3, motor_strength=0.9))
        stand(world, 0.4)
    ours, theirs = (world.state() for world in worlds)
    for name, values in ours.items():
        np.testing.assert_allclose(theirs[name], values, atol=1e-9, err_msg=name)


def test_it_keeps_its_own_armature_and_friction_and_gets_the_task_s_motors(tmp_path: Path) -> None:
    text = re.sub('armature="[0-9.]+"', 'armature="0.001" frictionloss="0.2" damping="0.05"', OWN)
    text = text.replace('type="sphere" size="0.023"', 'type="sphere" size="0.025" friction="0.7 0.02 0.01" condim="6"')
    for rotors, armature, loss in ((False, 0.001, 0.2), (True, pytest.approx(0.0090592, rel=1e-4), 0.0)):
        world = make_curbs(robot=other(tmp_path, text, motor_rotors=rotors))
        world.reset(curbs_state(friction=np.full(14, 0.4)))
        model, dof = world.model, world.model.joint("RL_calf_joint").dofadr[0]
        assert (model.dof_armature[dof], model.dof_frictionloss[dof]) == (armature, loss)
        assert model.dof_damping[dof] == 0.05
        assert model.geom("RL_foot/ball_collision").friction.tolist() == [0.7, 0.02, 0.01]
        assert model.actuator("RL_calf_joint").gainprm[0] == pytest.approx(35.764, rel=1e-4)
        assert model.joint("RL_calf_joint").id in np.flatnonzero(model.jnt_actfrclimited)


@pytest.mark.parametrize(
    "change, message",
    [
        (("FR_calf_joint", "FR_knee"), r"lacks the joints FR_calf_joint and has FR_knee beside. .*--robot_joints"),
        (('<freejoint name="root"/>', ""), "must have one free joint, that of its trunk; it has 0"),
        (
            ("<worldbody>", '<worldbody><geom name="floor" type="plane" size="1 1 1"/>'),
            "and floor. Give the robot's own",
        ),
        (("<worldbody>", '<worldbody><body name="cart"/>'), "the bodies cart, trunk"),
        (('axis="1 0 0"', 'axis="-1 0 0"'), r"'FR_hip_joint' of .* turns about \[-1.0, 0.0, 0.0\] where ours .*\[1.0"),
        (("<mujoco", "<robot"), "cannot be read"),
    ],
)
def test_what_does_not_match_is_refused_by_name(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(WorldError, match=message):
        make_curbs(robot=other(tmp_path, OWN.replace(*change)))


def test_a_missing_file_and_a_wrong_mapping_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="none.xml' cannot be read"):
        make_curbs(robot=OtherRobot(tmp_path / "none.xml"))
    with pytest.raises(WorldError, match="no joints knee to map"):
        make_curbs(robot=other(tmp_path, joints={"knee": "FR_calf_joint"}))
    with pytest.raises(WorldError, match="lacks the joints FR_knee and has FR_calf_joint beside"):
        make_curbs(robot=other(tmp_path, joints={"FR_calf_joint": "FR_knee"}))


@needs_mjlab
@pytest.mark.parametrize("rotors, substeps", [(True, 2), (False, 5)])
def test_menagerie_s_go1_stands_on_our_gains(rotors: bool, substeps: int) -> None:
    world = make_curbs(substeps, OtherRobot(MJLAB_GO1, motor_rotors=rotors))
    assert world.model.body_subtreemass[world.model.body("trunk").id] == pytest.approx(12.743448)
    world.reset(curbs_state())
    assert stand(world, 2.0)[50:].max() < 0.3
    state = world.state()
    assert 0.23 < state["position"][2] < 0.27 and np.abs(state["position"][:2]).max() < 0.15
    assert world.outcome() is None and world.observe()["projected_gravity"][2] < -0.97


@needs_mjlab
def test_in_coarse_steps_menagerie_s_go1_trembles_and_ours_does_not() -> None:
    """Why the comparison takes two physics steps for each one of training: the page says so."""
    speeds = []
    for robot in (None, OtherRobot(MJLAB_GO1, motor_rotors=True)):
        world = make_curbs(1, robot)
        world.reset(curbs_state())
        speeds.append(stand(world, 2.0)[50:].mean())
    assert speeds[0] < 0.1 and speeds[1] > 5.0 * speeds[0]


@needs_mjlab
def test_it_touches_curbs_and_falls_as_ours_does() -> None:
    world = make_curbs(2, OtherRobot(MJLAB_GO1, motor_rotors=True))
    world.reset(curbs_state(curbs=[[0.0, 0.0, 0.25, 0.3]] + [[9.0, 0.0, -0.5, 0.0]] * 4))
    world.step(STANDING)
    assert world.outcome() == "trunk_contact"
    # a foot that is pressed against the robot's own trunk is no fall
    folded = STANDING.copy()
    folded[:3] = [-0.82, 2.76, -2.34]
    world.reset(curbs_state(position=[0.0, 0.0, 3.0], joint_pos=folded))
    (contact,) = world.data.contact
    assert "trunk_collision" in [world.model.geom(int(geom)).name for geom in contact.geom]
    world.step(folded)
    assert world.outcome() is None


@needs_mjlab
def test_every_difference_is_on_the_page() -> None:
    assert difference_table(OtherRobot(MJLAB_GO1)) in PAGE.read_text()


def test_a_model_that_is_ours_has_no_difference(tmp_path: Path) -> None:
    table = difference_table(other(tmp_path))
    assert table.count("\n") == 3 and "Equal: mass of the robot;" in table
    heavy = OWN.replace('mass="5.204"', 'mass="6.204"').replace('size="0.023"', 'size="0.025"')
    table = difference_table(other(tmp_path, heavy))
    assert "| trunk: mass [kg] | 5.204 | 6.204 |" in table and "| foot: radius [mm] | 23.0 | 25.0 |" in table
    assert mujoco.MjModel.from_xml_string(heavy).nq == 19
