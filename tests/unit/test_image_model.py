# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Images normalised by pixel: rsl_rl's model without, with statistics that are learned, saved and exported with."""

from __future__ import annotations

import pytest
import torch
from rsl_rl.models import CNNModel
from tensordict import TensorDict
from tiny_student import CNN, EMBEDDING_DIM, IMAGE_BETWEEN_VECTORS, observations

from tsra_lab.models import ImageModel, RecurrentCNNModel

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SETTINGS = {name: value for name, value in CNN.items() if name != "class_name"} | {"obs_normalization": True}
SETS = {"student": IMAGE_BETWEEN_VECTORS}


def build(kind: type[CNNModel] = ImageModel, **settings: object) -> CNNModel:
    """A small model."""
    torch.manual_seed(0)
    return kind(observations(2), SETS, "student", EMBEDDING_DIM, **SETTINGS | settings)


def far_observations(count: int = 400) -> TensorDict:
    """Observations whose pixels differ little, and lie far from zero."""
    obs = observations(count)
    obs["camera"] = 5.0 + 0.1 * obs["camera"]
    return obs


def test_without_normalisation_it_is_rsl_rls_model() -> None:
    ours, theirs, obs = build(), build(CNNModel), observations()
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    for model in (ours, theirs):
        model.update_normalization(obs)
    with torch.no_grad():
        torch.testing.assert_close(ours(obs), theirs(obs))


@pytest.mark.parametrize("kind", [ImageModel, RecurrentCNNModel])
def test_each_pixel_is_normalised_by_its_own_statistics(kind: type[CNNModel]) -> None:
    model, obs = build(kind, image_normalization=True), far_observations()
    obs["camera"][:, :, 0, 0] += 100.0
    model.update_normalization(obs.apply(lambda tensor: tensor.half() if tensor.dim() > 2 else tensor))
    normalised = model.cnns["camera"].normalizer(obs["camera"])
    assert normalised.mean(dim=0).abs().max() < 0.05
    # 100 in half precision is known to 0.06, which is seen against the spread of 0.1
    assert (normalised.std(dim=0).flatten()[1:] - 0.9).abs().max() < 0.1


@pytest.mark.parametrize("kind", [ImageModel, RecurrentCNNModel])
def test_the_onnx_form_has_the_statistics(kind: type[CNNModel]) -> None:
    model, obs = build(kind, image_normalization=True), far_observations()
    model.update_normalization(obs)
    model.eval()
    exported = model.as_onnx()
    vectors = torch.cat([obs["proprio"], obs["command"]], dim=-1)
    states = [torch.zeros(1, len(obs), 128)] if model.is_recurrent else []
    with torch.no_grad():
        output = exported(vectors, obs["camera"], *states)
        torch.testing.assert_close(output[0] if states else output, model(obs))


def test_statistics_are_saved_and_restored() -> None:
    model, other, obs = build(image_normalization=True), build(image_normalization=True), far_observations()
    model.update_normalization(obs)
    other.load_state_dict(model.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(other(obs), model(obs))
