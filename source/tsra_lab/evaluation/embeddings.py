# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What teacher and student make of the same observations: their embeddings and actions, and a picture of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tensordict import TensorDict
from torch.nn.functional import pad

from tsra_lab.models import EncodedPolicy

from .style import INK, STYLE

NUM_ENVS = 16
"""Environments that are recorded, the first ones."""

SAMPLES_OF_EPISODE = 32
"""Samples of an environment, evenly over the length of an episode."""

NUM_RETRIEVED = 32
"""Pairs in the picture of retrieval."""

TEACHER, STUDENT = "#0072b2", "#d55e00"
"""Colours of Okabe and Ito's palette."""


@dataclass(frozen=True)
class EmbeddedPairs:
    """Embeddings and actions of both policies on the same samples."""

    teacher: torch.Tensor
    """Embeddings of the privileged observations. Shape is (num_samples, embedding_dim)."""

    student: torch.Tensor
    """Embeddings of the onboard observations. Shape is (num_samples, embedding_dim)."""

    teacher_actions: torch.Tensor
    """The teacher's mean actions. Shape is (num_samples, num_actions)."""

    student_actions: torch.Tensor
    """The student's mean actions. Shape is (num_samples, num_actions)."""


class PairRecorder:
    """Acts as the student, and notes what both policies make of what it meets."""

    def __init__(self, teacher: EncodedPolicy, student: EncodedPolicy, episode_length: int) -> None:
        """Begin with no samples.

        Args:
            teacher: Teacher without memory, so that its embedding does not depend on who acted before.
            student: The student, with a memory or without.
            episode_length: Largest length of an episode [environment steps].
        """
        self._teacher, self._student = teacher, student
        self._interval = max(1, episode_length // SAMPLES_OF_EPISODE)
        self._step = 0
        self._samples: list[tuple[torch.Tensor, ...]] = []

    def __call__(self, obs: TensorDict) -> torch.Tensor:
        """Act as the student does.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            Its actions of shape (num_envs, num_actions).
        """
        seen = self._student.get_latent(obs)
        actions = self._student.act_on(seen)
        if self._step % self._interval == 0:
            embedding = self._teacher.encoder(obs[:NUM_ENVS])
            wanted = self._teacher.act_on(self._teacher.add_shared(embedding, obs[:NUM_ENVS]))
            sample = embedding, seen[:NUM_ENVS, : embedding.shape[1]], wanted, actions[:NUM_ENVS]
            self._samples.append(tuple(part.detach().cpu() for part in sample))
        self._step += 1
        return actions

    def reset(self, dones: torch.Tensor | None = None) -> None:
        """Reset the student's memory where episodes ended."""
        self._student.reset(dones)

    def pairs(self) -> EmbeddedPairs:
        """What was noted, in a random order that is always the same."""
        parts = [torch.cat(part) for part in zip(*self._samples, strict=True)]
        order = torch.randperm(len(parts[0]), generator=torch.Generator().manual_seed(0))
        return EmbeddedPairs(*(part[order] for part in parts))


def alignment_figure(pairs: EmbeddedPairs, iteration: int, evaluations: Sequence[dict]) -> Figure:
    """Draw how well two views are aligned, and how the gap went.

    Args:
        pairs: Embeddings and actions of samples that the student met.
        iteration: Iteration of the training, for the title.
        evaluations: Reports of the evaluations so far, each with its ``iteration``.

    Returns:
        The picture.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(10.0, 6.4), layout="constrained")
        grid = figure.add_gridspec(2, 3)
        _draw_pairs(figure.add_subplot(grid[0, 0]), pairs)
        _draw_retrieval(figure.add_subplot(grid[0, 1]), pairs)
        _draw_spectrum(figure.add_subplot(grid[0, 2]), pairs)
        _draw_actions(figure.add_subplot(grid[1, 0]), pairs)
        _draw_gap(figure.add_subplot(grid[1, 1:]), evaluations)
        figure.suptitle(f"Where the student goes, iteration {iteration}", fontsize=STYLE["axes.titlesize"])
    return figure


def _draw_pairs(axes: Axes, pairs: EmbeddedPairs) -> None:
    """Both embeddings on the plane in which the teacher's varies most, pairs joined."""
    center = pairs.teacher.mean(dim=0)
    _, _, directions = torch.linalg.svd(pairs.teacher - center, full_matrices=False)
    directions = pad(directions[:2], (0, 0, 0, max(0, 2 - len(directions))))  # an embedding may have one dimension
    teacher, student = ((part - center) @ directions.T for part in (pairs.teacher, pairs.student))
    ends = torch.stack([teacher, student], dim=1)
    for pair in ends.numpy():
        axes.plot(*pair.T, color="#bbbbbb", linewidth=0.5, zorder=1)
    axes.scatter(*teacher.T.numpy(), s=9, color=TEACHER, marker="s", label="teacher", zorder=2)
    axes.scatter(*student.T.numpy(), s=7, color=STUDENT, label="student", zorder=3)
    axes.set_title("Embeddings of the same samples\non the teacher's two main directions")
    axes.legend(loc="best", fontsize=7.0)


def _draw_retrieval(axes: Axes, pairs: EmbeddedPairs) -> None:
    """Distances between some embeddings of one view and of the other: pairs are on the diagonal."""
    count = min(NUM_RETRIEVED, len(pairs.teacher))
    distances = torch.cdist(pairs.student[:count], pairs.teacher[:count])
    found = (distances.argmin(dim=1) == torch.arange(count)).float().mean().item()
    axes.imshow(distances.numpy(), cmap="viridis_r")
    axes.set_title(f"Distance of {count} samples; the diagonal\nis nearest in {100.0 * found:.0f} % of the rows")
    axes.set_xlabel("teacher's embedding")
    axes.set_ylabel("student's embedding")
    axes.set_xticks([])
    axes.set_yticks([])


def _draw_spectrum(axes: Axes, pairs: EmbeddedPairs) -> None:
    """Standard deviations of the embeddings along their main directions."""
    for part, color, style, label in (
        (pairs.teacher, TEACHER, "s--", "teacher"),
        (pairs.student, STUDENT, "o-", "student"),
    ):
        deviations = torch.linalg.svdvals(part - part.mean(dim=0)) / max(len(part) - 1, 1) ** 0.5
        axes.plot(range(1, len(deviations) + 1), deviations.numpy(), style, color=color, markersize=3.0, label=label)
    axes.set_ylim(bottom=0.0)
    axes.set_title("Spectrum: standard deviation along\neach main direction")
    axes.set_xlabel("direction")
    axes.legend(loc="best", fontsize=7.0)


def _draw_actions(axes: Axes, pairs: EmbeddedPairs) -> None:
    """What the student does against what the teacher would do."""
    wanted, done = pairs.teacher_actions.flatten().numpy(), pairs.student_actions.flatten().numpy()
    low, high = min(wanted.min(), done.min()), max(wanted.max(), done.max())
    axes.plot([low, high], [low, high], color=INK, linewidth=0.8)
    axes.scatter(wanted, done, s=5, color=STUDENT, alpha=0.4, linewidths=0.0)
    axes.set_title("Actions, each dimension a point")
    axes.set_xlabel("teacher's action")
    axes.set_ylabel("student's action")


def _draw_gap(axes: Axes, evaluations: Sequence[dict]) -> None:
    """Success, or return where the task knows no success, of both policies over the training."""
    known = all(report["policies"]["student"]["success_rate"] is not None for report in evaluations)
    kind = "success_rate" if known else "return_mean"
    iterations = [report["iteration"] for report in evaluations]
    for name, color, style in (("teacher", TEACHER, "s--"), ("student", STUDENT, "o-")):
        values = [report["policies"][name][kind] for report in evaluations]
        axes.plot(iterations, values, style, color=color, markersize=3.0, label=name)
    if known:
        axes.set_ylim(-0.03, 1.03)
    axes.set_title("The gap over the training: " + ("success rate" if known else "mean return"))
    axes.set_xlabel("iteration")
    axes.grid(axis="y", color="#dddddd", linewidth=0.7)
    axes.legend(loc="best", fontsize=7.0)
