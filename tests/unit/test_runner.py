# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What our runner adds to rsl_rl's: the best checkpoint, counts of frames, versions, the live line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from hidden_env import HiddenEnv, HiddenEnvCfg
from rsl_rl.utils import wandb_log_writer
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_agent import NUM_STEPS, aligned_cfg

from tsra_lab.runners import BEST_CHECKPOINT, FORMAT_VERSION, AlignedRunner, load_checkpoint
from tsra_lab.runners import aligned_runner as runner_module
from tsra_lab.runners.evaluator import measured_performance, policies_of
from tsra_lab.runners.progress import LOG_FILE, Progress

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def build_runner(directory: Path, env: HiddenEnv | None = None, **cfg: object) -> AlignedRunner:
    """A runner of a tiny agent."""
    env = env or HiddenEnv(8)
    env.reset()
    run = {
        "save_interval": 100,
        "evaluation_interval": 1,
        "logger": "tensorboard",
        "run_name": "",
        "experiment_name": "r",
    }
    return AlignedRunner(env, aligned_cfg() | run | cfg, str(directory), "cpu")


def report(student: float | None, mean_return: float = 0.0) -> dict:
    """Report of an evaluation."""
    numbers = {"success_rate": student, "return_mean": mean_return, "episode_length_mean": 12.0, "outcomes": {}}
    return {"policies": {"teacher": numbers | {"success_rate": 1.0, "return_mean": 9.0}, "student": numbers}}


@pytest.mark.parametrize(
    "reports, best",
    [
        ([report(0.2), report(0.9), report(0.5)], 2),
        ([report(0.9), report(0.9), report(0.5)], 2),  # of equals the later
        ([report(0.1), report(0.2), report(0.3)], 3),
        ([report(None, -3.0), report(None, -1.0), report(None, -2.0)], 2),
    ],
)
def test_the_checkpoint_of_the_best_student_is_kept(tmp_path: Path, monkeypatch, reports: list[dict], best: int):
    coming = iter(reports)
    monkeypatch.setattr(runner_module, "evaluate_in_training", lambda env, alg: (next(coming), None))
    build_runner(tmp_path).learn(3)
    checkpoint = load_checkpoint(tmp_path / BEST_CHECKPOINT)
    assert checkpoint["iter"] == best
    assert len(checkpoint["evaluations"]) == best  # its own performance among them


def test_a_resumed_run_takes_the_best_student_along_until_a_better_one_comes(tmp_path: Path, monkeypatch):
    coming = iter([report(0.8), report(0.9), report(0.3), report(0.9), report(0.95)])
    monkeypatch.setattr(runner_module, "evaluate_in_training", lambda env, alg: (next(coming), None))
    build_runner(tmp_path / "first").learn(2)
    for until, best in ((3, 2), (5, 5)):
        second = build_runner(tmp_path / f"until_{until}")
        second.load(str(tmp_path / ("first/model_2.pt" if until == 3 else "until_3/model_3.pt")))
        second.learn(until)
        assert load_checkpoint(tmp_path / f"until_{until}" / BEST_CHECKPOINT)["iter"] == best


def test_a_best_student_that_came_later_is_not_taken_along(tmp_path: Path, monkeypatch):
    coming = iter([report(0.2), report(0.9), report(0.1)])
    monkeypatch.setattr(runner_module, "evaluate_in_training", lambda env, alg: (next(coming), None))
    build_runner(tmp_path / "first", save_interval=1).learn(2)
    second = build_runner(tmp_path / "second", evaluation_interval=5)
    second.load(str(tmp_path / "first" / "model_1.pt"))
    second.learn(2)
    # the best of the first run is of iteration 2, which the second run did otherwise
    assert not (tmp_path / "second" / BEST_CHECKPOINT).exists()


def test_success_return_and_length_are_told_while_training(tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture):
    survivor = report(None, 4.5)
    survivor["policies"]["student"]["outcomes"] = {"time_out": 1.0}
    coming = iter([report(0.25, 1.5), survivor])
    monkeypatch.setattr(runner_module, "evaluate_in_training", lambda env, alg: (next(coming), None))
    build_runner(tmp_path).learn(2)
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("[EVALUATION]")]
    assert "[EVALUATION] iteration 1, student: success 0.250, return 1.500, length 12.0" in printed
    survived = "no success term, return 4.500, length 12.0, outcomes: time_out 1.000"
    assert f"[EVALUATION] iteration 2, student: {survived}" in printed
    events = EventAccumulator(str(tmp_path)).Reload()
    assert [event.value for event in events.Scalars("Evaluation/student_return")] == [1.5, 4.5]
    assert [event.value for event in events.Scalars("Evaluation/student_episode_length")] == [12.0, 12.0]
    assert [event.value for event in events.Scalars("Evaluation/student_success")] == [0.25]


class StandInForWandb:
    """Keeps what the package ``wandb`` is told."""

    def __init__(self) -> None:
        self.started: dict = {}
        self.config: dict = {}
        self.scalars: dict[str, list[tuple[int, float]]] = {}
        self.files: list[str] = []
        self.finished = 0

    def init(self, **run: object) -> None:
        self.started = run

    def log(self, values: dict[str, float], step: int) -> None:
        for tag, value in values.items():
            self.scalars.setdefault(tag, []).append((step, float(value)))

    def save(self, path: str, base_path: str) -> None:
        self.files.append(str(Path(path).relative_to(base_path)))

    def finish(self) -> None:
        self.finished += 1


def test_weights_and_biases_is_told_the_same_as_tensorboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    wandb = StandInForWandb()
    monkeypatch.setattr(wandb_log_writer, "wandb", wandb)
    monkeypatch.setattr(HiddenEnvCfg, "to_dict", lambda cfg: {"kind": "hidden"}, raising=False)
    build_runner(tmp_path / "tensorboard").learn(2)
    with pytest.warns(DeprecationWarning, match="WandbLogWriter"):  # the name that Isaac Lab's command line has
        build_runner(tmp_path / "wandb", logger="wandb", wandb_project="ours").learn(2)
    plain, both = (EventAccumulator(str(tmp_path / name)).Reload() for name in ("tensorboard", "wandb"))
    tags = {tag for tag in plain.Tags()["scalars"] if not tag.endswith("/time")}
    assert {"Evaluation/student_return", "Loss/alignment", "Train/mean_reward"} <= tags
    assert wandb.scalars.keys() == set(both.Tags()["scalars"]) == tags
    for tag, logged in wandb.scalars.items():
        written = [(event.step, event.value) for event in both.Scalars(tag)]
        assert [step for step, _ in logged] == [step for step, _ in written], tag
        assert [value for _, value in logged] == pytest.approx([value for _, value in written], rel=1e-6), tag
    assert wandb.started["project"] == "ours" and wandb.config["env_cfg"] == {"kind": "hidden"} and wandb.finished == 1
    # what is a figure in TensorBoard is a file there
    assert len(EventAccumulator(str(tmp_path / "tensorboard"), {"images": 0}).Reload().Images("Alignment")) == 2
    assert {"alignment_1.png", "alignment_2.png", "model_2.pt"} <= set(wandb.files)


def test_without_a_student_the_teacher_is_what_counts():
    assert measured_performance({"policies": {"teacher": {"success_rate": 0.4, "return_mean": 3.0}}}) == 0.4
    assert measured_performance(report(0.7, 3.0)) == 0.7


def test_algorithms_tell_their_policies(tmp_path: Path):
    runner = build_runner(tmp_path)
    assert policies_of(runner.alg) == {"teacher": runner.alg.teacher, "student": runner.alg.student}


class Camera:
    """Renders wherever it is on."""

    def __init__(self, num_envs: int) -> None:
        self.on, self.fresh = True, torch.ones(num_envs, dtype=torch.bool)

    def switch(self, on: bool) -> None:
        self.on = on

    def render(self) -> None:
        self.fresh = torch.full_like(self.fresh, self.on)


class CameraEnvCfg(HiddenEnvCfg):
    """Hooks of an environment with a camera."""

    def onboard_camera(self, env: HiddenEnv) -> Camera:
        return env.camera


class CameraEnv(HiddenEnv):
    """The environment with an image among the onboard observations."""

    def __init__(self, num_envs: int) -> None:
        super().__init__(num_envs)
        self.camera = Camera(num_envs)
        described = vars(self.cfg)
        self.cfg = CameraEnvCfg()
        vars(self.cfg).update(described)
        self.observation_manager.active_terms["image"] = ["depth"]
        self.observation_manager.group_obs_term_dim["image"] = [(1, 8, 8)]

    def _observe(self) -> None:
        super()._observe()
        self.camera.render()
        self.observations["image"] = torch.rand(self.num_envs, 1, 8, 8)


@pytest.mark.parametrize("interval, per_rollout", [(1, NUM_STEPS), (2, NUM_STEPS // 2), (3, NUM_STEPS // 3)])
def test_rendered_frames_are_counted_and_survive_a_checkpoint(tmp_path: Path, interval: int, per_rollout: int):
    """Images of evaluations, where the camera renders always, do not count."""
    cnn = {"output_channels": [2], "kernel_size": 3, "stride": 2}
    student = {"class_name": "CNNModel", "hidden_dims": [8], "activation": "elu", "cnn_cfg": cnn}
    cfg = aligned_cfg(student=student, pairs={"render_interval": interval}, student_share=0.0)
    cfg["obs_groups"]["student"] = ["onboard", "image"]
    runner = build_runner(tmp_path, CameraEnv(4), **cfg)
    runner.learn(3)
    assert runner.rendered_frames == 3 * per_rollout * 4
    assert load_checkpoint(tmp_path / "model_3.pt")["rendered_frames"] == runner.rendered_frames
    resumed = build_runner(tmp_path / "resumed", CameraEnv(4), **cfg)
    resumed.load(str(tmp_path / "model_3.pt"))
    assert resumed.rendered_frames == runner.rendered_frames


def test_checkpoints_of_another_version_are_refused(tmp_path: Path):
    runner = build_runner(tmp_path)
    runner.learn(1)
    path = tmp_path / "model_1.pt"
    saved = torch.load(path, weights_only=True)
    assert saved["format_version"] == FORMAT_VERSION
    for version in (1, FORMAT_VERSION + 1, None):
        changed = dict(saved)
        # the first version had no entry
        changed.pop("format_version")
        if version is not None:
            changed["format_version"] = version
        torch.save(changed, path)
        with pytest.raises(ValueError, match=f"format version {version or 1}.*reads {FORMAT_VERSION}"):
            runner.load(str(path))


def test_training_learns_nothing_more_after_a_save_at_the_end(tmp_path: Path):
    runner = build_runner(tmp_path, save_interval=2)
    runner.learn(3)
    names = sorted(path.name for path in tmp_path.glob("model_[0-9]*.pt"))
    assert names == ["model_2.pt", "model_3.pt"]
    saved = torch.load(tmp_path / "model_3.pt", weights_only=True)["actor_state_dict"]
    assert all(torch.equal(saved[name], tensor) for name, tensor in runner.alg.actor.state_dict().items())


def test_a_terminal_sees_one_live_line_and_the_log_file_the_rest(tmp_path: Path):
    terminal = io.StringIO()
    progress = Progress(4, 1000, str(tmp_path), terminal)
    with progress.logging():
        print("a full log")
        for iteration in range(1, 5):
            survival = {"success_rate": None, "return_mean": 4.0, "episode_length_mean": 299.6}
            progress.evaluation = {"teacher": survival, "student": survival | {"success_rate": 0.25 * iteration}}
            progress.show(iteration, 2.0)
    assert (tmp_path / LOG_FILE).read_text() == "a full log\n"
    lines = terminal.getvalue().split("\r")[1:]
    assert len(lines) == 4 and terminal.getvalue().count("\n") == 1
    policies = "teacher: return 4.00, 300 steps | student: success 0.500, return 4.00, 300 steps"
    assert f"iteration 2/4 | {policies} | 500 steps/s | 00:00:04 left" in lines[1]


def test_elsewhere_the_full_log_is_printed_and_no_line(tmp_path: Path, capsys: pytest.CaptureFixture):
    progress = Progress(4, 1000, str(tmp_path))
    with progress.logging():
        print("a full log")
        progress.show(1, 2.0)
    assert capsys.readouterr().out == "a full log\n"
    assert not (tmp_path / LOG_FILE).exists()


def test_other_delays_are_refused_unless_their_cost_is_measured(tmp_path: Path):
    runner = build_runner(tmp_path)
    for contract in (runner.contract, runner.alg.contract):
        contract["groups"]["onboard"]["settings"] = {"speed": {"delay_max_lag": 2}}
    runner.save(str(tmp_path / "model_0.pt"))
    for contract in (runner.contract, runner.alg.contract):
        contract["groups"]["onboard"]["settings"] = {"speed": {"delay_max_lag": 0}}
    with pytest.raises(ValueError, match="speed.delay_max_lag: trained with 2, now 0"):
        runner.load(str(tmp_path / "model_0.pt"))
    runner.accept_other_delays()
    runner.load(str(tmp_path / "model_0.pt"))
    for contract in (runner.contract, runner.alg.contract):
        contract["groups"]["onboard"]["settings"]["speed"]["scale"] = 0.5
    with pytest.raises(ValueError, match="speed.scale: trained with None, now 0.5"):
        runner.load(str(tmp_path / "model_0.pt"))
