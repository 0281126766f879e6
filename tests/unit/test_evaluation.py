# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Every environment counts exactly its first episode, and the numbers drawn from the episodes are right."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import pytest
import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from tsra_lab.evaluation import (
    Episodes,
    evaluation_report,
    format_performance,
    format_table,
    run_episodes,
    shortfall,
)
from tsra_lab.hooks import TaskHooks
from tsra_results import success_interval

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

LENGTHS = torch.tensor([2, 5, 1, 3])
"""Length of the first episode of each environment, for an even seed; for an odd one they are reversed."""


class ScriptedEnv(VecEnv):
    """Episodes by a script: environment 0 fails, 1 and 2 succeed, 3 times out; later episodes last one step and fail.

    The reward is the action, which the policy below makes the number of the step, plus 100 in every later episode.
    """

    def __init__(self, with_manager: bool = True) -> None:
        self.num_envs, self.num_actions, self.device, self.cfg = 4, 1, "cpu", {}
        self.max_episode_length = 5
        self.seeds: list[int] = []
        self.steps: list[int] = []
        """Number of steps after each reset."""
        self.fired = {name: torch.zeros(4, dtype=torch.bool) for name in ("success", "fell", "time_out")}
        self.termination_manager = SimpleNamespace(active_terms=list(self.fired), get_term=self.fired.__getitem__)
        if not with_manager:
            del self.termination_manager

    @property
    def unwrapped(self) -> ScriptedEnv:
        return self

    def seed(self, seed: int) -> int:
        self.seeds.append(seed)
        return seed

    def reset(self) -> tuple[TensorDict, dict]:
        self.episode_length_buf = torch.zeros(4, dtype=torch.long)
        self.lengths = LENGTHS if self.seeds[-1] % 2 == 0 else LENGTHS.flip(0)
        self.first = torch.ones(4, dtype=torch.bool)
        self.steps.append(0)
        return self.get_observations(), {}

    def get_observations(self) -> TensorDict:
        return TensorDict({"onboard": self.episode_length_buf[:, None].float()}, batch_size=[4])

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict]:
        self.steps[-1] += 1
        self.episode_length_buf = self.episode_length_buf + 1
        rewards = actions[:, 0] + 100.0 * ~self.first
        done = (self.episode_length_buf >= self.lengths) | ~self.first
        by_script = torch.tensor([[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]], dtype=torch.bool)
        by_script[:, ~self.first] = torch.tensor([[False], [True], [False]])
        for name, term in zip(self.fired, by_script, strict=True):
            self.fired[name].copy_(done & term)
        self.first = self.first & ~done
        self.episode_length_buf = self.episode_length_buf * ~done
        return self.get_observations(), rewards, done.long(), {"time_outs": self.fired["time_out"].clone()}


class CountingPolicy:
    """Acts with the number of the step within the episode, from 1 on, and notes its resets."""

    def __init__(self) -> None:
        self.resets: list[list[int] | None] = []

    def __call__(self, obs: TensorDict) -> torch.Tensor:
        return obs["onboard"] + 1.0

    def reset(self, dones: torch.Tensor | None = None) -> None:
        self.resets.append(None if dones is None else dones.tolist())


def gauss_sums(lengths: torch.Tensor) -> list[float]:
    """Returns of episodes whose rewards are 1, 2, 3, ..."""
    return [length * (length + 1) / 2 for length in lengths.tolist()]


def test_each_environment_counts_exactly_its_first_episode():
    env = ScriptedEnv()
    episodes = run_episodes(env, CountingPolicy(), 4, seed=8)
    assert episodes.lengths.tolist() == [2, 5, 1, 3]
    assert episodes.returns.tolist() == gauss_sums(LENGTHS)
    assert episodes.success.tolist() == [False, True, True, False]
    assert episodes.outcomes["fell"].tolist() == [True, False, False, False]
    assert episodes.outcomes["time_out"].tolist() == [False, False, False, True]
    assert env.seeds == [8] and env.steps == [5]


def test_more_episodes_than_environments_run_in_batches_with_consecutive_seeds():
    env = ScriptedEnv()
    episodes = run_episodes(env, CountingPolicy(), 10, seed=6)
    assert env.seeds == [6, 7, 8]
    assert episodes.lengths.tolist() == [2, 5, 1, 3] + [3, 1, 5, 2] + [2, 5]
    assert episodes.returns.tolist() == gauss_sums(episodes.lengths)
    assert episodes.success.tolist() == [False, True, True, False] * 2 + [False, True]
    assert all(len(ended) == 10 for ended in episodes.outcomes.values())


def test_initial_states_are_those_of_the_counted_episodes():
    """Copied at the reset: the simulator goes on in place."""
    env = ScriptedEnv()
    places = torch.zeros(4)

    class Hooks(TaskHooks):
        def initial_state(self, env: ScriptedEnv) -> dict[str, torch.Tensor]:
            places[:] = 10.0 * env.seeds[-1] + torch.arange(4)
            return {"place": places}

    env.cfg = Hooks()
    episodes = run_episodes(env, CountingPolicy(), 6, seed=2)
    assert episodes.initial_state["place"].tolist() == [20.0, 21.0, 22.0, 23.0, 30.0, 31.0]
    assert run_episodes(ScriptedEnv(), CountingPolicy(), 6, seed=2).initial_state == {}


def test_fewer_episodes_than_environments_wait_only_for_those_counted():
    env = ScriptedEnv()
    episodes = run_episodes(env, CountingPolicy(), 1, seed=0)
    assert episodes.lengths.tolist() == [2]
    assert env.steps == [2]


def test_the_policy_is_reset_at_the_start_and_wherever_an_episode_ends():
    policy = CountingPolicy()
    run_episodes(ScriptedEnv(), policy, 5, seed=0)
    first_batch = [None, [0, 0, 1, 0], [1, 0, 1, 0], [1, 0, 1, 1], [1, 0, 1, 1], [1, 1, 1, 1]]
    assert policy.resets == first_batch + [None, [0, 1, 0, 0], [0, 1, 0, 1], [1, 1, 0, 1]]


def test_a_plain_function_is_a_policy():
    episodes = run_episodes(ScriptedEnv(), lambda obs: torch.ones(4, 1), 4, seed=0)
    assert episodes.returns.tolist() == LENGTHS.tolist()


def test_on_step_tells_whose_episode_still_counts():
    masks = []
    run_episodes(ScriptedEnv(), CountingPolicy(), 4, seed=0, on_step=lambda active: masks.append(active.clone()))
    assert torch.stack(masks).sum(dim=0).tolist() == LENGTHS.tolist()
    assert masks[0].all()


def test_an_environment_without_managers_tells_terminations_from_time_outs():
    episodes = run_episodes(ScriptedEnv(with_manager=False), CountingPolicy(), 4, seed=0)
    assert episodes.success is None
    assert episodes.outcomes["terminated"].tolist() == [True, True, True, False]
    assert episodes.outcomes["time_out"].tolist() == [False, False, False, True]


class SilentEnv(ScriptedEnv):
    """Tells nothing with its step, as Isaac Lab's wrapper does not for tasks of a finite horizon."""

    def __init__(self, tells: bool) -> None:
        super().__init__(with_manager=False)
        if tells:  # in the buffer of a direct environment
            self.reset_time_outs = self.fired["time_out"]

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict]:
        return *super().step(actions)[:3], {}


def test_time_outs_of_a_direct_task_with_a_finite_horizon_are_told():
    episodes = run_episodes(SilentEnv(tells=True), CountingPolicy(), 4, seed=0)
    assert episodes.outcomes["terminated"].tolist() == [True, True, True, False]
    assert episodes.outcomes["time_out"].tolist() == [False, False, False, True]


def test_a_missing_signal_is_not_a_no():
    episodes = run_episodes(SilentEnv(tells=False), CountingPolicy(), 4, seed=0)
    assert episodes.outcomes.keys() == {"ended"} and episodes.outcomes["ended"].all()


@pytest.mark.parametrize("num_episodes", [0, -3])
def test_no_episodes_are_refused(num_episodes: int):
    with pytest.raises(ValueError, match="At least one episode"):
        run_episodes(ScriptedEnv(), CountingPolicy(), num_episodes, seed=0)


def episodes(returns: list[float], success: list[int] | None) -> Episodes:
    """Episodes with these returns; those that do not succeed time out."""
    outcomes = {"time_out": torch.zeros(len(returns), dtype=torch.bool)}
    if success is not None:
        won = torch.tensor(success, dtype=torch.bool)
        outcomes = {"success": won, "time_out": ~won}
    return Episodes(torch.tensor(returns), torch.tensor([4, 6, 8, 10]), outcomes)


@pytest.fixture
def report() -> dict:
    """Report of a teacher that is better than its student, and of another policy."""
    return evaluation_report(
        "A-Task",
        7,
        {
            "teacher": episodes([4.0, 4.0, 2.0, 2.0], [1, 1, 1, 0]),
            "student": episodes([1.0, 1.0, 0.0, 2.0], [1, 0, 0, 0]),
            "onnx": episodes([1.0, 1.0, 0.0, 0.0], [0, 0, 0, 0]),
        },
    )


def test_the_report_tells_each_policys_numbers(report: dict):
    assert (report["task"], report["seed"], report["episodes"]) == ("A-Task", 7, 4)
    assert list(report["policies"]) == ["teacher", "student", "onnx"]
    teacher = report["policies"]["teacher"]
    assert teacher["return_mean"] == 3.0
    assert teacher["return_std"] == 1.0
    assert teacher["success_rate"] == 0.75
    assert teacher["success_ci95"] == pytest.approx(success_interval(3, 4))
    assert teacher["episode_length_mean"] == 7.0
    assert teacher["outcomes"] == {"success": 0.75, "time_out": 0.25}


def test_the_report_is_plain_json(report: dict):
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_the_imitation_gap_is_teacher_minus_student(report: dict):
    assert report["imitation_gap"] == {"return": 2.0, "success": 0.5}


def test_without_teacher_or_student_there_is_no_gap(report: dict):
    for name in ("teacher", "student"):
        alone = evaluation_report("A-Task", 7, {name: episodes([1.0] * 4, [1] * 4)})
        assert alone.get("imitation_gap") is None


def test_without_a_success_term_success_is_none_and_not_zero():
    names = ("teacher", "student")
    report = evaluation_report("A-Task", 7, {name: episodes([1.0] * 4, None) for name in names})
    for name in names:
        assert report["policies"][name]["success_rate"] is None
        assert report["policies"][name]["success_ci95"] is None
    assert report["imitation_gap"] == {"return": 0.0, "success": None}
    assert all(name in format_table(report) for name in names)
    assert "success +" not in format_table(report)


def test_to_survive_is_no_success():
    survivors = Episodes(torch.ones(4), torch.full((4,), 300), {"time_out": torch.ones(4, dtype=torch.bool)})
    report = evaluation_report("A-Task", 7, {"teacher": survivors, "student": survivors})
    assert "The task has no success term" in format_table(report)
    line = format_performance(report["policies"]["student"])
    assert line == "no success term, return 1.000, length 300.0, outcomes: time_out 1.000"
    won = evaluation_report("A-Task", 7, {"student": episodes([1.0] * 4, [1, 1, 1, 0])})
    assert "no success term" not in format_table(won)
    assert format_performance(won["policies"]["student"]) == "success 0.750, return 1.000, length 7.0"


def test_outcomes_that_nothing_tells_are_said_to_be_unknown():
    for tells in (True, False):
        ran = run_episodes(SilentEnv(tells), CountingPolicy(), 4, seed=0)
        report = evaluation_report("A-Task", 7, {"teacher": ran})
        assert report["outcomes_known"] is tells
        assert ("How episodes end is unknown" in format_table(report)) is not tells
        assert ("outcomes: unknown" in format_performance(report["policies"]["teacher"])) is not tells


@pytest.mark.parametrize(
    "teacher, student, sentence",
    [
        (([4.0] * 4, [1, 1, 1, 1]), ([4.0] * 4, [1, 1, 1, 0]), "far below its teacher: success 0.750 against 1.000"),
        (([4.0] * 4, [1, 1, 1, 1]), ([-9.0] * 4, [1, 1, 1, 1]), None),
        (([4.0] * 4, [1, 0, 0, 0]), ([4.0] * 4, [0, 0, 0, 0]), "succeeded in none of 4 episodes"),
        (None, ([4.0] * 4, [0, 0, 0, 0]), "succeeded in none of 4 episodes"),
        (None, ([4.0] * 4, [0, 0, 0, 1]), None),
        (([4.0] * 4, None), ([3.5] * 4, None), "far below its teacher: return 3.500 against 4.000"),
        (([4.0] * 4, None), ([3.7] * 4, None), None),
        (([-4.0] * 4, None), ([-4.5] * 4, None), "far below its teacher: return -4.500 against -4.000"),
        (([3.5] * 4, None), ([4.0] * 4, None), None),
    ],
)
def test_a_student_far_below_its_teacher_is_told(teacher: tuple | None, student: tuple, sentence: str | None):
    ran = {"student": episodes(*student)} | ({} if teacher is None else {"teacher": episodes(*teacher)})
    said = shortfall(evaluation_report("A-Task", 7, ran))
    assert said is None if sentence is None else sentence in said


def test_the_table_has_a_line_for_every_policy_and_for_the_gap(report: dict):
    lines = format_table(report).splitlines()
    for name in report["policies"]:
        (line,) = (line for line in lines if line.startswith(name))
        numbers = report["policies"][name]
        assert f"{numbers['success_rate']:.3f}" in line
        assert f"{numbers['return_mean']:.2f}" in line
        assert f"time_out {numbers['outcomes']['time_out']:.3f}" in line
    assert "+0.500" in lines[-1] and "+2.00" in lines[-1]


def test_a_student_better_than_its_teacher_has_a_negative_gap():
    report = evaluation_report(
        "A-Task", 7, {"teacher": episodes([0.0] * 4, [0] * 4), "student": episodes([1.0] * 4, [1] * 4)}
    )
    assert report["imitation_gap"]["success"] == -1.0
    assert math.copysign(1.0, report["imitation_gap"]["return"]) == -1.0
    assert "-1.000" in format_table(report).splitlines()[-1]
