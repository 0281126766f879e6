# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The encoders learn what both observation sets show, and the targets follow them."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from tsra_lab.algorithms.registry import StateRegistry
from tsra_lab.alignment import Aligner, AlignmentLoss, PairMemory, Pairs

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SHARED, PRIVATE, EMBEDDING_DIM = 3, 3, 4

LOSS = {
    "contrast_weight": 1.0,
    "match_weight": 1.0,
    "variance_weight": 1.0,
    "covariance_weight": 1.0,
    "temperature": 0.5,
}

SETTINGS = {
    "learning_rate": 3.0e-3,
    "steps_per_iteration": 8,
    "warmup_steps": 0,
    "batch_size": 128,
    "max_grad_norm": 1.0,
    "constant_steps": 0,
    "stability_weight": 0.0,
    "imitation_weight": 0.0,
    "target_decay": 0.9,
}


def observe(shared: torch.Tensor, private: torch.Tensor) -> TensorDict:
    """Privileged observations show both parts, onboard ones the shared one with a little noise."""
    onboard = shared + 0.02 * torch.randn_like(shared)
    privileged = torch.cat([shared, private], dim=-1)
    return TensorDict({"privileged": privileged, "onboard": onboard}, batch_size=[len(shared)])


def samples(count: int = 1000) -> TensorDict:
    """Observations of random samples."""
    return observe(torch.randn(count, SHARED), torch.randn(count, PRIVATE))


def pairs(latest: TensorDict, past: TensorDict | None = None) -> Pairs:
    """Pairs of a rollout, and perhaps of those before."""
    memory = PairMemory(0 if past is None else len(past))
    if past is not None:
        memory.add(past)
    return Pairs(latest, memory)


def build_aligner(seed: int = 0, obs_normalization: bool = False, **settings: float) -> Aligner:
    """Build an aligner of small encoders."""
    torch.manual_seed(seed)
    sets = {"teacher": ["privileged"], "student": ["onboard"]}
    encoders = (
        MLPModel(samples(2), sets, name, EMBEDDING_DIM, [32], obs_normalization=obs_normalization) for name in sets
    )
    loss = {name: settings.pop(name, value) for name, value in LOSS.items()}
    return Aligner(*encoders, AlignmentLoss(**loss), **SETTINGS | settings)


def equal_states(first: torch.nn.Module, second: torch.nn.Module) -> bool:
    """Whether two modules have the same parameters and buffers."""
    return all(
        torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    )


@pytest.fixture(scope="module")
def trained() -> tuple[Aligner, dict[str, float]]:
    """An aligner after a few hundred steps, and what its last update told."""
    aligner = build_aligner()
    return aligner, aligner.update(pairs(samples(4000)), 400)


def test_both_embeddings_find_each_other(trained: tuple[Aligner, dict[str, float]]):
    _, metrics = trained
    assert metrics["retrieval_accuracy"] > 0.7  # chance is 1 / 128
    assert metrics["embedding_std_min"] > 0.2


def private_share(encoder: MLPModel) -> float:
    """How far the embedding moves with the private part, relative to the shared part."""
    shared, private = torch.randn(500, SHARED), torch.randn(500, PRIVATE)
    base = encoder(observe(shared, private))
    by_private = (encoder(observe(shared, torch.randn(500, PRIVATE))) - base).norm(dim=-1).mean()
    by_shared = (encoder(observe(torch.randn(500, SHARED), private)) - base).norm(dim=-1).mean()
    return (by_private / by_shared).item()


def test_the_privileged_embedding_hardly_sees_what_the_student_cannot(trained: tuple[Aligner, dict[str, float]]):
    assert private_share(trained[0].targets["teacher"]) < 0.2


def test_without_training_neither_holds():
    aligner = build_aligner()
    assert private_share(aligner.targets["teacher"]) > 0.4
    assert aligner.update(pairs(samples()), 1)["retrieval_accuracy"] < 0.3


def test_the_loss_falls():
    aligner, observations = build_aligner(), samples()
    losses = [aligner.update(pairs(observations), 10)["alignment"] for _ in range(10)]
    assert losses[-1] < 0.8 * losses[0]


def test_targets_lag_their_encoders_by_the_decay():
    aligner = build_aligner(target_decay=0.75)
    before = copy.deepcopy(aligner.targets)
    aligner.update(pairs(samples()), 1)
    parameters = (module.parameters() for module in (before, aligner.targets, aligner.encoders))
    for old, target, encoder in zip(*parameters, strict=True):
        assert torch.allclose(target, 0.75 * old + 0.25 * encoder, atol=1e-7)
    assert not equal_states(aligner.targets, aligner.encoders)


def test_targets_without_decay_are_the_encoders():
    aligner = build_aligner(target_decay=0.0, obs_normalization=True)
    aligner.update(pairs(samples()), 3)
    assert equal_states(aligner.targets, aligner.encoders)
    assert aligner.targets["teacher"] is not aligner.encoders["teacher"]


def test_stability_holds_both_embeddings_where_their_targets_have_them():
    def moved(weight: float) -> list[float]:
        torch.manual_seed(0)
        aligner, observations = build_aligner(stability_weight=weight, target_decay=1.0), samples()
        before = copy.deepcopy(aligner.encoders)
        aligner.update(pairs(observations), 100)
        return [
            (before[name](observations) - aligner.encoders[name](observations)).square().mean().item()
            for name in ("teacher", "student")
        ]

    for held, free in zip(moved(100.0), moved(0.0), strict=True):
        assert 0.0 < held < 0.1 * free


def test_the_learning_rate_falls_with_the_square_root_of_the_steps_and_follows_from_their_number():
    aligner = build_aligner(constant_steps=4)
    rates = []
    for _ in range(16):
        aligner.update(pairs(samples(20)), 1)
        rates.append(aligner.optimizer.param_groups[0]["lr"] / SETTINGS["learning_rate"])
    assert rates == pytest.approx([1.0] * 5 + [(4 / step) ** 0.5 for step in range(5, 16)])
    resumed = build_aligner(constant_steps=4)
    resumed.steps_done = 16
    resumed.update(pairs(samples(20)), 1)
    assert resumed.optimizer.param_groups[0]["lr"] == pytest.approx(0.5 * SETTINGS["learning_rate"])


def test_no_gradient_reaches_the_targets():
    aligner = build_aligner()
    assert aligner.encoders["teacher"](samples(2)).requires_grad
    assert not aligner.targets["teacher"](samples(2)).requires_grad


@pytest.mark.parametrize("name, group", [("teacher", "privileged"), ("student", "onboard")])
def test_observation_statistics_move_with_the_targets(name: str, group: str):
    observations = samples()
    observations = TensorDict({key: 5.0 + 3.0 * x for key, x in observations.items()}, batch_size=[1000])
    aligner = build_aligner(obs_normalization=True, target_decay=0.5)
    aligner.encoders.eval()  # as the runner leaves them between iterations; statistics must be learnt all the same
    aligner.update(pairs(observations), 1)
    encoder, target = aligner.encoders[name].obs_normalizer, aligner.targets[name].obs_normalizer
    assert torch.allclose(encoder.mean, observations[group].mean(dim=0), atol=1e-4)
    assert torch.allclose(target.mean, 0.5 * encoder.mean, atol=1e-5)
    assert torch.allclose(target.std, 0.5 + 0.5 * encoder.std, atol=1e-5)
    assert target.count == encoder.count == 1000
    aligner.update(pairs(observations), 20)
    assert torch.allclose(target.mean, encoder.mean, atol=1e-3)


def test_a_rollout_smaller_than_the_batch_is_enough():
    aligner = build_aligner(batch_size=512)
    assert torch.isfinite(torch.tensor(list(aligner.update(pairs(samples(10)), 2).values()))).all()


def test_pairs_are_drawn_from_the_whole_rollout():
    """A broken sample shows in the loss wherever in the rollout it is."""
    for broken in (0, 10, 19):
        aligner, observations = build_aligner(batch_size=4), samples(20)
        observations["onboard"][broken] = torch.nan
        assert math.isnan(aligner.update(pairs(observations), 60)["alignment"])


def test_a_batch_has_its_size():
    """The contrast of embeddings that tell nothing is the logarithm of the number of pairs."""
    aligner = build_aligner(batch_size=32, match_weight=0.0, variance_weight=0.0, covariance_weight=0.0)
    for parameter in aligner.encoders.parameters():
        parameter.data.zero_()
    assert aligner.update(pairs(samples(100)), 1)["alignment"] == pytest.approx(math.log(32), rel=1e-5)


def test_a_batch_holds_no_sample_twice():
    """Two copies of one encoder find every pair, unless a double of the sample lies equally near."""
    sets = {"teacher": ["onboard"], "student": ["onboard"]}
    torch.manual_seed(0)
    encoder = MLPModel(samples(2), sets, "teacher", EMBEDDING_DIM, [32])
    aligner = Aligner(encoder, copy.deepcopy(encoder), AlignmentLoss(**LOSS), **SETTINGS | {"batch_size": 20})
    for _ in range(5):
        assert aligner.update(pairs(samples(24)), 0)["retrieval_accuracy"] == 1.0


def test_gradients_are_clipped():
    aligner = build_aligner(max_grad_norm=0.0)
    before = copy.deepcopy(aligner.encoders)
    aligner.update(pairs(samples()), 2)
    assert equal_states(aligner.encoders, before)


def test_an_update_without_steps_only_measures():
    aligner = build_aligner()
    before = copy.deepcopy(aligner.encoders)
    metrics = aligner.update(pairs(samples()), 0)
    assert equal_states(aligner.encoders, before)
    assert metrics["alignment"] == 0.0
    assert metrics["embedding_std_mean"] > 0.0


def test_statistics_learn_from_what_is_new():
    """Pairs that are given again, as those of kept rollouts are, must not count again."""
    old, new = samples(200), samples(100)
    aligner = build_aligner(seed=1, obs_normalization=True)
    aligner.update(pairs(old), 0)
    aligner.update(pairs(new, past=old), 0)
    for encoder in aligner.encoders.values():
        assert encoder.obs_normalizer.count == 300


def registry_of(aligner: Aligner) -> StateRegistry:
    """What an algorithm registers of an aligner, and its targets."""
    registry = StateRegistry()
    registry.add_model("encoders", aligner.encoders)
    registry.add_model("targets", aligner.targets)
    registry.add_optimizer("optimizer", aligner.optimizer)
    registry.add_number("steps_done", aligner, "steps_done")
    return registry


def test_a_restored_aligner_goes_on_identically(tmp_path):
    observations = samples()
    aligner = build_aligner(seed=1, obs_normalization=True)
    aligner.update(pairs(observations), 5)
    torch.save(registry_of(aligner).state_dict(), tmp_path / "aligner.pt")
    other = build_aligner(seed=2, obs_normalization=True)
    saved = torch.load(tmp_path / "aligner.pt", weights_only=True)
    registry_of(other).load_state_dict(saved, optimizers=True, strict=True)
    results = []
    for each in (aligner, other):
        torch.manual_seed(3)
        results.append(each.update(pairs(observations), 5))
    assert results[0] == results[1]
    assert aligner.steps_done == other.steps_done == 10
    assert equal_states(aligner.encoders, other.encoders)
    assert equal_states(aligner.targets, other.targets)
