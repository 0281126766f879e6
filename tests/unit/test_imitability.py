# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Action sensitivity, redraws and probes against teachers and embeddings whose truth is known."""

from __future__ import annotations

import json
import math

import pytest
import torch
import torch.nn as nn
from hidden_env import LENGTH, HiddenEnv, LinearPolicy, OnboardActionEnv
from tensordict import TensorDict

from tsra_lab.evaluation import evaluation_report, format_table, measure_imitability, run_episodes
from tsra_lab.evaluation.imitability import (
    action_sensitivity,
    hidden_sensitivity,
    leakage,
    permute_terms,
)
from tsra_lab.evaluation.probe import (
    auc_score,
    is_binary,
    permuted_across_episodes,
    predict_held_out,
    r2_score,
)
from tsra_lab.evaluation.samples import MAX_BATCHES, SAMPLE_INTERVAL, collect_samples, observation_terms
from tsra_lab.models import EncodedPolicy
from tsra_results import write_report

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

EPISODES = torch.arange(100).repeat_interleave(10)


def embedded(weights: torch.Tensor, group: str) -> EncodedPolicy:
    """Policy that acts with its embedding, which is ``weights @ observation``."""
    num_embedding, num_inputs = weights.shape
    obs = TensorDict({group: torch.zeros(1, num_inputs)}, batch_size=[1])
    linear = {"class_name": "MLPModel", "hidden_dims": [8], "activation": "identity"}
    policy = EncodedPolicy(obs, {"view": [group]}, "view", num_embedding, dict(linear), dict(linear), num_embedding)
    layers = [module for module in policy.modules() if isinstance(module, nn.Linear)]
    matrices = [torch.zeros(8, num_inputs), torch.zeros(num_embedding, 8)] * 2
    matrices[0][:num_embedding] = weights
    matrices[1][:, :num_embedding] = torch.eye(num_embedding)
    matrices[2] = torch.zeros(8, num_embedding)
    matrices[2][:num_embedding] = torch.eye(num_embedding)
    matrices[3] = matrices[1]
    for layer, matrix in zip(layers, matrices, strict=True):
        layer.weight.data.copy_(matrix)
        layer.bias.data.zero_()
    return policy


# action sensitivity


def normal(count: int = 20_000) -> TensorDict:
    return TensorDict({"privileged": torch.randn(count, 5)}, batch_size=[count])


def test_an_action_that_is_redrawn_whole_moves_by_two_over_root_pi():
    torch.manual_seed(0)
    result = action_sensitivity(LinearPolicy([[3.0, 0, 0, 0, 0]]), normal(), normal())
    assert result["mean"] == pytest.approx(2.0 / math.sqrt(math.pi), abs=0.02)
    assert result["samples"] == 20_000


def test_sensitivity_is_per_action_and_relative_to_its_spread():
    torch.manual_seed(0)
    observations = normal()
    changed = observations.clone()
    changed["privileged"][:, 0] += 2.0
    policy = LinearPolicy([[100.0, 0, 0, 0, 0], [0, 1.0, 0, 0, 0], [0.5, 0, 0, 0, 0]])
    result = action_sensitivity(policy, observations, changed)
    assert result["per_action"] == pytest.approx([2.0, 0.0, 2.0], abs=0.03)
    assert result["mean"] == pytest.approx(4.0 / 3.0, abs=0.03)


def test_an_action_that_never_varies_is_left_out():
    result = action_sensitivity(LinearPolicy([[1.0, 0, 0, 0, 0], [0.0] * 5]), normal(), normal())
    assert result["per_action"][1] is None
    assert result["mean"] == result["per_action"][0]
    assert action_sensitivity(LinearPolicy([[0.0] * 5]), normal(), normal())["mean"] == 0.0


def test_only_samples_with_a_redraw_count():
    observations = TensorDict({"privileged": torch.tensor([[1.0], [-1.0], [1.0], [-1.0]])}, batch_size=[4])
    changed = TensorDict({"privileged": torch.tensor([[2.0], [9.0], [9.0], [-1.0]])}, batch_size=[4])
    found = torch.tensor([True, False, False, True])
    result = action_sensitivity(LinearPolicy([[1.0]]), observations, changed, found)
    assert result["samples"] == 2
    assert result["mean"] == pytest.approx(0.5 / observations["privileged"].std().item())
    with pytest.raises(ValueError, match="redrawn in no sample"):
        action_sensitivity(LinearPolicy([[1.0]]), observations, changed, torch.zeros(4, dtype=torch.bool))


# terms


def test_terms_lie_one_after_the_other():
    terms = observation_terms(HiddenEnv(), ["privileged"])
    assert [(term.name, term.columns.start, term.columns.stop) for term in terms] == [
        ("position", 0, 1),
        ("cells", 1, 4),
        ("still", 4, 5),
    ]


def test_terms_of_one_name_are_told_apart_by_their_group():
    names = [term.name for term in observation_terms(HiddenEnv(), ["privileged", "onboard"])]
    assert names == ["privileged/position", "cells", "still", "onboard/position"]


def test_groups_that_are_no_vectors_are_refused_by_name():
    env = HiddenEnv()
    with pytest.raises(ValueError, match="no observation group 'camera'. There are: privileged, onboard"):
        observation_terms(env, ["camera"])
    env.observation_manager.group_obs_concatenate["privileged"] = False
    with pytest.raises(ValueError, match="'privileged' is not a vector.*concatenate_terms=True"):
        observation_terms(env, ["privileged"])
    del env.observation_manager
    with pytest.raises(ValueError, match="no observation manager"):
        observation_terms(env, ["privileged"])


def test_permuted_terms_move_together_and_alone():
    observations = normal(200)
    position, cells, _ = observation_terms(HiddenEnv(), ["privileged"])
    changed = permute_terms(observations, [position, cells])["privileged"]
    before = observations["privileged"]
    assert torch.equal(changed[:, 4], before[:, 4])
    assert not torch.equal(changed[:, :4], before[:, :4])
    order = before[:, 0].argsort(), changed[:, 0].argsort()
    assert torch.equal(before[order[0], :4], changed[order[1], :4])  # the same rows, elsewhere


# samples and the task's hook


def test_samples_are_those_that_the_teacher_met():
    env = HiddenEnv(num_envs=64)
    samples = collect_samples(env, LinearPolicy([[1.0, 0, 0, 0, 0]]), seed=3)
    assert samples.episodes.unique().tolist() == list(range(64 * MAX_BATCHES))
    for episode in (0, 100):  # what is hidden stays as it is throughout an episode
        cells = samples.observations["privileged"][samples.episodes == episode, 1:4]
        assert len(cells) > 1 and (cells == cells[0]).all()
    assert samples.observations.keys() == {"privileged", "onboard"}


def test_a_teacher_with_a_memory_is_refused():
    policy = LinearPolicy([[1.0, 0, 0, 0, 0]])
    policy.is_recurrent = True
    with pytest.raises(ValueError, match="has a memory"):
        collect_samples(HiddenEnv(), policy, seed=0)


def test_redraws_keep_what_is_not_hidden_sensor_noise_included():
    env = HiddenEnv()
    samples = collect_samples(env, LinearPolicy([[1.0, 0.2, 0, 0, 0]]), seed=0)
    present, redrawn = samples.present["privileged"], samples.redrawn["privileged"]
    assert torch.equal(present[:, [0, 4]], redrawn[:, [0, 4]])
    assert torch.equal(present[~samples.found], redrawn[~samples.found])
    differs = (present != redrawn)[samples.found].any(dim=-1).float().mean()
    assert differs == pytest.approx(7 / 8, abs=0.05)  # 3 cells of two kinds
    assert samples.found.float().mean() == pytest.approx(0.5, abs=0.05)


def test_redraws_leave_the_course_of_events_as_it_was():
    teacher = LinearPolicy([[1.0, 0.2, 0, 0, 0]])
    env, plain = HiddenEnv(), HiddenEnv(hook=False)
    with_hook = collect_samples(env, teacher, seed=0).observations
    without = collect_samples(plain, teacher, seed=0).observations
    assert torch.equal(with_hook["onboard"], without["onboard"])
    assert torch.equal(with_hook["privileged"], without["privileged"])


@pytest.mark.parametrize("hook, method", [(True, "task hook"), (False, "permutation of cells, still")])
def test_a_teacher_that_acts_on_hidden_state_is_found_out(hook: bool, method: str):
    env = HiddenEnv(hook=hook)
    sensitivities = []
    for weight in (0.0, 0.1, 10.0):
        teacher = LinearPolicy([[1.0, weight, 0, 0, 0]])
        result = hidden_sensitivity(env, teacher, collect_samples(env, teacher, seed=0), ["onboard"])
        assert result["method"] == method
        # without a hook nobody knows what is hidden: a student may infer what it does not observe directly
        assert result["to"] == ("hidden state" if hook else "terms not observed directly")
        sensitivities.append(result["mean"])
    assert sensitivities[0] == 0.0
    assert 0.0 < sensitivities[1] < 0.3
    assert sensitivities[2] == pytest.approx(1.0, abs=0.1)  # a fair coin, tossed again: half the time 2 apart


def test_a_student_with_images_alone_observes_no_term_directly():
    env = HiddenEnv(hook=False)
    samples = collect_samples(env, LinearPolicy([[1.0, 0, 0, 0, 0]]), seed=0)
    samples.observations["onboard"] = torch.zeros(len(samples.episodes), 1, 4, 4)
    result = hidden_sensitivity(env, LinearPolicy([[1.0, 0, 0, 0, 0]]), samples, ["onboard"])
    assert result["method"] == "permutation of position, cells, still"


def test_terms_that_the_onboard_groups_compute_too_are_not_hidden():
    env = HiddenEnv(hook=False)
    env.rename_onboard("odometry")
    teacher = LinearPolicy([[1.0, 0.0, 0, 0, 0]])
    result = hidden_sensitivity(env, teacher, collect_samples(env, teacher, seed=0), ["onboard"])
    assert result["method"] == "permutation of cells, still" and result["mean"] == 0.0


def test_without_anything_hidden_there_is_nothing_to_measure():
    env = HiddenEnv(hook=False)
    teacher = LinearPolicy([[1.0]], group="onboard")
    with pytest.raises(ValueError, match="nothing is hidden"):
        hidden_sensitivity(env, teacher, collect_samples(env, teacher, seed=0), ["onboard"])


# the probe


def test_the_probe_predicts_what_can_be_predicted():
    torch.manual_seed(0)
    x = torch.randn(1000, 3)
    targets = torch.stack([x[:, 0] * 5.0 + 2.0, (x[:, 1] * 2.0).tanh(), torch.randn(1000), torch.ones(1000)], dim=-1)
    predictions, truth = predict_held_out(x, targets, EPISODES)
    assert len(truth) == 300
    scores = [r2_score(predictions[:, [column]], truth[:, [column]]) for column in range(4)]
    assert scores[0] > 0.98 and scores[1] > 0.85
    assert -0.05 < scores[2] < 0.05
    assert scores[3] is None


def test_the_probe_leaves_the_random_state_and_repeats_itself():
    x = torch.randn(1000, 3)
    state = torch.get_rng_state()
    first = predict_held_out(x, x, EPISODES)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(*pair) for pair in zip(first, predict_held_out(x, x, EPISODES), strict=True))


def test_whole_episodes_are_held_out():
    # the input tells the episode, and the target is hidden in the episode: a split by samples would score near 1
    torch.manual_seed(0)
    names = torch.randn(100, 8)
    secret = torch.randn(100, 1)
    predictions, truth = predict_held_out(names[EPISODES], secret[EPISODES], EPISODES)
    assert r2_score(predictions, truth) < 0.1
    held_out = {value for value, kept in zip(secret.flatten().tolist(), range(100), strict=True) if value in truth}
    assert len(held_out) == 30 and len(truth) == 300


def test_tensors_of_inference_mode_can_be_probed():
    with torch.inference_mode():
        x = torch.randn(1000, 2)
        predictions, truth = predict_held_out(x, x, EPISODES)
    assert r2_score(predictions, truth) > 0.9


def test_too_few_episodes_are_refused():
    with pytest.raises(ValueError, match="at least 8 episodes, not 7"):
        predict_held_out(torch.randn(70, 2), torch.randn(70, 2), torch.arange(7).repeat_interleave(10))


def test_targets_permuted_across_episodes_are_those_of_one_other_episode():
    episodes = torch.tensor([5, 5, 5, 2, 2, 9, 9, 9, 9])
    permuted = permuted_across_episodes(episodes[:, None].float(), episodes).flatten()
    assert (permuted != episodes).all()
    partners = {episode: permuted[episodes == episode].unique().tolist() for episode in (2, 5, 9)}
    assert sorted(value for values in partners.values() for value in values) == [2.0, 5.0, 9.0]


def test_r2_weighs_components_by_their_variance():
    truth = torch.randn(10_000, 2) * torch.tensor([3.0, 1.0])
    predictions = torch.stack([truth[:, 0], torch.zeros(10_000)], dim=-1)
    assert r2_score(predictions, truth) == pytest.approx(0.9, abs=0.01)
    assert r2_score(truth, truth) == 1.0
    assert r2_score(-truth, truth) == pytest.approx(-3.0, abs=0.01)


def test_auc_is_the_share_of_pairs_in_the_right_order():
    truth = torch.tensor([[-1.0], [1.0], [-1.0], [1.0], [1.0]])
    predictions = torch.tensor([[0.1], [0.2], [0.3], [0.4], [0.1]])
    pairs = [(p > n) + 0.5 * (p == n) for p in (0.2, 0.4, 0.1) for n in (0.1, 0.3)]
    assert auc_score(predictions, truth) == pytest.approx(sum(pairs) / 6)
    constant = torch.ones(5, 1)
    assert auc_score(torch.cat([predictions, predictions], -1), torch.cat([truth, constant], -1)) == auc_score(
        predictions, truth
    )
    assert auc_score(predictions, constant) is None


def test_binary_terms_take_two_values_whatever_their_constant_components():
    cells = torch.tensor([[-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    assert is_binary(cells)
    assert is_binary(torch.cat([cells, torch.full((3, 1), 7.0)], dim=-1))
    assert not is_binary(torch.randn(50, 2))
    assert not is_binary(torch.ones(3, 2))


# leakage


def test_leakage_tells_what_each_embedding_holds():
    env = HiddenEnv()
    # the action is the first dimension; it is 0, or the cells would tell where the point goes
    cells = torch.tensor([[0.0, 0, 0, 0, 0], [0, 1.0, 0, 0, 0], [0, 0, 1.0, 0, 0], [0, 0, 0, 1.0, 0]])
    teacher, student = embedded(cells, "privileged"), embedded(torch.ones(4, 1), "onboard")
    result = leakage(env, teacher, collect_samples(env, teacher, seed=0, acting=student))
    assert result.keys() == {"position", "cells"}  # the third never varies
    cells, position = result["cells"], result["position"]
    assert (cells["metric"], position["metric"]) == ("auc", "r2")
    assert cells["z_teacher"] > 0.89 and cells["state"] > 0.99
    assert cells["z_student"] == pytest.approx(0.5, abs=0.07)
    assert cells["permuted"] == pytest.approx(0.5, abs=0.07)
    assert position["z_student"] > 0.9 and position["state"] > 0.95
    assert position["z_teacher"] < 0.1 and position["permuted"] < 0.1


def test_imitability_is_reported_and_printed(tmp_path):
    env = HiddenEnv()
    teacher, student = (
        embedded(torch.tensor([[1.0, 2.0, 0, 0, 0]]), "privileged"),
        embedded(torch.ones(1, 1), "onboard"),
    )
    report = evaluation_report("A-Task", 0, {"teacher": run_episodes(env, teacher, env.num_envs, 0)})
    report["imitability"] = measure_imitability(env, teacher, student, seed=0)
    sensitivity = report["imitability"]["action_sensitivity"]["mean"]
    lines = format_table(report).splitlines()
    assert f"action sensitivity to hidden state (task hook): {sensitivity:.3f}" in lines
    assert "cells AUC" in lines[-1] and "position R2" in lines[-1]
    write_report(report, tmp_path / "report.json")  # it is plain data
    assert json.loads((tmp_path / "report.json").read_text()) == report


def test_what_takes_long_tells_how_far_it_is():
    env, told = HiddenEnv(num_envs=200), []
    teacher, student = embedded(torch.ones(1, 5), "privileged"), embedded(torch.ones(1, 1), "onboard")
    measure_imitability(env, teacher, student, 0, told.append)
    over = [int(text.split()[1]) for text in told if text.startswith("Sampling")]
    # at each step of three batches of 200 episodes, of the teacher's and of the student's; all of them end at once
    assert over == [number for number in (0, 200, 400) for _ in range(LENGTH)] * 2
    assert "of 600 episodes" in told[0]
    assert [text.split()[1] for text in told if text.startswith("Probing")] == ["0", "1", "2", "3"]


def test_what_the_teachers_actions_betray_is_no_leakage_of_the_student():
    env = OnboardActionEnv(last_action=True, history=1)
    teacher = embedded(torch.tensor([[0.1, 4.0, 2.0, 1.0, 0.0]]), "privileged")  # its action tells the cells
    student = embedded(torch.tensor([[0.1, 0.0], [0.0, 1.0]]), "onboard")
    cells = measure_imitability(env, teacher, student, seed=0)["leakage"]["cells"]
    assert cells["z_student"] == pytest.approx(0.5, abs=0.07)
    assert cells["z_teacher"] > 0.8


def test_a_memory_is_sampled_as_it_acts_and_not_disturbed(monkeypatch: pytest.MonkeyPatch):
    env = HiddenEnv()
    obs = TensorDict({"onboard": torch.zeros(1, 1)}, batch_size=[1])
    memory = {"class_name": "RNNModel", "hidden_dims": [8], "rnn_type": "gru", "rnn_hidden_dim": 8, "rnn_num_layers": 1}
    torch.manual_seed(0)
    head = {"class_name": "MLPModel", "hidden_dims": [8]}
    student = EncodedPolicy(obs, {"student": ["onboard"]}, "student", 1, memory, head, 2)
    undisturbed = run_episodes(env, student, env.num_envs * MAX_BATCHES, seed=0).returns
    acted_on = []
    act_on = student.act_on
    monkeypatch.setattr(student, "act_on", lambda seen, *args: (acted_on.append(seen), act_on(seen, *args))[1])
    samples = collect_samples(env, LinearPolicy([[1.0, 0, 0, 0, 0]]), seed=0, acting=student)
    torch.testing.assert_close(samples.embedding, torch.cat(acted_on[::SAMPLE_INTERVAL]), rtol=0.0, atol=0.0)
    assert samples.mean_return == undisturbed.mean().item()


def test_what_a_memory_knows_of_the_past_is_leakage():
    env = HiddenEnv()
    teacher = embedded(torch.tensor([[1.0, 0, 0, 0, 0]]), "privileged")
    obs = TensorDict({"onboard": torch.zeros(1, 1)}, batch_size=[1])
    memory = {"class_name": "RNNModel", "hidden_dims": [8], "rnn_type": "gru", "rnn_hidden_dim": 8, "rnn_num_layers": 1}
    torch.manual_seed(0)
    student = EncodedPolicy(obs, {"student": ["onboard"]}, "student", 1, memory, {"class_name": "MLPModel"}, 8)
    told = measure_imitability(env, teacher, student, seed=0)["leakage"]
    assert told["position"]["z_student"] > 0.5 and told["cells"]["z_student"] == pytest.approx(0.5, abs=0.07)


def test_policies_without_an_embedding_have_no_leakage():
    env = HiddenEnv()
    result = measure_imitability(env, LinearPolicy([[1.0, 0, 0, 0, 0]]), LinearPolicy([[1.0]], group="onboard"), seed=0)
    assert result["leakage"] is None
    assert result["action_sensitivity"]["mean"] == 0.0
    format_table({"policies": {}, "imitability": result})
