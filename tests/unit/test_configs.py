# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Misspelt options and wrong observation sets are refused where they are set."""

from __future__ import annotations

import copy
from dataclasses import MISSING

import gymnasium as gym
import pytest

from isaaclab.utils import configclass
from isaaclab.utils.dict import update_class_from_dict
from isaaclab_rl.rsl_rl import RslRlMLPModelCfg
from isaaclab_tasks.utils import resolve_task_config
from isaaclab_tasks.utils.hydra import resolve_presets

import tsra_tasks  # noqa: F401
from tsra_lab.agents import METHODS
from tsra_lab.configs import (
    AlignedDistillationCfg,
    AlignedPPOCfg,
    AlignedRunnerCfg,
    AlignmentLossCfg,
    AlignmentLossPresetsCfg,
    CNNModelCfg,
    EncoderTrainingCfg,
    MLPModelCfg,
    PolicyHeadCfg,
    RNNModelCfg,
)
from tsra_lab.observations import ObservationSets, check_observation_sets

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

REQUIRED = ("teacher", "student", "critic")


def mlp(**settings: object) -> MLPModelCfg:
    return MLPModelCfg(hidden_dims=[8], activation="elu", **settings)


@configclass
class MazeRunnerCfg(AlignedRunnerCfg):
    """A complete agent."""

    num_steps_per_env = 24
    max_iterations = 2
    save_interval = 1
    experiment_name = "maze"
    obs_groups = {"teacher": ["privileged"], "student": ["onboard"], "critic": ["privileged"]}
    teacher = mlp()
    student = mlp()
    actor = PolicyHeadCfg(
        hidden_dims=[8], activation="elu", distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=1.0)
    )
    critic = mlp()


def good_sets() -> dict[str, list[str]]:
    return {"teacher": ["privileged"], "student": ["onboard", "camera"], "critic": ["privileged"]}


@pytest.fixture
def agent() -> MazeRunnerCfg:
    """A complete agent configuration with its presets resolved, as a command line sees it."""
    return resolve_presets(MazeRunnerCfg())


@pytest.mark.parametrize(
    "cfg, misspelt, meant",
    [
        (AlignmentLossCfg(), "temprature", "temperature"),
        (EncoderTrainingCfg(), "target_decai", "target_decay"),
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
        ("algorithm", "consistancy"),
        ("algorithm.encoders", "warm_up_steps"),
        ("algorithm.pairs", "kept_rollouts"),
        ("algorithm.alignment", "match_weigth"),
        ("actor", "activaton"),
        ("student", "obs_normalisation"),
    ],
)
def test_a_misspelt_option_is_refused_at_every_depth(agent: MazeRunnerCfg, path: str, misspelt: str):
    part = agent
    for name in filter(None, path.split(".")):
        part = getattr(part, name)
    with pytest.raises(AttributeError, match=f"{type(part).__name__} has no option '{misspelt}'. Did you mean"):
        setattr(part, misspelt, 1)


def test_models_normalise_what_they_observe_unless_told_otherwise():
    for cfg in (mlp(), CNNModelCfg(hidden_dims=[8], activation="elu"), RNNModelCfg(hidden_dims=[8], activation="elu")):
        assert cfg.obs_normalization
    assert not mlp(obs_normalization=False).obs_normalization


def test_a_policy_head_that_would_normalise_is_refused(agent: MazeRunnerCfg):
    with pytest.raises(ValueError, match="takes the embedding as it is"):
        PolicyHeadCfg(hidden_dims=[8], activation="elu", obs_normalization=True)
    with pytest.raises(ValueError, match="takes the embedding as it is"):
        agent.actor.obs_normalization = True
    with pytest.raises(ValueError, match="'actor' of MazeRunnerCfg is the policy head.*PolicyHeadCfg"):
        MazeRunnerCfg(actor=mlp(distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=1.0)))


def test_an_option_like_no_other_is_refused_with_the_list_of_options():
    with pytest.raises(AttributeError, match="Its options: .*temperature"):
        AlignmentLossCfg().zzzzz = 1
    with pytest.raises(TypeError):
        AlignmentLossCfg(temprature=1.0)


def test_a_known_option_is_set(agent: MazeRunnerCfg):
    agent.algorithm.alignment.temperature = 0.25
    agent.algorithm.gamma = 0.9
    assert agent.to_dict()["algorithm"]["alignment"]["temperature"] == 0.25
    assert agent.algorithm.gamma == 0.9
    fresh = resolve_presets(MazeRunnerCfg())
    assert fresh.algorithm.alignment.temperature == AlignmentLossCfg().temperature
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
        MazeRunnerCfg(obs_groups=sets)


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


def test_the_command_line_cannot_empty_an_observation_set(agent: MazeRunnerCfg):
    with pytest.raises(ValueError, match="'student' is empty"):
        update_class_from_dict(agent, {"obs_groups": {"student": []}})
    update_class_from_dict(agent, {"obs_groups": {"student": ["privileged"]}})
    assert agent.obs_groups["student"] == ["privileged"]
    assert MazeRunnerCfg().obs_groups["student"] == ["onboard"]


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
        cfg = getattr(AlignmentLossPresetsCfg(), name)
        return {term for term in ("contrast", "match", "variance", "covariance") if getattr(cfg, f"{term}_weight")}

    assert terms("contrastive") == {"contrast", "match", "variance", "covariance"}
    assert terms("vicreg") == {"match", "variance", "covariance"}
    assert terms("info_nce") == {"contrast"}
    assert terms("l2") == {"match"}


def test_presets_are_chosen_by_name_and_contrastive_is_the_default():
    def choose(*names: str) -> dict:
        return resolve_presets(MazeRunnerCfg(), names).algorithm.alignment.to_dict()

    assert choose() == choose("contrastive") == AlignmentLossCfg().to_dict()
    assert choose("vicreg") == AlignmentLossPresetsCfg().vicreg.to_dict() != choose()
    assert choose("l2")["covariance_weight"] == 0.0


@pytest.mark.parametrize("name", ["actor", "critic", "teacher", "student"])
def test_model_configurations_that_accept_misspelt_options_are_refused(name: str):
    with pytest.raises(TypeError, match=f"'{name}'.*tsra_lab.configs"):
        MazeRunnerCfg(**{name: RslRlMLPModelCfg(hidden_dims=[8], activation="elu")})


def test_a_run_that_leaves_fields_unset_is_told_which():
    with pytest.raises(ValueError, match="must set: .*obs_groups, actor, critic, teacher, student"):
        AlignedRunnerCfg()

    @configclass
    class ForgetfulCfg(MazeRunnerCfg):
        student = MISSING

    with pytest.raises(ValueError, match="ForgetfulCfg must set: student"):
        ForgetfulCfg()


def test_a_task_that_forgets_an_observation_set_fails_at_once():
    @configclass
    class ForgetfulCfg(MazeRunnerCfg):
        obs_groups = {"teacher": ["privileged"], "critic": ["privileged"]}

    with pytest.raises(ValueError, match="'student' is missing"):
        ForgetfulCfg()


@pytest.mark.parametrize(
    "path, value",
    [
        ("algorithm.alignment", "contrastive"),  # where the presets were replaced, no name can choose one
        ("algorithm.alignment", 3),
        ("algorithm.encoders", 4),
        ("algorithm.pairs", None),
        ("algorithm", "PPO"),
        ("student", [128, 128]),
        ("actor.distribution_cfg", 1.0),
    ],
)
def test_a_value_does_not_take_the_place_of_a_configuration(agent: MazeRunnerCfg, path: str, value: object):
    *parents, name = path.split(".")
    part = agent
    for parent in parents:
        part = getattr(part, parent)
    before = getattr(part, name)
    with pytest.raises(TypeError, match=f"'{name}' of {type(part).__name__} is a .*Set its options: {name}."):
        setattr(part, name, value)
    assert getattr(part, name) is before
    setattr(part, name, copy.deepcopy(before))  # another configuration does


def test_a_distribution_can_be_taken_away(agent: MazeRunnerCfg):
    agent.actor.distribution_cfg = None
    assert agent.actor.distribution_cfg is None


OURS = [name for name in gym.registry if name.startswith("TSRA-")]
"""Registered tasks."""


@pytest.mark.parametrize("task", OURS)
@pytest.mark.parametrize("method", ["tsra", "unmasked", "memory"])
@pytest.mark.parametrize("loss", ["vicreg", "contrastive", "info_nce", "l2"])
def test_every_alignment_loss_can_be_chosen_on_every_task(task: str, method: str, loss: str):
    key = METHODS[method].agent_key
    _, chosen = resolve_task_config(task, key, False, [f"agent.algorithm.alignment={loss}"])
    assert chosen.algorithm.alignment.to_dict() == getattr(AlignmentLossPresetsCfg(), loss).to_dict()
    _, plain = resolve_task_config(task, key, False, [])
    # and nothing else changes
    plain.algorithm.alignment = chosen.algorithm.alignment
    assert plain.to_dict() == chosen.to_dict()


@pytest.mark.parametrize("task", OURS)
def test_an_unknown_alignment_loss_is_refused(task: str):
    with pytest.raises((TypeError, ValueError), match="constrastive"):
        resolve_task_config(task, METHODS["tsra"].agent_key, False, ["agent.algorithm.alignment=constrastive"])
