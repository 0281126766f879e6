# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Encoders with memory: they remember within an episode, over sequences as step by step, and in the ONNX form too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from rsl_rl.models import MLPModel, RNNModel
from tensordict import TensorDict
from test_aligner import LOSS, SETTINGS, pairs
from tiny_agent import build_aligned_ppo, collect_rollout
from tiny_student import (
    EMBEDDING_DIM,
    HEAD,
    IMAGE,
    IMAGE_BETWEEN_VECTORS,
    NUM_ACTIONS,
    VECTORS,
    describe_student,
    encoder_cfg,
    observations,
)

from tsra_deploy import ObservationError
from tsra_lab.alignment import Aligner, AlignmentLoss, embed
from tsra_lab.export import OnnxPolicy, describe_memory_of, export_student, record_inputs
from tsra_lab.models import EncodedPolicy, RecurrentCNNModel

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SETS = {"student": ["proprio", "camera"], "teacher": ["privileged"]}
STEPS, ENVS = 7, 5
kinds = pytest.mark.parametrize("kind", ["gru", "lstm"])


def image_sequence(steps: int = STEPS, envs: int = ENVS) -> TensorDict:
    """Random observations in which an episode begins in the middle of some environments."""
    first = torch.zeros(steps, envs, dtype=torch.bool)
    first[0] = True
    first[3, 1] = first[5, 1] = first[6, 4] = True
    return TensorDict(
        {"proprio": torch.randn(steps, envs, 3), "camera": torch.randn(steps, envs, 1, 8, 8), "first": first},
        batch_size=[steps, envs],
    )


def build_model(kind: str) -> RecurrentCNNModel:
    """A small model whose observation statistics are far from those of a new one."""
    torch.manual_seed(0)
    model = RecurrentCNNModel(
        image_sequence()[0],
        SETS,
        "student",
        4,
        rnn_type=kind,
        rnn_hidden_dim=6,
        hidden_dims=[8],
        obs_normalization=True,
        cnn_cfg={"output_channels": [2], "kernel_size": 3, "stride": 2},
    )
    model.obs_normalizer._mean.copy_(torch.tensor([1.0, -2.0, 0.5]))
    model.obs_normalizer._std.copy_(torch.tensor([0.3, 2.0, 4.0]))
    return model.eval()


def step_by_step(model: RecurrentCNNModel, sequence: TensorDict) -> torch.Tensor:
    """Outputs of a model that sees one sample after the other and forgets when an episode begins."""
    outputs = []
    model.reset()
    for sample in sequence:
        model.reset(sample["first"])
        outputs.append(model(sample))
    return torch.stack(outputs)


@kinds
def test_a_sequence_is_remembered_as_step_by_step(kind: str) -> None:
    model, sequence = build_model(kind), image_sequence()
    with torch.no_grad():
        expected = step_by_step(model, sequence)
        torch.testing.assert_close(embed(model, sequence).unflatten(0, (STEPS, ENVS)), expected)
        # it does remember: with another past, the present is another
        changed = sequence.clone()
        changed["proprio"][0] += 1.0
        difference = (embed(model, changed).unflatten(0, (STEPS, ENVS)) - expected).abs().amax(dim=-1)
    assert (difference[:, 0] > 1.0e-5).all()
    # but not beyond the beginning of an episode
    assert (difference[:3, 1] > 1.0e-5).all() and (difference[3:, 1] < 1.0e-6).all()


@kinds
def test_the_onnx_form_gives_the_same_actions_and_state(kind: str) -> None:
    model, sequence = build_model(kind), image_sequence()
    sequence["first"][1:] = False
    exported = model.as_onnx()
    states = [torch.zeros(1, ENVS, 6)] * (2 if kind == "lstm" else 1)
    assert exported.input_names == ["obs", "camera", "h_in", "c_in"][: 2 + len(states)]
    assert exported.output_names == ["actions", "h_out", "c_out"][: 1 + len(states)]
    assert [example.shape[-1] for example in exported.get_dummy_inputs()] == [3, 8, 6, 6][: 2 + len(states)]
    with torch.no_grad():
        for sample, expected in zip(sequence, step_by_step(model, sequence), strict=True):
            actions, *states = exported(sample["proprio"], sample["camera"], *states)
            torch.testing.assert_close(actions, expected)


@kinds
@pytest.mark.parametrize("groups", [VECTORS, IMAGE_BETWEEN_VECTORS], ids="-".join)
def test_the_torchscript_form_remembers_until_it_is_reset(kind: str, groups: list[str]) -> None:
    memory = {"class_name": RecurrentCNNModel if "camera" in groups else "RNNModel"}
    memory |= {"rnn_type": kind, "rnn_hidden_dim": 6, "rnn_num_layers": 2}
    torch.manual_seed(0)
    encoder = encoder_cfg(groups) | memory
    student = EncodedPolicy(observations(2), {"student": groups}, "student", NUM_ACTIONS, encoder, HEAD, EMBEDDING_DIM)
    scripted = torch.jit.script(student.eval().as_jit())
    for _ in range(2):
        student.reset()
        scripted.reset()
        for _ in range(4):
            obs = observations(1)
            vectors = torch.cat([obs[group] for group in groups if group != "camera"], dim=-1)
            with torch.no_grad():
                actions = scripted(vectors, [obs["camera"]]) if "camera" in groups else scripted(vectors)
                torch.testing.assert_close(actions, student(obs))


def test_an_unknown_kind_of_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="'gru' or 'lstm', not 'elman'"):
        build_model("elman")


def describe_memory(kind: str, layers: int, features: int) -> list[dict]:
    """State of a memory, as the contract lays it out."""
    states = ["h", "c"] if kind == "lstm" else ["h"]
    return [{"input": f"{state}_in", "output": f"{state}_out", "shape": [layers, features]} for state in states]


class Walk:
    """An environment whose episodes end at random: what a recording needs of one."""

    num_envs, device = 4, "cpu"

    def seed(self, seed: int) -> None:
        torch.manual_seed(seed)

    def reset(self) -> tuple[TensorDict, dict]:
        return observations(self.num_envs), {}

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict]:
        return observations(self.num_envs), torch.zeros(4), torch.rand(self.num_envs) < 0.1, {}


@kinds
@pytest.mark.parametrize("groups", [VECTORS, IMAGE, IMAGE_BETWEEN_VECTORS], ids="-".join)
def test_a_student_with_memory_is_exported_and_runs_without_torch(kind: str, groups: list[str], tmp_path: Path) -> None:
    memory = {"rnn_type": kind, "rnn_hidden_dim": 6, "rnn_num_layers": 2}
    encoder = encoder_cfg(groups)
    if "camera" in groups:
        encoder = encoder | {"class_name": RecurrentCNNModel} | memory
    else:
        encoder = encoder | {"class_name": "RNNModel"} | memory
    torch.manual_seed(0)
    student = EncodedPolicy(observations(2), {"student": groups}, "student", NUM_ACTIONS, encoder, HEAD, EMBEDDING_DIM)
    student.eval()
    contract = describe_student(groups) | {"memory": describe_memory(kind, 2, 6)}
    assert describe_memory_of(student) == contract["memory"]
    assert student.rnn is student.encoder.rnn  # where Isaac Lab's LEAPP export looks for it
    recorded = record_inputs(Walk(), student, groups, num_steps=200, seed=3)
    assert recorded["first"][1:].any() and recorded["first"].shape == (200, 4)
    path = export_student(student, groups, contract, recorded, tmp_path)

    policy = OnnxPolicy(path)
    for count in (1, 64):
        student.reset()
        policy.reset()
        for step in range(5):
            obs = observations(count)
            if step == 3:
                ended = torch.rand(count) < 0.5
                student.reset(ended)
                policy.reset(ended.long())  # as rsl_rl tells which episodes ended
            with torch.no_grad():
                torch.testing.assert_close(policy(obs), student(obs), atol=1e-5, rtol=0)
    with pytest.raises(ObservationError, match="past is of 64"):
        policy(observations(2))
    # declared shapes of the other file hold one robot, memory included; export compared it too
    single = onnxruntime.InferenceSession(path.with_name("policy_batch1.onnx"), providers=["CPUExecutionProvider"])
    states = {item[place] for item in contract["memory"] for place in ("input", "output")}
    nodes = [*single.get_inputs(), *single.get_outputs()]
    assert {node.shape[1 if node.name in states else 0] for node in nodes} == {1}
    # a recording in which an episode's beginning is left out does not pass
    wrong = recorded | {"first": np.zeros_like(recorded["first"])}
    with pytest.raises(ValueError, match="differ by"):
        export_student(student, groups, contract, wrong, tmp_path / "wrong")


def hidden_bit(steps: int = 6, envs: int = 400) -> TensorDict:
    """Episodes whose privileged bits are shown to the onboard group at the first sample alone."""
    bits = torch.randn(envs, 2).sign().expand(steps, envs, 2)
    shown = bits.clone()
    shown[1:] = 0.0
    first = torch.zeros(steps, envs, dtype=torch.bool)
    first[0] = True
    state = torch.randn(steps, envs, 2)
    return TensorDict(
        {
            "privileged": torch.cat([state, bits], dim=-1),
            "onboard": torch.cat([state, shown], dim=-1),
            "first": first,
        },
        batch_size=[steps, envs],
    )


@pytest.mark.parametrize("memory", [True, False])
def test_alignment_keeps_in_the_embedding_what_memory_alone_can_tell(memory: bool) -> None:
    torch.manual_seed(0)
    sets = {"teacher": ["privileged"], "student": ["onboard"]}
    example = hidden_bit()[0]
    teacher = MLPModel(example, sets, "teacher", 6, [32])
    if memory:
        student = RNNModel(example, sets, "student", 6, [32], rnn_type="gru", rnn_hidden_dim=32, rnn_num_layers=1)
    else:
        student = MLPModel(example, sets, "student", 6, [32])
    aligner = Aligner(teacher, student, AlignmentLoss(**LOSS), **SETTINGS | {"batch_size": 600})
    aligner.update(pairs(hidden_bit()), 400)
    with torch.no_grad():
        whole = hidden_bit()
        bits = whole["privileged"][1:, :, 2:].flatten(0, 1)
        embedding = embed(aligner.targets["student"], whole).unflatten(0, whole.batch_size)[1:].flatten(0, 1)
    told = embedding @ torch.linalg.lstsq(embedding, bits).solution
    right = (told.sign() == bits).float().mean()
    assert right > 0.95 if memory else right < 0.6


def test_a_student_with_memory_trains_on_sequences() -> None:
    memory = {"class_name": "RNNModel", "hidden_dims": [16], "activation": "elu"}
    memory |= {"rnn_type": "gru", "rnn_hidden_dim": 8, "rnn_num_layers": 1}
    algorithm = build_aligned_ppo(student=memory)
    assert algorithm.student.is_recurrent and algorithm.pairs.sequences
    for _ in range(2):  # warm-up, then PPO
        collect_rollout(algorithm)
        losses = algorithm.update()
    assert losses["action_distance"] > 0.0 and losses["alignment"] > 0.0
