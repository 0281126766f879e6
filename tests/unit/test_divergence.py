# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Training that diverges ends before it is saved, and says what and where."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hidden_env import HiddenEnv
from test_runner import build_runner

from tsra_lab.runners import DIAGNOSTIC_FILE, Divergence, load_checkpoint
from tsra_lab.runners.divergence import NoiseWatch, check_step

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


@pytest.mark.parametrize(
    "spoil, named",
    [
        (lambda alg, losses: losses.update(alignment=float("nan")), "the loss 'alignment' (nan)"),
        (lambda alg, losses: losses.update(value=float("inf")), "the loss 'value' (inf)"),
        (lambda alg, losses: alg.critic.mlp[0].bias.data.fill_(torch.nan), "the tensor critic.mlp.0.bias"),
        (
            lambda alg, losses: alg.aligner.encoders["student"].mlp[0].weight.data.fill_(torch.inf),
            "aligner.student.mlp.0",
        ),
        (lambda alg, losses: alg.student.encoder.obs_normalizer._var.fill_(torch.nan), "obs_normalizer._var"),
    ],
)
def test_what_is_not_finite_is_named_and_not_saved(tmp_path: Path, spoil, named: str):
    mlp = {"class_name": "MLPModel", "hidden_dims": [8], "activation": "elu", "obs_normalization": True}
    runner = build_runner(tmp_path, evaluation_interval=0, save_interval=1, student=mlp)
    update = runner.alg.update

    def spoiled() -> dict:
        losses = update()
        if runner.current_learning_iteration == 2:
            spoil(runner.alg, losses)
        return losses

    runner.alg.update = spoiled
    with pytest.raises(Divergence, match="After the update of iteration 2") as refusal:
        runner.learn(5)
    assert named in str(refusal.value) and DIAGNOSTIC_FILE in str(refusal.value)
    # the last finite checkpoint stays the newest
    names = sorted(path.name for path in tmp_path.glob("model_*.pt"))
    assert names == ["model_1.pt", "model_2.pt"]
    assert load_checkpoint(tmp_path / "model_2.pt")["iter"] == 2
    diagnostic = torch.load(tmp_path / DIAGNOSTIC_FILE, weights_only=True)
    assert diagnostic["iteration"] == 2 and named.split(" (")[0] in " ".join(diagnostic["wrong"])
    assert diagnostic["rollout"]["observations"].keys() == {"privileged", "embedding"}
    assert diagnostic["rollout"]["actions"].shape[-1] == 1


def test_the_last_update_is_checked_too(tmp_path: Path):
    runner = build_runner(tmp_path, evaluation_interval=0)
    update = runner.alg.update
    runner.alg.update = lambda: update() | {"alignment": float("nan")}
    with pytest.raises(Divergence, match="alignment"):
        runner.learn(1)
    assert not list(tmp_path.glob("model_*.pt"))


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("what", ["onboard", "privileged", "reward"])
def test_what_the_environment_gives_is_checked(tmp_path: Path, what: str, value: float):
    env = HiddenEnv(8)
    step = env.step

    def spoiled(actions: torch.Tensor) -> tuple:
        obs, rewards, dones, extras = step(actions)
        if what == "reward":
            rewards[3] = value
        else:
            obs[what][3, 0] = value
        return obs, rewards, dones, extras

    env.step = spoiled
    runner = build_runner(tmp_path, env, evaluation_interval=0)
    expected = (
        "environment's reward is not finite in 1 of 8"
        if what == "reward"
        else f"observation group '{what}' is not finite in 1 of 8"
    )
    with pytest.raises(Divergence, match=expected):
        runner.learn(1)
    check_step(env.reset()[0], torch.zeros(8))


def test_a_checkpoint_that_is_not_finite_is_refused(tmp_path: Path):
    runner = build_runner(tmp_path, evaluation_interval=0)
    runner.learn(2)
    path = tmp_path / "model_2.pt"
    checkpoint = torch.load(path, weights_only=True)
    checkpoint["teacher_state_dict"]["head.mlp.0.weight"][0, 0] = torch.nan
    torch.save(checkpoint, path)
    with pytest.raises(ValueError, match="not finite, in teacher.head.mlp.0.weight, .*: its training diverged"):
        runner.load(str(path))


def test_growing_action_noise_is_a_warning_with_the_number(capsys: pytest.CaptureFixture):
    watch = NoiseWatch()
    for std in (1.0, 2.0, 4.9, 5.1, 9.0, 10.0, 11.0, 30.0):
        watch.look(torch.full((3,), std))
    warnings = [line for line in capsys.readouterr().out.splitlines() if "[WARNING]" in line]
    assert [line.split("grown to ")[1].split(",")[0] for line in warnings] == ["5.10", "11.00", "30.00"]
