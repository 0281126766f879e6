# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a run recorded of its environment is the truth, whatever the task says now."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from isaaclab.utils import to_dict

import tsra_tasks  # noqa: F401
from tsra_lab.runs import environment_of_run, recorded_presets, resolve_configs, write_params

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASK = "TSRA-ColorMaze-Rover"

OVERRIDES = [
    "env.actions.velocity.scale=0.5",
    "env.observations.onboard.velocity.scale=0.1",
    "env.observations.onboard.history_length=3",
    "env.observations.onboard.velocity.clip=[-1.0,1.0]",
    "env.observations.onboard.flatten_history_dim=False",
    "env.rewards.lava.weight=-7.0",
    "env.events.reset_rover=null",
    "env.sim.gravity=[0.0,0.0,-3.0]",
    "env.decimation=2",
    "env.episode_length_s=1.5",
]
"""Overrides of every kind of value."""


def record(run: Path, *overrides: str, task: str = TASK) -> Path:
    """A run directory of a training with these overrides."""
    run.mkdir(exist_ok=True)
    env_cfg, _ = resolve_configs(task, None, list(overrides))
    env_cfg.seed, env_cfg.log_dir, env_cfg.scene.num_envs, env_cfg.sim.device = 7, str(run), 3, "cpu"
    write_params(run, env_cfg, {})
    return run


def edit(run: Path, *path: str, value: object) -> None:
    """Change what a run recorded."""
    file = run / "params" / "env.yaml"
    config = part = yaml.load(file.read_text(), yaml.UnsafeLoader)
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    file.write_text(yaml.dump(config))


def plain(cfg: object) -> dict:
    """A configuration as Isaac Lab writes it, without what each command sets for itself."""
    config = to_dict(cfg)
    for name in ("seed", "log_dir"):
        config.pop(name)
    config["sim"].pop("device")
    config["scene"].pop("num_envs")
    return lists(config)


def lists(value: object) -> object:
    """The same with lists in place of tuples, which the command line does not know."""
    if isinstance(value, dict):
        return {name: lists(member) for name, member in value.items()}
    return [lists(member) for member in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("override", OVERRIDES)
def test_a_run_is_opened_as_it_was_trained(tmp_path: Path, capsys: pytest.CaptureFixture, override: str):
    trained, _ = resolve_configs(TASK, None, [override])
    rebuilt = environment_of_run(record(tmp_path / "run", override), TASK, "training", [])
    assert plain(rebuilt) == plain(trained)
    assert plain(rebuilt) != plain(resolve_configs(TASK, None, [])[0])
    name = override.split("=")[0]
    assert f"As the run was trained: {name}" in capsys.readouterr().out


def test_all_at_once_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture):
    trained, _ = resolve_configs(TASK, None, OVERRIDES)
    rebuilt = environment_of_run(record(tmp_path / "run", *OVERRIDES), TASK, "training", [])
    assert plain(rebuilt) == plain(trained)
    capsys.readouterr()
    untouched = environment_of_run(record(tmp_path / "other"), TASK, "training", [])
    assert plain(untouched) == plain(resolve_configs(TASK, None, [])[0])
    assert "As the run was trained" not in capsys.readouterr().out


def test_what_each_command_sets_is_not_the_run_s(tmp_path: Path):
    rebuilt = environment_of_run(record(tmp_path / "run"), TASK, "training", [])
    fresh, _ = resolve_configs(TASK, None, [])
    assert rebuilt.seed == fresh.seed and rebuilt.scene.num_envs == fresh.scene.num_envs == 512


@pytest.mark.parametrize("mode", ["evaluation", "play"])
def test_modes_come_on_top_of_the_run(tmp_path: Path, mode: str):
    run = record(tmp_path / "run", "env.actions.velocity.scale=0.5")
    rebuilt = environment_of_run(run, TASK, mode, [])
    expected, _ = resolve_configs(TASK, None, ["env.actions.velocity.scale=0.5"])
    expected.play_mode() if mode == "play" else expected.evaluation_mode()
    assert plain(rebuilt) == plain(expected)


def test_files_are_those_of_the_installed_task(tmp_path: Path):
    """Wherever it lay on the machine that trained, and whatever lies there on this one."""
    fresh, _ = resolve_configs(TASK, None, [])
    run = record(tmp_path / "run")
    edit(run, "scene", "robot", "spawn", "usd_path", value="/home/somebody/tsra_tasks/robots/rover.usda")
    rebuilt = environment_of_run(run, TASK, "training", [])
    assert rebuilt.scene.robot.spawn.usd_path == fresh.scene.robot.spawn.usd_path


def test_overrides_given_now_come_last_and_are_named(tmp_path: Path, capsys: pytest.CaptureFixture):
    run = record(tmp_path / "run", "env.actions.velocity.scale=0.5", "env.rewards.lava.weight=-7.0")
    rebuilt = environment_of_run(run, TASK, "evaluation", ["env.actions.velocity.scale=0.25"])
    assert rebuilt.actions.velocity.scale == 0.25 and rebuilt.rewards.lava.weight == -7.0
    printed = capsys.readouterr().out
    assert "Changed now: env.actions.velocity.scale=0.25 (the run had 0.5)" in printed
    # back to what the task says, which is a change of the run
    again = environment_of_run(run, TASK, "evaluation", ["env.actions.velocity.scale=1.0"])
    assert again.actions.velocity.scale == 1.0


@pytest.mark.parametrize("override", ["env.actions.velocity.skale=1", "agent.seed=3", "nonsense=3"])
def test_overrides_that_name_nothing_are_refused(tmp_path: Path, override: str):
    with pytest.raises(ValueError, match=override.split("=")[0].split(".")[-1] + "|no effect here"):
        environment_of_run(record(tmp_path / "run"), TASK, "training", [override])


@pytest.mark.parametrize(
    "path, value, message",
    [
        (("rewards", "lava", "func"), "os:system", "env.rewards.lava.func was 'os:system', and is"),
        (("rewards", "lava", "wieght"), 1.0, "env.rewards.lava.wieght is no option of it"),
        (("rewards", "honey"), {"weight": 1.0}, "env.rewards.honey is no option of it"),
        (("actions", "velocity", "scale"), {"a": 1.0}, "env.actions.velocity.scale was a configuration of another"),
        (("rewards", "lava"), 3.0, "env.rewards.lava was a configuration of another kind"),
        (("sim",), None, "env.sim was a configuration of another kind"),
        (("scene",), None, "env.scene was a configuration of another kind"),
        (("decimation",), "many", "env.decimation was a configuration of another kind"),
        (("class_type",), "os:system", "env.class_type was 'os:system', and is"),
        (("scene", "class_type"), "os:system", "env.scene.class_type was 'os:system'"),
        (("events", "reset_rover", "func"), "os:system", "env.events.reset_rover.func was 'os:system'"),
        (
            ("observations", "onboard", "velocity", "modifiers"),
            [{"func": "os:system"}],
            "velocity.modifiers was a conf",
        ),
        (("observations", "onboard", "velocity", "modifiers"), "os:system", "modifiers was 'os:system', and is None"),
        (("observations", "onboard", "velocity", "clip"), ["os:system"], "velocity.clip was ['os:system'], and is"),
        (("observations", "onboard", "velocity", "clip"), "lambda: 1", "velocity.clip was 'lambda: 1', and is"),
        (
            ("scene", "robot", "spawn", "usd_path"),
            "/tmp/theirs.usda",
            "usd_path was the file '/tmp/theirs.usda', and is",
        ),
    ],
)
def test_what_cannot_be_rebuilt_is_refused_by_name(tmp_path: Path, path: tuple, value: object, message: str):
    run = record(tmp_path / "run")
    edit(run, *path, value=value)
    with pytest.raises(ValueError, match="cannot be rebuilt") as refusal:
        environment_of_run(run, TASK, "training", [])
    assert message in str(refusal.value)


def test_an_option_that_was_not_recorded_is_refused(tmp_path: Path):
    """The task has grown an option since: what it does to the run nobody knows."""
    run = record(tmp_path / "run")
    file = run / "params" / "env.yaml"
    config = yaml.load(file.read_text(), yaml.UnsafeLoader)
    del config["rewards"]["lava"]["weight"]
    file.write_text(yaml.dump(config))
    with pytest.raises(ValueError, match="env.rewards.lava.weight was not recorded"):
        environment_of_run(run, TASK, "training", [])


def test_objects_in_the_file_are_not_made(tmp_path: Path):
    run = record(tmp_path / "run")
    marker = tmp_path / "something_ran"
    file = run / "params" / "env.yaml"
    file.write_text(file.read_text() + f"evil: !!python/object/apply:os.mkdir [{str(marker)!r}]\n")
    with pytest.raises(ValueError, match="not a configuration of plain values"):
        environment_of_run(run, TASK, "training", [])
    assert not marker.exists()


def test_what_creating_an_environment_fills_in_is_not_the_run_s(tmp_path: Path):
    run = record(tmp_path / "run")
    edit(run, "scene", "robot", "prim_path", value="/World/envs/env_[^/]+/Robot")
    edit(run, "scene", "robot", "spawn", "spawn_path", value="/World/envs/env_0/Robot")
    rebuilt = environment_of_run(run, TASK, "training", [])
    assert rebuilt.scene.robot.prim_path == "{ENV_REGEX_NS}/Robot"


def test_presets_are_recorded_and_selected_again(tmp_path: Path):
    run = tmp_path / "run"
    run.mkdir()
    env_cfg, _ = resolve_configs(TASK, None, ["physics=isaacsim_physx"])
    write_params(run, env_cfg, {}, ["physics=isaacsim_physx"])
    assert recorded_presets(run) == ["physics=isaacsim_physx"]
    rebuilt = environment_of_run(run, TASK, "training", [])
    assert type(rebuilt.sim.physics) is type(env_cfg.sim.physics)
    assert type(rebuilt.sim.physics) is not type(resolve_configs(TASK, None, [])[0].sim.physics)
    (run / "params" / "presets.yaml").write_text("presets: [env.actions.velocity.scale=3]")
    with pytest.raises(ValueError, match="no preset selectors"):
        recorded_presets(run)


@pytest.mark.parametrize(
    "task",
    ["TSRA-LimitedView-Rover", "TSRA-ObstacleFlight-Quadrotor", "TSRA-OpenDrawer-Arm", "TSRA-OpenDrawer-Franka"],
)
def test_every_task_of_ours_can_be_rebuilt(tmp_path: Path, task: str):
    rebuilt = environment_of_run(record(tmp_path / "run", task=task), task, "training", [])
    assert plain(rebuilt) == plain(resolve_configs(task, None, [])[0])


def test_a_run_can_be_opened_with_another_preset_than_it_was_trained_with(
    tmp_path: Path, capsys: pytest.CaptureFixture
):
    """Trained kit-less, and watched in Isaac Sim: the physics is of now, everything else is the run's."""
    run = tmp_path / "run"
    run.mkdir()
    changed = ["env.actions.velocity.scale=0.5", "env.sim.physics.solver_cfg.iterations=7"]
    env_cfg, _ = resolve_configs(TASK, None, changed)
    write_params(run, env_cfg, {}, [])
    rebuilt = environment_of_run(run, TASK, "training", ["physics=isaacsim_physx"])
    physx, _ = resolve_configs(TASK, None, ["physics=isaacsim_physx"])
    assert type(rebuilt.sim.physics) is type(physx.sim.physics)
    assert rebuilt.actions.velocity.scale == 0.5
    printed = capsys.readouterr().out
    assert "Not as the run was trained: env.sim.physics.solver_cfg.iterations" in printed
    # and with its own preset it is the run's
    assert environment_of_run(run, TASK, "training", []).sim.physics.solver_cfg.iterations == 7


def test_a_stock_run_that_recorded_no_presets_takes_those_of_now(tmp_path: Path):
    run = tmp_path / "run"
    run.mkdir()
    env_cfg, _ = resolve_configs(TASK, None, ["physics=isaacsim_physx"])
    write_params(run, env_cfg, {}, [])
    (run / "params" / "presets.yaml").unlink()
    rebuilt = environment_of_run(run, TASK, "training", ["physics=isaacsim_physx"])
    assert plain(rebuilt) == plain(resolve_configs(TASK, None, ["physics=isaacsim_physx"])[0])
