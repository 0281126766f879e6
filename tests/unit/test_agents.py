# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Tests of the agents that suites make of methods: all of them on all tasks, on fair terms."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import gymnasium
import pytest

from isaaclab.utils import configclass
from isaaclab_tasks.utils import load_cfg_from_registry, resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_lab.agents import METHODS, AgentSuite, Method
from tsra_lab.configs import (
    AlignmentLossCfg,
    AlignmentLossPresetsCfg,
    MLPModelCfg,
    PairsCfg,
    PolicyHeadCfg,
    PPOCfg,
    RNNModelCfg,
    TeacherStudentPPOCfg,
    TeacherStudentRunnerCfg,
)

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASKS = sorted(task for task in gymnasium.registry if task.startswith("TSRA-"))
LEARNERS = [key for key in METHODS if "distillation" not in key]
"""Methods that learn by PPO."""

PLAIN_MODEL = {"hidden_dims": [8], "activation": "elu"}
GAUSSIAN = MLPModelCfg.GaussianDistributionCfg(init_std=0.5)


@configclass
class StubbornPPOCfg(TeacherStudentPPOCfg):
    """Settings of a method that a user adds."""

    class_name: str = "somewhere:StubbornPPO"
    stubbornness: float = 1.0


@pytest.fixture
def suite() -> AgentSuite:
    """A suite of a user's own task, with no more than it must have."""
    return AgentSuite(
        experiment="own",
        teacher_encoder=MLPModelCfg(**PLAIN_MODEL),
        student_encoder=MLPModelCfg(obs_normalization=False, **PLAIN_MODEL),
        head=PolicyHeadCfg(distribution_cfg=GAUSSIAN, **PLAIN_MODEL),
        critic=MLPModelCfg(**PLAIN_MODEL),
        ppo={"entropy_coef": 0.03},
        max_iterations=3,
    )


@pytest.fixture
def registered(suite: AgentSuite) -> Iterator[str]:
    """Name of a task registered from that suite alone."""
    suite.register("TSRA-Test-Own", "tsra_tasks.color_maze.color_maze_env_cfg:ColorMazeEnvCfg")
    yield "TSRA-Test-Own"
    del gymnasium.registry["TSRA-Test-Own"]


def plain(cfg: object) -> dict:
    """Fields of a model's configuration that are set: each copy of a missing one differs."""
    return {name: value for name, value in cfg.to_dict().items() if not isinstance(value, type(dataclasses.MISSING))}


def agent_keys(task: str) -> set[str]:
    """Keys of the agents of a task."""
    return {key for key in gymnasium.spec(task).kwargs if key.startswith("rsl_rl")}


def test_there_are_tasks_to_test():
    assert len(TASKS) == 12


@pytest.mark.parametrize("task", TASKS)
def test_every_method_exists_on_every_task(task: str):
    assert agent_keys(task) == {method.agent_key for method in METHODS.values()}
    experiments = set()
    for method in METHODS.values():
        cfg = load_cfg_from_registry(task, method.agent_key)
        assert cfg.max_iterations > 0 and cfg.num_steps_per_env > 0 and cfg.save_interval > 0
        assert isinstance(cfg.algorithm, method.algorithm)
        assert cfg.experiment_name.endswith(f"_{method.experiment}")
        experiments.add(cfg.experiment_name)
    assert len(experiments) == len(METHODS)


def test_keys_of_agents_are_those_of_the_command_line():
    assert METHODS["tsra"].agent_key == "rsl_rl_cfg_entry_point"
    others = {key: method.agent_key for key, method in METHODS.items() if key != "tsra"}
    assert others == {key: f"rsl_rl_{key}_cfg_entry_point" for key in others}
    assert METHODS.keys() >= {
        "tsra", "unmasked", "memory", "sitt", "dwbc", "asymmetric", "ppo", "distillation", "aligned_distillation"
    }  # fmt: skip
    assert all(key == method.key for key, method in METHODS.items())


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("method", ["tsra", "unmasked", "memory"])
@pytest.mark.parametrize("preset", ["vicreg", "contrastive", "info_nce", "l2"])
def test_alignment_losses_can_be_chosen_on_every_task(task: str, method: str, preset: str):
    overrides = [f"agent.algorithm.alignment={preset}", "agent.algorithm.alignment.temperature=0.2"]
    _, cfg = resolve_task_config(task, METHODS[method].agent_key, overrides=overrides)
    expected = getattr(AlignmentLossPresetsCfg(), preset)
    assert isinstance(cfg.algorithm.alignment, AlignmentLossCfg)
    assert cfg.algorithm.alignment == dataclasses.replace(expected, temperature=0.2)


@pytest.mark.parametrize("task", TASKS)
def test_settings_of_ppo_and_budgets_are_the_same_for_all_methods(task: str):
    shared = [field.name for field in dataclasses.fields(PPOCfg) if field.name != "class_name"]
    settings = {}
    for key in LEARNERS:
        cfg = load_cfg_from_registry(task, METHODS[key].agent_key)
        settings[key] = {name: getattr(cfg.algorithm, name) for name in shared} | {"critic": plain(cfg.critic)}
        settings[key] |= {name: getattr(cfg, name) for name in ("max_iterations", "num_steps_per_env")}
    assert "entropy_coef" in shared
    for key in LEARNERS:
        assert settings[key] == settings["tsra"], key


@pytest.mark.parametrize("task", TASKS)
def test_what_methods_need_of_pairs(task: str):
    pairs = {
        key: load_cfg_from_registry(task, METHODS[key].agent_key).algorithm.pairs
        for key in ("tsra", "unmasked", "memory", "sitt", "dwbc", "gpo", "cts")
    }
    assert pairs["dwbc"].render_interval == pairs["gpo"].render_interval == 1
    assert pairs["tsra"] == pairs["unmasked"] == pairs["memory"]
    intervals = {pairs[key].render_interval for key in ("tsra", "memory", "sitt", "cts")}
    has_camera = hasattr(load_cfg_from_registry(task, "env_cfg_entry_point").observations, "image")
    assert intervals == {4 if has_camera else 1}


@pytest.mark.parametrize("task", TASKS)
def test_alignment_has_one_setting_on_all_tasks(task: str):
    theirs = {field.name for field in dataclasses.fields(PPOCfg)} - {"class_name"}
    for key in ("tsra", "unmasked", "memory"):
        cfg = load_cfg_from_registry(task, METHODS[key].agent_key).algorithm
        default = METHODS[key].algorithm()
        cfg.pairs.render_interval = default.pairs.render_interval  # how dear the task's frames are
        ours = [field.name for field in dataclasses.fields(default) if field.name not in theirs]
        assert {"embedding_dim", "alignment", "encoders", "consistency", "pairs", "student_share"} <= set(ours)
        for name in ours:
            assert getattr(cfg, name) == getattr(default, name), name


@pytest.mark.parametrize("task", TASKS)
def test_encoders_are_normalised_on_all_tasks(task: str):
    cfg = load_cfg_from_registry(task, METHODS["tsra"].agent_key)
    assert cfg.teacher.obs_normalization and cfg.student.obs_normalization


def test_configurations_are_made_anew():
    first, second = (load_cfg_from_registry(TASKS[0], "rsl_rl_cfg_entry_point") for _ in range(2))
    first.algorithm.pairs.kept_pairs = 7
    first.obs_groups["student"].append("secret")
    first.teacher.hidden_dims.append(1)
    third = load_cfg_from_registry(TASKS[0], "rsl_rl_cfg_entry_point")
    assert second.algorithm.pairs.kept_pairs == third.algorithm.pairs.kept_pairs > 7
    assert second.obs_groups == third.obs_groups != first.obs_groups
    assert second.teacher.hidden_dims == third.teacher.hidden_dims != first.teacher.hidden_dims


def test_a_method_added_as_one_row_exists_on_every_task_registered_afterwards(
    suite: AgentSuite, monkeypatch: pytest.MonkeyPatch
):
    row = Method(key="stubborn", label="stubborn PPO", algorithm=StubbornPPOCfg)
    monkeypatch.setitem(METHODS, "stubborn", row)
    settings = {"stubbornness": 2.0, "embedding_dim": 5, "pairs": PairsCfg(kept_pairs=9)}
    suite = dataclasses.replace(suite, settings={"stubborn": settings}, render_interval=3)
    suite.register("TSRA-Test-Stubborn", "tsra_tasks.color_maze.color_maze_env_cfg:ColorMazeEnvCfg")
    try:
        _, cfg = resolve_task_config(
            "TSRA-Test-Stubborn", "rsl_rl_stubborn_cfg_entry_point", overrides=["agent.algorithm.pairs.kept_pairs=11"]
        )
    finally:
        del gymnasium.registry["TSRA-Test-Stubborn"]
    assert isinstance(cfg, TeacherStudentRunnerCfg) and isinstance(cfg.algorithm, StubbornPPOCfg)
    assert cfg.experiment_name == "own_stubborn"
    assert (cfg.algorithm.stubbornness, cfg.algorithm.entropy_coef) == (2.0, 0.03)
    assert (cfg.algorithm.embedding_dim, cfg.algorithm.pairs) == (5, PairsCfg(render_interval=3, kept_pairs=11))
    assert METHODS["stubborn"].algorithm().pairs == PairsCfg()
    assert row.compared and row.color


def test_a_task_registered_from_one_suite_has_all_agents(registered: str):
    assert agent_keys(registered) == {method.agent_key for method in METHODS.values() if not method.memory}
    for key in agent_keys(registered):
        cfg = load_cfg_from_registry(registered, key)
        assert cfg.experiment_name.startswith("own_")
    assert gymnasium.spec(registered).kwargs["default_agent"] == "rsl_rl"


def test_policies_default_to_the_encoders_with_the_heads_distribution(suite: AgentSuite):
    ppo, asymmetric, distilled = (suite.agent(key) for key in ("ppo", "asymmetric", "distillation"))
    assert ppo.actor.obs_normalization and not asymmetric.actor.obs_normalization
    assert ppo.actor.distribution_cfg.init_std == asymmetric.actor.distribution_cfg.init_std == 0.5
    assert plain(distilled.teacher) == plain(ppo.actor)
    assert distilled.student.distribution_cfg.init_std == 0.1
    narrow = dataclasses.replace(
        suite, student_policy=MLPModelCfg(distribution_cfg=GAUSSIAN, hidden_dims=[4], activation="elu")
    )
    assert narrow.agent("asymmetric").actor.hidden_dims == narrow.agent("distillation").student.hidden_dims == [4]
    assert narrow.agent("tsra").student.hidden_dims == [8]


def test_a_suite_may_have_an_encoder_with_memory_and_groups_for_it(suite: AgentSuite):
    memory = RNNModelCfg(rnn_type="gru", rnn_hidden_dim=4, rnn_num_layers=1, **PLAIN_MODEL)
    narrow = MLPModelCfg(distribution_cfg=GAUSSIAN, hidden_dims=[4], activation="elu")
    suite = dataclasses.replace(suite, student_encoder_with_memory=memory, student_policy=narrow, shared=["onboard"])
    for present in (None, ["present"]):
        remembering = dataclasses.replace(suite, onboard_with_memory=present, shared_with_memory=present)
        seen = present or ["onboard"]
        aligned, asymmetric, distilled = (
            remembering.agent(key) for key in ("memory", "asymmetric_memory", "distillation_memory")
        )
        assert {model.rnn_hidden_dim for model in (aligned.student, asymmetric.actor, distilled.student)} == {4}
        assert asymmetric.actor.distribution_cfg.init_std == 0.5 and distilled.student.distribution_cfg.init_std == 0.1
        assert plain(distilled.teacher) == plain(suite.agent("ppo").actor)
        assert aligned.obs_groups == {
            "teacher": ["privileged"], "student": seen, "critic": ["privileged"], "shared": seen
        }  # fmt: skip
        assert asymmetric.obs_groups == {"student": seen, "critic": ["privileged"]}
        assert distilled.obs_groups == {"teacher": ["privileged"], "student": seen}
        for key in ("tsra", "asymmetric", "distillation"):
            assert remembering.agent(key).obs_groups["student"] == ["onboard"]


def test_settings_of_a_method_that_does_not_exist_are_refused(suite: AgentSuite):
    misspelt = dataclasses.replace(suite, settings={"sit": {"penalty_weight": 1.0}})
    with pytest.raises(ValueError, match="'TSRA-Test-Misspelt' has settings of sit. Methods: .*sitt"):
        misspelt.register("TSRA-Test-Misspelt", "module:Cfg")
    assert "TSRA-Test-Misspelt" not in gymnasium.registry
