# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The form in which rsl_rl's PPO takes a further loss; these tests fail when rsl_rl changes it."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest
import torch
from rsl_rl.algorithms import PPO
from rsl_rl.extensions import Symmetry
from tiny_agent import build_method, collect_rollout, moved, snapshot

from tsra_lab.algorithms import TeacherStudentPPO
from tsra_lab.algorithms.auxiliary_loss import LOGGED_AS, AuxiliaryLoss

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def test_it_has_the_methods_of_rsl_rl_s_symmetry():
    ours, theirs = (
        {
            name: inspect.signature(member).parameters.keys()
            for name, member in inspect.getmembers(kind, inspect.isfunction)
        }
        for kind in (AuxiliaryLoss, Symmetry)
    )
    assert ours.keys() == theirs.keys() == {"__init__", "augment_batch", "compute_loss"}
    for name in ("augment_batch", "compute_loss"):
        assert ours[name] == theirs[name]


def test_ppo_asks_it_nothing_else():
    source = inspect.getsource(PPO.update)
    asked = {part.split("(")[0].split(":")[0].split()[0].strip() for part in source.split("self.symmetry.")[1:]}
    assert asked == {"augment_batch", "compute_loss", "use_mirror_loss", "mirror_loss_coeff"}


class Pulled(TeacherStudentPPO):
    """A method with an auxiliary loss of a known gradient."""

    def auxiliary_loss(self, observations):
        return 3.0 * self.teacher.get_latent(observations).square().mean()


def test_the_loss_is_added_to_ppo_s_once_on_every_minibatch(monkeypatch):
    with_loss, without = build_method(Pulled), build_method(TeacherStudentPPO)
    losses, gradients = [], []
    for algorithm in (with_loss, without):
        torch.manual_seed(1)
        collect_rollout(algorithm)
        with monkeypatch.context() as patch:  # look at the first gradient
            seen = []
            step = algorithm.optimizer.step
            patch.setattr(
                algorithm.optimizer,
                "step",
                lambda seen=seen, step=step, algorithm=algorithm: (
                    seen.append([p.grad.clone() for p in algorithm.teacher.encoder.parameters()]),
                    step(),
                ),
            )
            algorithm.max_grad_norm = 1.0e9
            torch.manual_seed(2)
            losses.append(algorithm.update())
            gradients.append(seen[0])
    assert losses[0].keys() - losses[1].keys() == {"auxiliary"} and LOGGED_AS not in losses[0]
    # what differs between both gradients is the gradient of the loss on the first minibatch
    fresh = build_method(Pulled)
    torch.manual_seed(1)
    collect_rollout(fresh)
    torch.manual_seed(2)
    batch = next(iter(fresh.storage.mini_batch_generator(fresh.num_mini_batches, fresh.num_learning_epochs)))
    fresh.auxiliary_loss(batch.observations).backward()
    for with_it, plain, parameter in zip(*gradients, fresh.teacher.encoder.parameters(), strict=True):
        torch.testing.assert_close(with_it - plain, parameter.grad, atol=1e-5, rtol=1e-4)


def test_no_loss_is_no_loss():
    batch = SimpleNamespace(observations=None, returns=torch.ones(3))
    assert AuxiliaryLoss(lambda observations: None).compute_loss(None, batch, 3) == 0.0
    algorithm = build_method(TeacherStudentPPO)
    student = snapshot(algorithm.student.encoder)
    collect_rollout(algorithm)
    losses = algorithm.update()
    assert losses.keys() == {"value", "surrogate", "entropy", "action_distance"}
    assert not moved(algorithm.student.encoder, student)
