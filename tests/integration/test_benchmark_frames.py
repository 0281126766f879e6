# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause


"""Rendered frames of a benchmark on a task with a camera: the counter of the checkpoint against the configurations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from benchmark_runs import call, cells_of, run, run_of, runs_of
from conftest import Shell

from tsra_lab.runs import agent_of_run

pytestmark = [pytest.mark.integration, pytest.mark.smoke, pytest.mark.kitless]

CAMERA_TASK = "TSRA-ObstacleFlight-Quadrotor"
CAMERA_METHODS = ("dagger", "asymmetric", "tsra")


class PlainLoader(yaml.SafeLoader):
    """Reads a configuration that holds Python objects, such as resolved slices, without making them: they are None."""


PlainLoader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: None)


def consumed(run: Path) -> tuple[int, int]:
    """Environment steps and camera images that a run took, by the configurations it kept."""
    env = yaml.load((run / "params" / "env.yaml").read_text(), PlainLoader)
    agent = agent_of_run(run / "model.pt")
    env_steps = agent["max_iterations"] * agent["num_steps_per_env"] * env["scene"]["num_envs"]
    return env_steps, expected_frames(env, agent, env_steps)


def expected_frames(env: Mapping, agent: Mapping, env_steps: int) -> int:
    """Images of the cameras that the agent's observation sets read: of all steps, or as ``render_interval`` has it.

    It counts steps; rollouts where the student acts, and then the first image is there and the last not yet.
    """
    cameras = {
        name
        for name, entry in env["scene"].items()
        if isinstance(entry, Mapping) and str(entry.get("class_type")).endswith("Camera")
    }
    seen = {group for groups in agent["obs_groups"].values() for group in groups}
    terms = [term for group in seen for term in env["observations"][group].values() if isinstance(term, Mapping)]
    read = {(term.get("params") or {}).get("sensor_cfg", {}).get("name") for term in terms}
    interval = agent["algorithm"].get("pairs", {}).get("render_interval", 1)
    if interval == 1 or not agent["algorithm"].get("student_share"):
        return len(cameras & read) * env_steps // interval
    rollout = agent["num_steps_per_env"] * env["scene"]["num_envs"]
    rendered = range(0, env_steps // rollout, interval)
    first_and_last = env["scene"]["num_envs"] * (1 - (env_steps // rollout - 1 in rendered))
    return len(cameras & read) * (len(rendered) * rollout + first_and_last)


def test_on_a_camera_task_checkpoints_count_the_frames_that_configurations_ask_for(shell: Shell) -> None:
    assert "3 cells, 3 to do" in run(shell, CAMERA_TASK, *CAMERA_METHODS, more=("--output", "frames"))
    cells = cells_of(shell.directory / "frames", CAMERA_TASK)
    for method in CAMERA_METHODS:
        runs = runs_of(shell, CAMERA_TASK, method)
        steps, frames = zip(*map(consumed, runs), strict=True)
        cell = cells[method]
        assert (cell["env_steps"], cell["distillation_env_steps"]) == (steps[0], sum(steps[1:]))
        assert cell["rendered_frames"] == sum(frames) > 0
    assert cells["asymmetric"]["rendered_frames"] == 2 * 24 * 32
    assert cells["dagger"]["rendered_frames"] == 24 * 32 == cells["tsra"]["rendered_frames"] - 32
    film = ("-m", "tsra_bench.films", "--task", CAMERA_TASK, "--device", "cpu", "--num_envs", "1", "--output", "film")
    call(shell, *film, "--run", "student", f"{run_of(shell, CAMERA_TASK, 'tsra')}:student")
    assert (shell.directory / "film.gif").stat().st_size > 10_000


CAMERA_ENV = {
    "scene": {
        "num_envs": 4,
        "robot": {"class_type": "isaaclab.assets.articulation:Articulation"},
        "left": {"class_type": "isaaclab.sensors.camera.camera:Camera"},
        "right": {"class_type": "isaaclab.sensors.camera.tiled_camera:TiledCamera"},
        "light": {"class_type": None},
        "absent": None,
    },
    "observations": {
        "onboard": {"velocity": {"params": {}}, "enable_corruption": True},
        "image": {"depth": {"params": {"sensor_cfg": {"name": "left"}}}},
        "contact": {"force": {"params": {"sensor_cfg": {"name": "robot"}}}},
    },
}


@pytest.mark.parametrize(
    ("groups", "algorithm", "frames"),
    [
        (["onboard", "image"], {}, 1000),
        (["onboard", "image"], {"pairs": {"render_interval": 4}}, 250),
        (["onboard", "image"], {"pairs": {"render_interval": 4}, "student_share": 0.0}, 250),
        # the 1st, the 5th and the 9th of 10 rollouts, and the first image of all
        (["onboard", "image"], {"pairs": {"render_interval": 4}, "student_share": 0.25}, 304),
        # the 1st and the 6th of 10, and the first image of all
        (["onboard", "image"], {"pairs": {"render_interval": 5}, "student_share": 0.2}, 204),
        (["onboard", "image"], {"pairs": {"render_interval": 9}, "student_share": 1 / 9}, 200),
        (["onboard", "contact"], {}, 0),
    ],
)
def test_expected_frames_are_those_of_cameras_that_the_agent_reads(
    groups: list[str], algorithm: dict, frames: int
) -> None:
    agent = {"obs_groups": {"student": groups, "critic": ["onboard"]}, "algorithm": algorithm, "num_steps_per_env": 25}
    assert expected_frames(CAMERA_ENV, agent, 1000) == frames


def test_what_a_run_took_is_read_from_configurations_that_hold_python_objects(tmp_path: Path) -> None:
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "agent.yaml").write_text(
        "max_iterations: 3\nnum_steps_per_env: 5\nobs_groups:\n  student: [image]\nalgorithm: {}\n"
    )
    (tmp_path / "params" / "env.yaml").write_text(
        "scene:\n  num_envs: 7\n  camera:\n    class_type: isaaclab.sensors.camera:Camera\n"
        "    offset: !!python/tuple [1, 2]\n"
        "observations:\n  image:\n    depth:\n      params:\n        sensor_cfg:\n          name: camera\n"
        "ids: !!python/object/apply:builtins.slice [null, null, null]\n"
    )
    assert consumed(tmp_path) == (105, 105)
