# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What is noted of teacher and student on the same samples, and the picture of it."""

from __future__ import annotations

import pytest
import torch
from matplotlib.collections import PathCollection
from tensordict import TensorDict
from tiny_student import EMBEDDING_DIM, HEAD, MLP, NUM_ACTIONS, observations

from tsra_lab.evaluation import EmbeddedPairs, PairRecorder, alignment_figure
from tsra_lab.evaluation.embeddings import NUM_ENVS
from tsra_lab.models import EncodedPolicy

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

GRU = {"class_name": "RNNModel", "rnn_type": "gru", "rnn_hidden_dim": 6, "rnn_num_layers": 1} | {
    name: value for name, value in MLP.items() if name != "class_name"
}
SETS = {"teacher": ["privileged"], "student": ["proprio"]}


def build_policies(
    student_encoder: dict, shared: dict[str, list[int]] | None = None
) -> tuple[EncodedPolicy, EncodedPolicy]:
    """A teacher and a student that share a head."""
    torch.manual_seed(0)
    parts = (observations(2), SETS)
    sizes = {"embedding_dim": EMBEDDING_DIM, "shared": shared}
    teacher = EncodedPolicy(*parts, "teacher", NUM_ACTIONS, MLP, HEAD, **sizes)
    return teacher, EncodedPolicy(*parts, "student", NUM_ACTIONS, student_encoder, teacher.head, **sizes)


def episode(count: int, length: int) -> list[TensorDict]:
    """Observations of an episode."""
    torch.manual_seed(1)
    return [observations(count) for _ in range(length)]


@torch.no_grad()
@pytest.mark.parametrize("shared", [None, {"command": [0]}])
@pytest.mark.parametrize("encoder", [MLP, GRU])
def test_the_student_acts_and_both_are_noted(encoder: dict, shared: dict[str, list[int]] | None) -> None:
    teacher, student = build_policies(encoder, shared)
    count, length, interval = NUM_ENVS + 3, 70, 2
    steps = episode(count, length)
    student.reset()
    alone = [student(obs) for obs in steps]
    student.reset()
    recorder = PairRecorder(teacher, student, length)
    for obs, action in zip(steps, alone, strict=True):
        torch.testing.assert_close(recorder(obs), action, rtol=0.0, atol=0.0)
    noted = recorder.pairs()
    samples = NUM_ENVS * length // interval
    assert noted.teacher.shape == noted.student.shape == (samples, EMBEDDING_DIM)

    def in_order(values: list[torch.Tensor]) -> torch.Tensor:
        rows = torch.cat([value[:NUM_ENVS] for value in values[::interval]])
        return rows[torch.randperm(samples, generator=torch.Generator().manual_seed(0))]

    # whatever the order, the rows belong together
    torch.testing.assert_close(noted.student_actions, in_order(alone))
    torch.testing.assert_close(noted.teacher_actions, in_order([teacher(obs) for obs in steps]))
    torch.testing.assert_close(noted.teacher, in_order([teacher.encoder(obs) for obs in steps]))


def report(iteration: int, teacher: float | None, student: float | None) -> dict:
    """An evaluation's report."""
    rates = {"teacher": teacher, "student": student}
    numbers = {name: {"success_rate": rate, "return_mean": 3.0} for name, rate in rates.items()}
    return {"iteration": iteration, "policies": numbers}


def draw_aligned(mixed: bool, **changes: object) -> dict:
    """Draw embeddings that agree, or that are mixed up; gives the panels by the first word of their titles."""
    torch.manual_seed(2)
    teacher, actions = torch.randn(64, 4), torch.randn(64, 2)
    student = teacher.roll(1, dims=0) if mixed else teacher + 1e-3
    evaluations = [report(50, 0.5, 0.25), report(100, 1.0, 0.75)]
    figure = alignment_figure(EmbeddedPairs(teacher, student, actions, actions), 100, evaluations)
    return {axes.get_title().split()[0]: axes for axes in figure.axes}


def test_the_picture_tells_aligned_from_mixed_up() -> None:
    aligned, mixed = draw_aligned(mixed=False), draw_aligned(mixed=True)
    assert aligned.keys() == {"Embeddings", "Distance", "Spectrum:", "Actions,", "The"}
    assert "100 %" in aligned["Distance"].get_title() and "0 %" in mixed["Distance"].get_title()
    lines = [line.get_ydata().tolist() for line in aligned["The"].lines]
    assert lines == [[0.5, 1.0], [0.25, 0.75]]
    points = [item for item in aligned["Embeddings"].collections if isinstance(item, PathCollection)]
    assert [len(item.get_offsets()) for item in points] == [64, 64]


def test_where_nothing_tells_success_returns_are_drawn() -> None:
    pairs = EmbeddedPairs(*(torch.zeros(1, size) for size in (4, 4, 2, 2)))
    figure = alignment_figure(pairs, 5, [report(5, None, None)])
    assert figure.axes[-1].get_title() == "The gap over the training: mean return"
