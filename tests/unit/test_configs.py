# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Misspelt options and wrong observation sets are refused where they are set."""

from __future__ import annotations

import copy
from dataclasses import MISSING

import pytest

from isaaclab.utils import configclass
from isaaclab.utils.dict import update_class_from_dict
from isaaclab_rl.rsl_rl import RslRlMLPModelCfg
from isaaclab_tasks.utils import load_cfg_from_registry
from isaaclab_tasks.utils.hydra import resolve_presets

import tsra_tasks  # noqa: F401
from tsra_lab.configs import (
    AlignedDistillationCfg,
    AlignedPPOCfg,
    AlignedRunnerCfg,
    AlignmentCfg,
    AlignmentPresetsCfg,
    CNNModelCfg,
    MLPModelCfg,
    ObservationSets,
    check_observation_sets,
)
from tsra_tasks.color_maze.agents import ColorMazeAlignedRunnerCfg

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

REQUIRED = ("teacher", "student", "critic")


def good_sets() -> dict[str, list[str]]:
    return {"teacher": ["privileged"], "student": ["onboard", "camera"], "critic": ["privileged"]}


@pytest.fixture
def agent() -> ColorMazeAlignedRunnerCfg:
    """A complete agent configuration with its presets resolved, as a command line sees it."""
    return resolve_presets(ColorMazeAlignedRunnerCfg())


@pytest.mark.parametrize(
    "cfg, misspelt, meant",
    [
        (AlignmentCfg(), "temprature", "temperature"),
        (AlignedPPOCfg(), "entropy_coeff", "entropy_coef"),
        (AlignedDistillationCfg(), "rolout_policy", "rollout_policy"),
        (MLPModelCfg(hidden_dims=[8], activation="elu"), "hidden_dim", "hidden_dims"),
        (CNNModelCfg(hidden_dims=[8], activation="elu"), "cnn_config", "cnn_cfg"),
    ],
)
def test_a_misspelt_option_is_refused_and_the_near_one_named(cfg: object, misspelt: str, meant: str):
    with pytest.raises(AttributeError, match=f"no option '{misspelt}'.*Did you mean '{meant}'"):
        setattr(cfg, misspelt, 1)
    assert not hasattr(cfg, misspelt)


@pytest.mark.parametrize(
    "path, misspelt",
    [
        ("", "save_intervals"),
        ("algorithm", "consistency_step"),
        ("algorithm.alignment", "match_weigth"),
        ("actor", "activaton"),
        ("student", "obs_normalisation"),
    ],
)
def test_a_misspelt_option_is_refused_at_every_depth(agent: ColorMazeAlignedRunnerCfg, path: str, misspelt: str):
    part = agent
    for name in filter(None, path.split(".")):
        part = getattr(part, name)
    with pytest.raises(AttributeError, match=f"{type(part).__name__} has no option '{misspelt}'. Did you mean"):
        setattr(part, misspelt, 1)


def test_an_option_like_no_other_is_refused_with_the_list_of_options():
    with pytest.raises(AttributeError, match="Its options: .*temperature"):
        AlignmentCfg().zzzzz = 1
    with pytest.raises(TypeError):
        AlignmentCfg(temprature=1.0)


def test_a_known_option_is_set(agent: ColorMazeAlignedRunnerCfg):
    agent.algorithm.alignment.temperature = 0.25
    agent.algorithm.gamma = 0.9
    assert agent.to_dict()["algorithm"]["alignment"]["temperature"] == 0.25
    assert agent.algorithm.gamma == 0.9
    fresh = resolve_presets(ColorMazeAlignedRunnerCfg())
    assert fresh.algorithm.alignment.temperature == AlignmentCfg().temperature
    assert fresh.algorithm.gamma != 0.9


BAD_SETS = [
    ({"teacher": ["privileged"], "critic": ["privileged"]}, "'student' is missing"),
    (good_sets() | {"student": []}, "'student' is empty"),
    (good_sets() | {"policy": ["onboard"]}, "'policy' is unknown.*teacher, student, critic"),
    (good_sets() | {"student": "onboard"}, "'student' must be a list"),
    (good_sets() | {"critic": None}, "'critic' must be a list"),
    (good_sets() | {"critic": [3]}, "'critic' must be a list"),
]


@pytest.mark.parametrize("sets, message", BAD_SETS)
def test_wrong_observation_sets_are_refused_and_named(sets: dict, message: str):
    with pytest.raises(ValueError, match=message):
        ObservationSets(sets, REQUIRED)
    with pytest.raises(ValueError, match=message):
        check_observation_sets(sets, REQUIRED)


@pytest.mark.parametrize("sets, message", BAD_SETS)
def test_a_run_configuration_refuses_wrong_observation_sets(sets: dict, message: str):
    with pytest.raises(ValueError, match=message):
        ColorMazeAlignedRunnerCfg(obs_groups=sets)


@pytest.mark.parametrize(
    "name, groups, message",
    [
        ("student", [], "'student' is empty"),
        ("student", "onboard", "'student' must be a list"),
        ("studnet", ["onboard"], "'studnet' is unknown"),
    ],
)
def test_a_wrong_change_of_an_observation_set_is_refused_and_changes_nothing(name: str, groups: object, message: str):
    sets = ObservationSets(good_sets(), REQUIRED)
    with pytest.raises(ValueError, match=message):
        sets[name] = groups
    assert sets == good_sets()


def test_a_right_change_of_an_observation_set_is_taken():
    sets = ObservationSets(good_sets(), REQUIRED)
    sets["student"] = ["camera"]
    assert sets == good_sets() | {"student": ["camera"]}


def test_the_command_line_cannot_empty_an_observation_set(agent: ColorMazeAlignedRunnerCfg):
    with pytest.raises(ValueError, match="'student' is empty"):
        update_class_from_dict(agent, {"obs_groups": {"student": []}})
    update_class_from_dict(agent, {"obs_groups": {"student": ["privileged"]}})
    assert agent.obs_groups["student"] == ["privileged"]
    assert ColorMazeAlignedRunnerCfg().obs_groups["student"] == ["onboard"]


def test_a_deep_copy_is_independent_and_still_checked():
    sets = ObservationSets(good_sets(), REQUIRED)
    other = copy.deepcopy(sets)
    other["teacher"].append("more")
    other["student"] = ["camera"]
    assert sets == good_sets()
    with pytest.raises(ValueError, match="'critic' is empty"):
        other["critic"] = []


def test_groups_that_the_environment_lacks_are_named():
    check_observation_sets(good_sets(), REQUIRED, ["camera", "onboard", "privileged"])
    with pytest.raises(ValueError, match=r"'student' names unknown groups \['camera'\].*onboard, privileged"):
        check_observation_sets(good_sets(), REQUIRED, ["onboard", "privileged"])


def test_the_alignment_presets_differ_as_their_names_say():
    def terms(name: str) -> set[str]:
        cfg = getattr(AlignmentPresetsCfg(), name)
        return {term for term in ("contrast", "match", "variance", "covariance") if getattr(cfg, f"{term}_weight")}

    assert terms("contrastive") == {"contrast", "match", "variance", "covariance"}
    assert terms("vicreg") == {"match", "variance", "covariance"}
    assert terms("info_nce") == {"contrast"}
    assert terms("l2") == {"match"}


def test_presets_are_chosen_by_name_and_vicreg_is_the_default():
    def choose(*names: str) -> dict:
        return resolve_presets(ColorMazeAlignedRunnerCfg(), names).algorithm.alignment.to_dict()

    assert choose() == choose("vicreg") == AlignmentCfg().to_dict()
    assert choose("contrastive") == AlignmentPresetsCfg().contrastive.to_dict() != choose()
    assert choose("l2")["covariance_weight"] == 0.0


@pytest.mark.parametrize("name", ["actor", "critic", "teacher", "student"])
def test_model_configurations_that_accept_misspelt_options_are_refused(name: str):
    with pytest.raises(TypeError, match=f"'{name}'.*tsra_lab.configs"):
        ColorMazeAlignedRunnerCfg(**{name: RslRlMLPModelCfg(hidden_dims=[8], activation="elu")})


def test_a_run_that_leaves_fields_unset_is_told_which():
    with pytest.raises(ValueError, match="must set: .*obs_groups, actor, critic, teacher, student"):
        AlignedRunnerCfg()

    @configclass
    class ForgetfulCfg(ColorMazeAlignedRunnerCfg):
        student = MISSING

    with pytest.raises(ValueError, match="ForgetfulCfg must set: student"):
        ForgetfulCfg()


def test_a_task_that_forgets_an_observation_set_fails_at_once():
    @configclass
    class ForgetfulCfg(ColorMazeAlignedRunnerCfg):
        obs_groups = {"teacher": ["privileged"], "critic": ["privileged"]}

    with pytest.raises(ValueError, match="'student' is missing"):
        ForgetfulCfg()


def test_students_with_memory_keep_no_past_rollouts():
    """Their pairs are sequences of one rollout, which the collector would refuse only once the simulator runs."""
    for task in ("TSRA-ObstacleFlight-Quadrotor", "TSRA-OpenDrawer-Arm"):
        agent = load_cfg_from_registry(task, "rsl_rl_memory_cfg_entry_point")
        assert agent.student.class_name.endswith("RecurrentCNNModel")
        assert agent.algorithm.kept_rollouts == 1
