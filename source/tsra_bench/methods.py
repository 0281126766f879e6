# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The methods that a benchmark compares: which agent trains, with what changes, and how a student comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tsra_lab.agents import METHODS, PLAIN

DISTILLATIONS = {
    "dagger": (METHODS["distillation"].agent_key, "dagger"),
    "bc": (METHODS["distillation"].agent_key, "bc"),
    "dagger_memory": (METHODS["distillation_memory"].agent_key, "dagger"),
    "aligned": (METHODS["aligned_distillation"].agent_key, "dagger"),
}
"""Agent and method of ``tsra-distill`` for each distillation."""


@dataclass(frozen=True)
class BenchmarkMethod:
    """A way to a student."""

    agent: str
    """Key of the agent's configuration in the registry."""

    label: str
    """What tables and pictures call it."""

    description: str
    """What it does, in a sentence."""

    overrides: tuple[str, ...] = ()
    """Overrides of the agent's configuration, or of the environment's."""

    distillation: str | None = None
    """How the trained teacher is distilled: a key of :data:`DISTILLATIONS`. None for a student that training leaves."""

    iteration_factor: float = 1
    """Factor of the agent's iterations."""

    color: str = PLAIN
    """Colour in pictures."""


def variant(key: str, label: str, description: str, *overrides: str, **fields: Any) -> BenchmarkMethod:
    """A method that trains the agent of this row of :data:`tsra_lab.agents.METHODS`, with something changed."""
    return BenchmarkMethod(METHODS[key].agent_key, label, description, overrides, **fields)


DISTILLED = {
    "bc": variant(
        "ppo", "BC", "Plain PPO teacher; behaviour cloning of its actions.", distillation="bc", color="#e69f00"
    ),
    "dagger": variant(
        "ppo",
        "DAgger",
        "Plain PPO teacher; imitation where the student leads.",
        distillation="dagger",
        color="#56b4e9",
    ),
    "smoothed": variant(
        "smoothed",
        "DAgger, smoothed",
        "A PPO teacher that learnt with disturbed actions; imitation where the student leads.",
        distillation="dagger",
        color="#999999",
    ),
}
"""Plain PPO, whose student comes of distillation."""

NO_IMITATION = "agent.algorithm.encoders.imitation_weight=0.0"
"""What leaves it to alignment alone to teach the student's encoder."""

MEMORY = {
    "dagger_memory": variant(
        "ppo",
        "DAgger, memory",
        "Plain PPO teacher; imitation where the student, which has a memory, leads.",
        distillation="dagger_memory",
        color="#56b4e9",
    ),
    "asymmetric_memory": variant(
        "asymmetric_memory",
        METHODS["asymmetric_memory"].label,
        METHODS["asymmetric_memory"].description,
        color="#cc79a7",
    ),
    "tsra_memory": variant("memory", METHODS["memory"].label, METHODS["memory"].description, color="#d55e00"),
    "tsra_memory_no_imitation": variant(
        "memory",
        "TSRA, memory, no imitation",
        "Alignment alone teaches the encoder of a student that remembers.",
        NO_IMITATION,
        color="#e69f00",
    ),
}
"""Methods whose student remembers."""

ABLATIONS = {
    "tsra_distilled": variant(
        "tsra", "TSRA, distilled", "The zero-shot student is distilled further.", distillation="aligned"
    ),
    "tsra_no_mask": variant("unmasked", METHODS["unmasked"].label, METHODS["unmasked"].description),
    "tsra_no_alignment": variant(
        "dwbc",
        "TSRA, no alignment",
        "The teacher's encoder learns from reinforcement learning alone; the student's only follows it.",
        "agent.algorithm.regularization_weight=0.0",
        f"agent.algorithm.embedding_dim={METHODS['tsra'].algorithm().embedding_dim}",
    ),
    "tsra_no_stability": variant(
        "tsra",
        "TSRA, no stability",
        "Neither moving averages of the encoders nor a head that makes up for what moves.",
        "agent.algorithm.encoders.target_decay=0.0",
        "agent.algorithm.consistency=False",
    ),
    "tsra_no_warm_up": variant(
        "tsra",
        "TSRA, no warm-up",
        "The encoders start with the policy, not before it.",
        "agent.algorithm.encoders.warmup_steps=0",
    ),
    "tsra_no_imitation": variant(
        "tsra",
        "TSRA, no imitation",
        "Alignment alone teaches the student's encoder.",
        NO_IMITATION,
    ),
    "tsra_l2": variant(
        "tsra",
        "TSRA, L2 alignment",
        "Nothing in the loss keeps the embedding from collapsing.",
        "agent.algorithm.alignment=l2",
    ),
    "tsra_vicreg": variant(
        "tsra",
        "TSRA, VICReg alignment",
        "Match, variance and covariance terms, without InfoNCE.",
        "agent.algorithm.alignment=vicreg",
    ),
    "tsra_stable_embedding": variant(
        "tsra",
        "TSRA, stable embedding",
        "Encoders are held to their targets' embeddings; the head makes up for nothing.",
        "agent.algorithm.encoders.stability_weight=1.0",
        "agent.algorithm.consistency=False",
    ),
    "tsra_narrow": variant(
        "tsra",
        "TSRA, narrow encoders",
        "Encoders of half the width.",
        "agent.teacher.hidden_dims=[64,64]",
        "agent.student.hidden_dims=[64,64]",
    ),
    "tsra_no_normalization": variant(
        "tsra",
        "TSRA, no normalisation",
        "Encoders of observations as they come.",
        "agent.teacher.obs_normalization=False",
        "agent.student.obs_normalization=False",
    ),
    **{
        f"tsra_share_{name}": variant(
            "tsra",
            f"TSRA, student acts in {words}",
            f"Share of the rollout in which the student acts: {share:g}.",
            f"agent.algorithm.student_share={share:g}",
        )
        for name, words, share in (
            ("none", "no rollout", 0.0),
            ("eighth", "1/8", 0.125),
            ("half", "1/2", 0.5),
            ("all", "all rollouts", 1.0),
        )
    },
    **{
        f"tsra_embedding_{size}": variant(
            "tsra",
            f"TSRA, embedding of {size}",
            f"An embedding of {size} dimensions.",
            f"agent.algorithm.embedding_dim={size}",
        )
        for size in (8, 16, 64)
    },
    **{
        f"tsra_steps_{steps}": variant(
            "tsra",
            f"TSRA, {steps} encoder steps",
            f"{steps} encoder steps per iteration.",
            f"agent.algorithm.encoders.steps_per_iteration={steps}",
        )
        for steps in (32, 128)
    },
    "tsra_long": variant("tsra", "TSRA, 5 x iterations", "Five times the iterations.", iteration_factor=5),
}
"""TSRA with one thing changed."""

FRAMES = {
    "tsra_no_shared": variant(
        "tsra",
        "TSRA, nothing shared",
        "The head takes the embedding alone; the teacher's encoder sees all privileged observations.",
        "agent.obs_groups.shared=[]",
        "agent.obs_groups.teacher=['privileged']",
    ),
    "tsra_every_frame": variant(
        "tsra",
        "TSRA, every frame",
        "The camera renders at every step.",
        "agent.algorithm.pairs.render_interval=1",
    ),
    "asymmetric_quarter": variant(
        "asymmetric",
        "asymmetric PPO, a quarter of the steps",
        "As many rendered frames as a method has that renders at one step of four.",
        iteration_factor=0.25,
    ),
}
"""What rendered frames bring, on tasks with a camera."""


def method_groups(trials: Path | None = None) -> dict[str, dict[str, BenchmarkMethod]]:
    """All methods, in the groups that a command line can name.

    Args:
        trials: File of trials, as :func:`read_trials` reads it; None for none.

    Returns:
        Methods by group and name, in the order of tables and pictures: ``main``, the comparison, with each compared
        row of :data:`tsra_lab.agents.METHODS`; ``memory``; ``ablations``; ``frames``; and ``trials``, if there is a
        file of them.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no file of trials.
    """
    compared = {
        key: BenchmarkMethod(row.agent_key, row.label, row.description, color=row.color)
        for key, row in METHODS.items()
        if row.compared
    }
    groups = {"main": DISTILLED | compared, "memory": MEMORY, "ablations": ABLATIONS, "frames": FRAMES}
    if trials is not None:
        groups["trials"] = read_trials(trials, all_methods(groups))
    return groups


def all_methods(groups: Mapping[str, Mapping[str, BenchmarkMethod]]) -> dict[str, BenchmarkMethod]:
    """Methods of all groups by name."""
    return {name: method for methods in groups.values() for name, method in methods.items()}


def read_trials(file: Path, methods: Mapping[str, BenchmarkMethod]) -> dict[str, BenchmarkMethod]:
    """Read settings that were tried while tuning, which lie beside their results.

    Args:
        file: JSON file: a list of trials, each with its ``name``, the method it is ``based_on`` and ``overrides``.
        methods: Methods by name.

    Returns:
        Methods by the trial's name.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is no list of trials, or a trial takes another's name or builds on no method.
    """
    try:
        trials = json.loads(file.read_text())
    except ValueError as error:
        raise ValueError(f"'{file}' is no file of trials ({error}).") from error
    found: dict[str, BenchmarkMethod] = {}
    for trial in trials if isinstance(trials, list) else [trials]:
        if not isinstance(trial, dict) or trial.keys() != {"name", "based_on", "overrides"}:
            raise ValueError(f"'{file}': a trial has the entries name, based_on and overrides; this has none: {trial}")
        name, base = trial["name"], trial["based_on"]
        if name in methods or name in found:
            raise ValueError(f"'{file}': there is a method '{name}' already. Choose another name.")
        if base not in methods:
            raise ValueError(f"'{file}': '{name}' is based on '{base}'. Methods: {', '.join(methods)}")
        label = f"{methods[base].label}, {name.removeprefix(f'{base}_').replace('_', ' ')}"
        overrides = (*methods[base].overrides, *trial["overrides"])
        found[name] = replace(methods[base], label=label, overrides=overrides)
    return found


def select_methods(names: Iterable[str], groups: Mapping[str, Mapping[str, BenchmarkMethod]]) -> list[str]:
    """Expand the groups among names of methods.

    Args:
        names: Names of methods or groups, or ``all`` for the main methods and the ablations.
        groups: Methods by group and name.

    Returns:
        Names of methods, each once.

    Raises:
        ValueError: If there is no such method.
    """
    methods = all_methods(groups)
    shorthands = {name: list(group) for name, group in groups.items()}
    shorthands["all"] = shorthands["main"] + shorthands["ablations"]
    selected = [method for name in names for method in shorthands.get(name, [name])]
    for name in selected:
        if name not in methods:
            raise ValueError(
                f"there is no method '{name}'. Methods: {', '.join(methods)}; shorthands: {', '.join(shorthands)}"
            )
    return list(dict.fromkeys(selected))
